const PAGE_BITS = 8;
const PAGE_TICKS = 1 << PAGE_BITS;
const PAGE_WORDS = PAGE_TICKS / 32;

/** The best tick of a side of bids on which nothing stands: below every price. */
const NO_BID = -1;
/** The same of asks: above every price. */
const NO_ASK = 0x7fff_ffff;

/**
 * One side of a book: lots by price in ticks, and the best of them. Pages of 256 ticks exist only
 * where something stood, so that a level is found by two look-ups however wide the book is, and the
 * next best by the bits of a page. Memory grows with the pages ever used, never with the changes.
 */
export class BookSide {
  /** The best price in ticks; −1 for bids and 2^31 − 1 for asks where there is none. */
  best: number;
  /** Prices at which something stands. */
  levels = 0;
  private readonly rising: boolean;
  private readonly none: number;
  /** By tick >> 8: the page's slot, counted from 1; 0 where there is none. */
  private slots = new Int32Array(1 << 12);
  private sizes = new Float64Array(16 * PAGE_TICKS);
  private bits = new Int32Array(16 * PAGE_WORDS);
  private counts = new Int32Array(16);
  private used = 0;
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
    const page = tick >> PAGE_BITS;
    const slot = page < this.slots.length && page >= 0 ? this.slots[page] : 0;
    return slot === 0 ? 0 : this.sizes[(slot - 1) * PAGE_TICKS + (tick & (PAGE_TICKS - 1))];
  }

  /** Sets the lots at a price from 0 to 2^31 − 2 ticks, 0 to clear it, and gives what stood there before. */
  set(tick: number, size: number): number {
    const page = tick >> PAGE_BITS;
    let slot = page < this.slots.length ? this.slots[page] : 0;
    if (slot === 0) {
      if (size === 0) return 0;
      slot = this.#open(page);
    }
    slot -= 1;
    const at = slot * PAGE_TICKS + (tick & (PAGE_TICKS - 1));
    const before = this.sizes[at];
    this.sizes[at] = size;
    if (before === 0) {
      if (size !== 0) this.#appear(slot, tick);
    } else if (size === 0) {
      this.#vanish(slot, tick);
    }
    return before;
  }

  /** The next price behind `tick` at which something stands, or the side's `best` of an empty side. */
  behind(tick: number): number {
    return this.rising ? this.#above(tick) : this.#below(tick);
  }

  /** Empties the side. */
  clear(): void {
    this.sizes.fill(0);
    this.bits.fill(0);
    this.counts.fill(0);
    this.levels = 0;
    this.best = this.none;
  }

  #appear(slot: number, tick: number): void {
    this.bits[slot * PAGE_WORDS + ((tick & (PAGE_TICKS - 1)) >> 5)] |= 1 << (tick & 31);
    this.counts[slot] += 1;
    this.levels += 1;
    if (this.rising ? tick < this.best : tick > this.best) this.best = tick;
  }

  #vanish(slot: number, tick: number): void {
    this.bits[slot * PAGE_WORDS + ((tick & (PAGE_TICKS - 1)) >> 5)] &= ~(1 << (tick & 31));
    this.counts[slot] -= 1;
    this.levels -= 1;
    if (tick === this.best) this.best = this.behind(tick);
  }

  #below(tick: number): number {
    let page = tick >> PAGE_BITS;
    const found = this.#lastBit(page, (tick & (PAGE_TICKS - 1)) - 1);
    if (found >= 0) return page * PAGE_TICKS + found;
    for (page = Math.min(page - 1, this.highest); page >= this.lowest; page--) {
      const slot = this.slots[page];
      if (slot !== 0 && this.counts[slot - 1] !== 0) return page * PAGE_TICKS + this.#lastBit(page, PAGE_TICKS - 1);
    }
    return NO_BID;
  }

  #above(tick: number): number {
    let page = tick >> PAGE_BITS;
    const found = this.#firstBit(page, (tick & (PAGE_TICKS - 1)) + 1);
    if (found >= 0) return page * PAGE_TICKS + found;
    for (page = Math.max(page + 1, this.lowest); page <= this.highest; page++) {
      const slot = this.slots[page];
      if (slot !== 0 && this.counts[slot - 1] !== 0) return page * PAGE_TICKS + this.#firstBit(page, 0);
    }
    return NO_ASK;
  }

  /** The highest set bit of a page at or below `from`; −1 for none. */
  #lastBit(page: number, from: number): number {
    const slot = page < this.slots.length && page >= 0 ? this.slots[page] : 0;
    if (slot === 0 || from < 0) return -1;
    let word = from >> 5;
    const first = (slot - 1) * PAGE_WORDS;
    let bits = this.bits[first + word] & (0xffff_ffff >>> (31 - (from & 31)));
    while (bits === 0 && word > 0) bits = this.bits[first + --word];
    return bits === 0 ? -1 : word * 32 + 31 - Math.clz32(bits);
  }

  /** The lowest set bit of a page at or above `from`; −1 for none. */
  #firstBit(page: number, from: number): number {
    const slot = page < this.slots.length && page >= 0 ? this.slots[page] : 0;
    if (slot === 0 || from >= PAGE_TICKS) return -1;
    let word = from >> 5;
    const first = (slot - 1) * PAGE_WORDS;
    let bits = this.bits[first + word] & (0xffff_ffff << (from & 31));
    while (bits === 0 && word < PAGE_WORDS - 1) bits = this.bits[first + ++word];
    return bits === 0 ? -1 : word * 32 + 31 - Math.clz32(bits & -bits);
  }

  /** A slot for a page that has none. */
  #open(page: number): number {
    if (page >= this.slots.length) {
      const wider = new Int32Array(Math.max(page + 1, 2 * this.slots.length));
      wider.set(this.slots);
      this.slots = wider;
    }
    if (this.used === this.counts.length) this.#grow();
    this.used += 1;
    this.slots[page] = this.used;
    this.lowest = Math.min(this.lowest, page);
    this.highest = Math.max(this.highest, page);
    return this.used;
  }

  #grow(): void {
    const { sizes, bits, counts } = this;
    this.sizes = new Float64Array(2 * sizes.length);
    this.sizes.set(sizes);
    this.bits = new Int32Array(2 * bits.length);
    this.bits.set(bits);
    this.counts = new Int32Array(2 * counts.length);
    this.counts.set(counts);
  }
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
