/** Ticks of a page: as many as a word has bits. */
const PAGE_BITS = 5;
const PAGE_TICKS = 1 << PAGE_BITS;

/** The best tick of a side of bids on which nothing stands: below every price. */
const NO_BID = -1;
/** The same of asks: above every price. */
const NO_ASK = 0x7fff_ffff;

/**
 * One side of a book: lots by price in ticks, and the best of them. Pages of 32 ticks exist only where
 * something stood, so that a level is found by two look-ups however wide the book is, and the next best
 * by the bits of a page. Memory grows with the pages ever used, never with the changes.
 */
export class BookSide {
  /** The best price in ticks; −1 for bids and 2^31 − 1 for asks where there is none. */
  best: number;
  /** Prices at which something stands. */
  levels = 0;
  private readonly rising: boolean;
  private readonly none: number;
  /** Of each page its slot, counted from 1; 0 where there is none. */
  private slots = new Int32Array(1 << 14);
  /** Lots by slot and place in the page, and a bit for each that is not 0. */
  private sizes = new Float64Array(PAGE_TICKS << 6);
  private bits = new Int32Array(1 << 6);
  private used = 1;
  private lowest = NO_ASK;
  private highest = -1;

  /** `side` tells which price is best: the highest bid, the lowest ask. */
  constructor(side: 'bid' | 'ask') {
    this.rising = side === 'ask';
    this.none = side === 'ask' ? NO_ASK : NO_BID;
    this.best = this.none;
  }

  /** Lots that stand at a price; 0 for none. */
  at(tick: number): number {
    return this.sizes[(this.slot(tick >> PAGE_BITS) << PAGE_BITS) + (tick & (PAGE_TICKS - 1))];
  }

  /** Sets the lots at a price from 0 to 2^31 − 2 ticks, 0 to clear it, and gives what stood there before. */
  set(tick: number, size: number): number {
    let slot = this.slot(tick >> PAGE_BITS);
    if (slot === 0) {
      if (size === 0) return 0;
      slot = this.open(tick >> PAGE_BITS);
    }
    const at = (slot << PAGE_BITS) + (tick & (PAGE_TICKS - 1));
    const before = this.sizes[at];
    this.sizes[at] = size;
    if (before === 0) {
      if (size !== 0) {
        this.bits[slot] |= 1 << (tick & (PAGE_TICKS - 1));
        this.levels += 1;
        if (this.rising ? tick < this.best : tick > this.best) this.best = tick;
      }
    } else if (size === 0) {
      this.bits[slot] &= ~(1 << (tick & (PAGE_TICKS - 1)));
      this.levels -= 1;
      if (tick === this.best) this.best = this.behind(tick);
    }
    return before;
  }

  /** The next price behind `tick` at which something stands, or the `best` of an empty side. */
  behind(tick: number): number {
    const page = tick >> PAGE_BITS;
    const place = tick & (PAGE_TICKS - 1);
    const bits = this.bits[this.slot(page)];
    if (this.rising) {
      const later = bits & (-2 << place);
      return later === 0 ? this.above(page) : (page << PAGE_BITS) + lowestBit(later);
    }
    const earlier = bits & ~(-1 << place);
    return earlier === 0 ? this.below(page) : (page << PAGE_BITS) + highestBit(earlier);
  }

  /** Empties the side. */
  clear(): void {
    this.sizes.fill(0);
    this.bits.fill(0);
    this.levels = 0;
    this.best = this.none;
  }

  /** The slot of a page; slot 0 stays empty, and stands for every page that there is not. */
  private slot(page: number): number {
    return page >= 0 && page < this.slots.length ? this.slots[page] : 0;
  }

  private below(page: number): number {
    for (let next = Math.min(page - 1, this.highest); next >= this.lowest; next--) {
      const bits = this.bits[this.slots[next]];
      if (bits !== 0) return (next << PAGE_BITS) + highestBit(bits);
    }
    return NO_BID;
  }

  private above(page: number): number {
    for (let next = Math.max(page + 1, this.lowest); next <= this.highest; next++) {
      const bits = this.bits[this.slots[next]];
      if (bits !== 0) return (next << PAGE_BITS) + lowestBit(bits);
    }
    return NO_ASK;
  }

  /** A slot for a page that has none. */
  private open(page: number): number {
    if (page >= this.slots.length) {
      const wider = new Int32Array(Math.max(page + 1, 2 * this.slots.length));
      wider.set(this.slots);
      this.slots = wider;
    }
    if (this.used === this.bits.length) this.grow();
    const slot = this.used++;
    this.slots[page] = slot;
    this.lowest = Math.min(this.lowest, page);
    this.highest = Math.max(this.highest, page);
    return slot;
  }

  private grow(): void {
    const { sizes, bits } = this;
    this.sizes = new Float64Array(2 * sizes.length);
    this.sizes.set(sizes);
    this.bits = new Int32Array(2 * bits.length);
    this.bits.set(bits);
  }
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** What is offered and asked for at each price (L2), prices in ticks and sizes in lots. */
export class OrderBook {
  readonly bids = new BookSide('bid');
  readonly asks = new BookSide('ask');

  /** Whether something stands on both sides. */
  get isKnown(): boolean {
    return this.bids.levels > 0 && this.asks.levels > 0;
  }

  /** Whether a bid stands at or above an ask: what no venue shows at rest. */
  get isCrossed(): boolean {
    return this.bids.best >= this.asks.best;
  }

  /** Makes `tick` the only price of a side, as a quote of the best does. */
  quote(side: BookSide, tick: number, size: number): void {
    if (side.levels > 0 && side.best !== tick) side.set(side.best, 0);
    side.set(tick, size);
  }

  clear(): void {
    this.bids.clear();
    this.asks.clear();
  }
}
