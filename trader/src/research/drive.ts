import { BarCursor, type Bar, type Bars } from '../domain/bar.ts';
import type { Engine, Market } from '../pipeline/engine.ts';

/** One market's bars on their way into an engine, piece by piece. */
class Stream {
  readonly market: number;
  readonly intervalMs: number;
  /** At the next bar. */
  readonly cursor: BarCursor;
  /** Close of the next bar; Infinity when there is none. */
  next = Infinity;
  readonly #pieces: Iterator<Bars>;

  constructor(market: number, intervalMs: number, pieces: Iterable<Bars>) {
    this.market = market;
    this.intervalMs = intervalMs;
    this.#pieces = pieces[Symbol.iterator]();
    this.cursor = new BarCursor({ length: 0 } as Bars);
    this.#fetch();
  }

  /** Sees where the cursor has been moved to. */
  settle(): void {
    const { bars, index } = this.cursor;
    if (index < bars.length) this.next = bars.timestamp[index] + this.intervalMs;
    else this.#fetch();
  }

  /** Takes the next piece that is not empty. */
  #fetch(): void {
    this.cursor.index = 0;
    this.next = Infinity;
    for (let piece = this.#pieces.next(); !piece.done; piece = this.#pieces.next()) {
      if (piece.value.length === 0) continue;
      this.cursor.bars = piece.value;
      this.next = piece.value.timestamp[0] + this.intervalMs;
      return;
    }
  }

  /** Whether this stream's next bar comes before the other's: by its close, then by the order of the markets. */
  before(other: Stream | undefined): boolean {
    return other === undefined || this.next < other.next || (this.next === other.next && this.market < other.market);
  }
}

/**
 * Feeds bars into an engine in the one admission order: by close, and at one close in the order of
 * the markets. `streams` holds one series of pieces per market; pieces are only read while current.
 * `onPause` is called after every `pauseEvery` bars with the number admitted.
 */
export function drive(engine: Engine, markets: readonly Market[], streams: readonly Iterable<Bars>[], pauseEvery: number, onPause: (bars: number) => void): void {
  const all = streams.map((pieces, market) => new Stream(market, markets[market].intervalMs, pieces));
  let admitted = 0;
  let untilPause = pauseEvery;
  for (;;) {
    const first = earliest(all, undefined);
    if (first === undefined) return;
    const run = runLength(first, all.length === 1 ? undefined : earliest(all, first), untilPause);
    advance(engine.admissions[first.market], first.cursor, first.cursor.index + run);
    first.settle();
    admitted += run;
    untilPause -= run;
    if (untilPause === 0) {
      untilPause = pauseEvery;
      onPause(admitted);
    }
  }
}

function earliest(streams: readonly Stream[], except: Stream | undefined): Stream | undefined {
  let first: Stream | undefined;
  for (const stream of streams) {
    if (stream !== except && stream.next < Infinity && stream.before(first)) first = stream;
  }
  return first;
}

/** How many bars of `first` come before the next bar of `other`, within its piece and at most `limit`. */
function runLength(first: Stream, other: Stream | undefined, limit: number): number {
  const { bars, index } = first.cursor;
  const most = Math.min(limit, bars.length - index);
  if (other === undefined) return most;
  let run = 1;
  const wins = first.market < other.market;
  while (run < most) {
    const close = bars.timestamp[index + run] + first.intervalMs;
    if (wins ? close > other.next : close >= other.next) break;
    run += 1;
  }
  return run;
}

/** The hot loop: hands bars to the engine up to the index `end`, and nothing else, so that its end does not surprise its compiled code. */
function advance(admit: (bar: Bar) => void, cursor: BarCursor, end: number): void {
  for (; cursor.index < end; cursor.index++) admit(cursor);
}
