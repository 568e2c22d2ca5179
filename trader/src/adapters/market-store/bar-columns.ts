import { BAR_COLUMNS, allocateBars, sliceBars } from '../../domain/bar.ts';
import type { StoredBars } from '../../ports/market-store.ts';
import type { ChunkReader } from './chunk-codec.ts';
import { currentRows, lowerBound, type States } from '../../domain/bar-states.ts';

/** Collects the bars that a read asks for, in the order of their times, into columns. */
export class BarCollector {
  readonly #bars: StoredBars;
  readonly #asOf: number;
  readonly #quarantined: boolean;
  #length = 0;

  /** `room`: no more bars than these will come. */
  constructor(room: number, asOf: number, quarantined: boolean, sources: readonly string[]) {
    this.#bars = { ...allocateBars(room), knownAt: new Float64Array(room), source: new Uint16Array(room), sources, quarantined: new Uint8Array(room) };
    this.#asOf = asOf;
    this.#quarantined = quarantined;
  }

  /** Adds the bars of [from, to) of a chunk that has one state for each time, all known, none in quarantine. */
  addPlain(chunk: ChunkReader, from: number, to: number): void {
    const at = this.#length;
    // The times go in whole, and what follows overwrites what was not asked for.
    const times = this.#bars.timestamp.length - at >= chunk.rows ? this.#bars.timestamp.subarray(at, at + chunk.rows) : new Float64Array(chunk.rows);
    chunk.numbers('time', 0, chunk.rows, times, 0);
    const begin = from <= times[0] ? 0 : lowerBound(times, from);
    const end = to > times[chunk.rows - 1] ? chunk.rows : lowerBound(times, to);
    if (begin >= end) return;
    if (begin > 0 || times.buffer !== this.#bars.timestamp.buffer) this.#bars.timestamp.set(times.slice(begin, end), at);
    for (const column of BAR_COLUMNS) if (column !== 'timestamp') chunk.numbers(column, begin, end, this.#bars[column], at);
    chunk.numbers('knownAt', begin, end, this.#bars.knownAt, at);
    chunk.codes('source', begin, end, this.#bars.source, at);
    this.#length += end - begin;
  }

  /** Adds one bar for each time of which a state was known; `states` are in order. */
  addStates(states: States): void {
    for (const row of currentRows(states, this.#asOf, this.#quarantined)) this.#addState(states, row);
  }

  #addState(states: States, row: number): void {
    const at = this.#length++;
    this.#bars.timestamp[at] = states.time[row];
    this.#bars.open[at] = states.open[row];
    this.#bars.high[at] = states.high[row];
    this.#bars.low[at] = states.low[row];
    this.#bars.close[at] = states.close[row];
    this.#bars.volume[at] = states.volume[row];
    this.#bars.knownAt[at] = states.knownAt[row];
    this.#bars.source[at] = states.source[row];
    this.#bars.quarantined[at] = states.reason[row] === 0 ? 0 : 1;
  }

  /** What was added. */
  bars(): StoredBars {
    const { knownAt, source, sources, quarantined } = this.#bars;
    const length = this.#length;
    return {
      ...sliceBars(this.#bars, 0, length), sources,
      knownAt: knownAt.subarray(0, length), source: source.subarray(0, length), quarantined: quarantined.subarray(0, length),
    };
  }
}
