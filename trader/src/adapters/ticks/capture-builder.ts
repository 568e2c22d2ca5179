import { OrderBook } from '../../domain/order-book.ts';
import { allocateTicks, TICK, type Ticks } from '../../domain/tick.ts';
import { compareBest } from './best-check.ts';
import type { Capture } from './capture.ts';
import { Sequence, type Numbered } from './sequence.ts';
import { TickFileError } from './tick-file-error.ts';

/** When something happened at the venue, and when it was recorded: milliseconds UTC with fractions. */
export interface Moment {
  readonly tsExchange: number;
  readonly tsLocal: number;
}

/** A price and the size there, as the file writes them. */
export type Level = readonly [price: string, size: string];

/** New sizes at some prices, numbered as the venue numbers them. */
export interface DepthUpdate extends Numbered, Moment {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** Where in which file a reader is, for errors. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly row?: number;
}

/** More decimals than prices and sizes have anywhere; more are the traces of binary fractions. */
const MAX_DECIMALS = 12;

/** Prices in ticks take 32 bits. */
const MAX_PRICE = 0x7fff_fffe;

/** Growing columns of what a file says, before prices are whole numbers. */
class Rows {
  length = 0;
  kind = new Uint8Array(1 << 12);
  tsExchange = new Float64Array(1 << 12);
  tsLocal = new Float64Array(1 << 12);
  price = new Float64Array(1 << 12);
  size = new Float64Array(1 << 12);
  /** The venue's number of the book's state; NaN where it tells none. */
  id = new Float64Array(1 << 12);

  add(kind: number, { tsExchange, tsLocal }: Moment, price: number, size: number, id: number): void {
    if (this.length === this.kind.length) this.#grow();
    const at = this.length++;
    this.kind[at] = kind;
    this.tsExchange[at] = tsExchange;
    this.tsLocal[at] = tsLocal;
    this.price[at] = price;
    this.size[at] = size;
    this.id[at] = id;
  }

  #grow(): void {
    const wider = <T extends Uint8Array | Float64Array>(column: T, made: T): T => {
      made.set(column);
      return made;
    };
    const length = 2 * this.kind.length;
    this.kind = wider(this.kind, new Uint8Array(length));
    this.tsExchange = wider(this.tsExchange, new Float64Array(length));
    this.tsLocal = wider(this.tsLocal, new Float64Array(length));
    this.price = wider(this.price, new Float64Array(length));
    this.size = wider(this.size, new Float64Array(length));
    this.id = wider(this.id, new Float64Array(length));
  }
}

/** Collects what readers find, keeps the book's numbers in step, and makes columns of it in one order and one clock. */
export class CaptureBuilder {
  readonly formats: string[] = [];
  messages = 0;
  ignored = 0;
  readonly #rows = new Rows();
  readonly #sequence = new Sequence<DepthUpdate>();
  #snapshots = 0;
  #updates = 0;
  #numberedUpdates = 0;
  #priceDecimals = 0;
  #sizeDecimals = 0;
  #lastTrade = NaN;
  #repeatedTrades = 0;
  #missingTrades = 0;
  #tsBook = -Infinity;
  /** Time at the venue of the last message that told one. */
  #tsExchange = NaN;

  /** The venue's time where a message tells none: that of the message before it. */
  get lastExchangeTime(): number {
    return this.#tsExchange;
  }

  /** A whole book; `id` is its number, undefined where the venue tells none. */
  snapshot(place: Place, moment: Moment, bids: readonly Level[], asks: readonly Level[], id: number | undefined): void {
    this.#snapshots += 1;
    const at = this.#bookMoment(moment);
    this.#rows.add(TICK.reset, at, 0, 0, NaN);
    this.#levels(place, at, bids, asks, id ?? NaN);
    if (id === undefined) return;
    // What waited counts from the snapshot on: before it there was no book to change.
    for (const waiting of this.#sequence.snapshot(id)) this.update(place, { ...waiting, tsLocal: Math.max(waiting.tsLocal, moment.tsLocal) });
  }

  /** A numbered update: used if it follows what is known. */
  update(place: Place, update: DepthUpdate): void {
    this.#tsExchange = update.tsExchange;
    const outcome = this.#sequence.update(update, update.tsExchange);
    if (outcome === 'leave') return;
    const at = this.#bookMoment(update);
    if (outcome === 'lost') {
      this.#rows.add(TICK.reset, at, 0, 0, NaN);
      return;
    }
    this.#updates += 1;
    this.#numberedUpdates += 1;
    this.#levels(place, at, update.bids, update.asks, update.last);
  }

  /** An update of a venue that does not number them. */
  levels(place: Place, moment: Moment, bids: readonly Level[], asks: readonly Level[]): void {
    this.#updates += 1;
    this.#levels(place, this.#bookMoment(moment), bids, asks, NaN);
  }

  /** A trade by the side that took; `id` counts trades where the venue numbers them. */
  trade(place: Place, moment: Moment, buyer: boolean, price: string, size: string, id: number | undefined): void {
    if (id !== undefined) {
      if (id <= this.#lastTrade) {
        this.#repeatedTrades += 1;
        return;
      }
      if (id > this.#lastTrade + 1) this.#missingTrades += id - this.#lastTrade - 1;
      this.#lastTrade = id;
    }
    this.#row(place, buyer ? TICK.buy : TICK.sell, moment, price, size, NaN);
  }

  /** The best bid and ask; a size of undefined is as much as anyone wants. `id` is the number of the book's state. */
  quote(place: Place, moment: Moment, bid: readonly [string, string | undefined], ask: readonly [string, string | undefined], id = NaN): void {
    this.#row(place, TICK.bidQuote, moment, bid[0], bid[1] ?? 'Infinity', id);
    this.#row(place, TICK.askQuote, moment, ask[0], ask[1] ?? 'Infinity', id);
  }

  /** The columns, one clock and one order for all. Throws where there is nothing in the files. */
  finish(file: string): Capture {
    this.#sequence.end();
    const rows = this.#rows;
    if (rows.length === 0) {
      throw new TickFileError('empty', file, this.#sequence.unused > 0
        ? `has depth (${this.#sequence.unused} ${this.#sequence.unused === 1 ? 'message' : 'messages'}) and no snapshot that it changes; name the file with the snapshot first`
        : 'tells of no book, quote or trade that could be used');
    }
    const { ticks, outOfOrder, clockBehindMs, delayMs } = align(rows, scaled(file, rows.price, rows.length, this.#priceDecimals, MAX_PRICE), scaled(file, rows.size, rows.length, this.#sizeDecimals, Number.MAX_SAFE_INTEGER));
    const kinds = new Float64Array(7);
    for (let i = 0; i < ticks.length; i++) kinds[ticks.kind[i]] += 1;
    const { gaps, covered, unused } = this.#sequence;
    return {
      ticks, priceScale: this.#priceDecimals, quantityScale: this.#sizeDecimals,
      report: {
        formats: this.formats, messages: this.messages, ignored: this.ignored, snapshots: this.#snapshots, updates: this.#updates, numberedUpdates: this.#numberedUpdates,
        levels: kinds[TICK.bid] + kinds[TICK.ask], trades: kinds[TICK.buy] + kinds[TICK.sell], quotes: kinds[TICK.bidQuote],
        gaps, coveredUpdates: covered, unusedUpdates: unused, repeatedTrades: this.#repeatedTrades, missingTrades: this.#missingTrades,
        outOfOrder, clockBehindMs, delayMs, crossed: countCrossed(ticks), ...compareBest(rows, 10 ** this.#priceDecimals),
      },
    };
  }

  /** A book's changes keep the order in which they were numbered, whatever their clocks say. */
  #bookMoment({ tsExchange, tsLocal }: Moment): Moment {
    this.#tsBook = Math.max(this.#tsBook, tsExchange);
    return { tsExchange: this.#tsBook, tsLocal };
  }

  #levels(place: Place, moment: Moment, bids: readonly Level[], asks: readonly Level[], id: number): void {
    for (const [price, size] of bids) this.#row(place, TICK.bid, moment, price, size, id);
    for (const [price, size] of asks) this.#row(place, TICK.ask, moment, price, size, id);
  }

  #row({ file, ...at }: Place, kind: number, moment: Moment, priceText: string, sizeText: string, id: number): void {
    const price = Number(priceText);
    const size = Number(sizeText);
    if (!(price > 0 && price < Infinity)) throw new TickFileError('value', file, `has the price "${priceText}"; a price is a number above 0`, at);
    if (!(size >= 0) || sizeText === '') throw new TickFileError('value', file, `has the size "${sizeText}"; a size is a number of at least 0`, at);
    if (!(Math.abs(moment.tsExchange) <= 8.64e15)) throw new TickFileError('value', file, 'has no time that can be read', at);
    this.#priceDecimals = Math.max(this.#priceDecimals, decimals(priceText));
    this.#sizeDecimals = Math.max(this.#sizeDecimals, decimals(sizeText));
    this.#tsExchange = moment.tsExchange;
    this.#rows.add(kind, moment, price, size, id);
  }
}

/** Decimals that a number as text needs, zeros at its end not counted. */
function decimals(text: string): number {
  const dot = text.indexOf('.');
  if (dot < 0 && !text.includes('e')) return 0;
  if (text.includes('e')) return decimals(Number(text).toFixed(MAX_DECIMALS));
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  return Math.min(MAX_DECIMALS, Math.max(0, end - dot - 1));
}

/** Numbers as whole units of their last decimal, of which there may be `most`, or no end. */
function scaled(file: string, numbers: Float64Array, length: number, scale: number, most: number): Float64Array {
  const unit = 10 ** scale;
  const whole = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    whole[i] = Math.round(numbers[i] * unit);
    if (whole[i] > most && whole[i] < Infinity) throw new TickFileError('value', file, `has the number ${numbers[i]} beside one of ${scale} decimals: together they need more digits than can be counted`);
  }
  return whole;
}

/** Puts rows in the order in which they happened, on the venue's clock. */
function align(rows: Rows, prices: Float64Array, sizes: Float64Array) {
  const { length } = rows;
  let lead = Infinity;
  let latest = -Infinity;
  let outOfOrder = 0;
  let twoClocks = false;
  for (let i = 0; i < length; i++) {
    const ts = rows.tsExchange[i];
    lead = Math.min(lead, rows.tsLocal[i] - ts);
    twoClocks ||= rows.tsLocal[i] !== ts;
    if (ts < latest) outOfOrder += 1;
    latest = Math.max(latest, ts);
  }
  const clockBehindMs = Math.max(0, -lead);
  const order = Uint32Array.from({ length }, (_, i) => i);
  if (outOfOrder > 0) order.sort((a, b) => rows.tsExchange[a] - rows.tsExchange[b] || a - b);
  const ticks = allocateTicks(length);
  const delays = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const row = order[i];
    const ts = rows.tsExchange[row];
    ticks.kind[i] = rows.kind[row];
    ticks.tsExchange[i] = ts;
    ticks.tsLocal[i] = Math.max(ts, rows.tsLocal[row] + clockBehindMs);
    ticks.price[i] = prices[row];
    ticks.size[i] = sizes[row];
    delays[i] = ticks.tsLocal[i] - ts;
  }
  delays.sort();
  return { ticks, outOfOrder, clockBehindMs, delayMs: twoClocks ? [delays[0], delays[length >> 1], delays[length - 1]] as const : null };
}

/** Moments at whose end bid and ask had crossed. */
function countCrossed({ length, kind, tsExchange, price, size }: Ticks): number {
  const book = new OrderBook();
  let crossed = 0;
  for (let i = 0; i < length; i++) {
    if (kind[i] === TICK.bid) book.bids.set(price[i], size[i]);
    else if (kind[i] === TICK.ask) book.asks.set(price[i], size[i]);
    else if (kind[i] === TICK.reset) book.clear();
    if ((i === length - 1 || tsExchange[i + 1] !== tsExchange[i]) && book.isKnown && book.isCrossed) crossed += 1;
  }
  return crossed;
}
