import { BAR_COLUMNS, allocateBars, sliceBars, type Bars } from '../../domain/bar.ts';
import type { StoredBars } from '../../ports/market-store.ts';
import type { ChunkReader } from './chunk-codec.ts';
import { currentRows, lowerBound, type States } from '../../domain/bar-states.ts';

/** Collects the bars that a read asks for, in the order of their times, into columns. */
export class BarCollector {
  readonly #bars: Bars;
  readonly #marks: Marks;
  readonly #asOf: number;
  readonly #quarantined: boolean;
  #length = 0;

  /** `room`: no more bars than these will come. */
  constructor(room: number, asOf: number, quarantined: boolean, sources: readonly string[]) {
    this.#bars = allocateBars(room);
    this.#marks = new Marks(sources);
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
    this.#marks.addChunk(chunk, begin, end);
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
    this.#marks.add(1, states.knownAt[row], states.source[row], states.reason[row] === 0 ? 0 : 1);
  }

  /** What was added. */
  bars(): StoredBars {
    return this.#marks.joinedTo(sliceBars(this.#bars, 0, this.#length));
  }
}

/** Source, `knownAt` and quarantine of bars as runs of equal ones. */
class Marks {
  readonly #sources: readonly string[];
  readonly #counts: number[] = [];
  readonly #knownAt: number[] = [];
  readonly #source: number[] = [];
  readonly #quarantined: number[] = [];

  constructor(sources: readonly string[]) {
    this.#sources = sources;
  }

  add(count: number, knownAt: number, source: number, quarantined: number): void {
    const last = this.#counts.length - 1;
    if (last >= 0 && this.#knownAt[last] === knownAt && this.#source[last] === source && this.#quarantined[last] === quarantined) {
      this.#counts[last] += count;
      return;
    }
    this.#counts.push(count);
    this.#knownAt.push(knownAt);
    this.#source.push(source);
    this.#quarantined.push(quarantined);
  }

  /** Those of the rows [from, to) of a chunk that has none in quarantine. */
  addChunk(chunk: ChunkReader, from: number, to: number): void {
    const [knownAt, source] = [chunk.constant('knownAt'), chunk.constant('source')];
    if (knownAt !== undefined && source !== undefined) return this.add(to - from, knownAt, source, 0);
    const times = new Float64Array(to - from);
    const codes = new Uint16Array(to - from);
    chunk.numbers('knownAt', from, to, times, 0);
    chunk.codes('source', from, to, codes, 0);
    for (let row = 0; row < times.length; row++) this.add(1, times[row], codes[row], 0);
  }

  /** Bars with their marks, which are laid out as columns when somebody first looks at them: a backtest never does, and new memory is most of what a read costs. */
  joinedTo(bars: Bars): StoredBars {
    const knownAt = later(() => this.#layOut(new Float64Array(bars.length), this.#knownAt));
    const source = later(() => this.#layOut(new Uint16Array(bars.length), this.#source));
    const quarantined = later(() => this.#layOut(new Uint8Array(bars.length), this.#quarantined));
    return {
      ...bars, sources: this.#sources,
      get knownAt() { return knownAt(); },
      get source() { return source(); },
      get quarantined() { return quarantined(); },
    };
  }

  #layOut<T extends Float64Array | Uint16Array | Uint8Array>(column: T, values: readonly number[]): T {
    let at = 0;
    this.#counts.forEach((count, run) => {
      column.fill(values[run] ?? 0, at, at + count);
      at += count;
    });
    return column;
  }
}

/** What is made when it is first asked for. */
function later<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
