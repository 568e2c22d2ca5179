import { allocateStates, CODE_COLUMNS, NUMBER_COLUMNS, type States } from '../../domain/bar-states.ts';

/*
 * A chunk is nine columns in one blob: a directory with, for each, how it is written (uint32), its
 * decimals (uint32) and two float64, then the columns, each beginning at a multiple of eight bytes.
 * Little-endian. Whatever cannot be written shorter and read back to the same bits is written as it is.
 */
const COLUMNS = [...NUMBER_COLUMNS, ...CODE_COLUMNS];
const ENTRY_BYTES = 24;
const DIRECTORY_BYTES = COLUMNS.length * ENTRY_BYTES;

/** How a column is written. */
const RAW = 0;
/** One value for all rows. */
const SAME = 1;
/** A first value, and the step to each next. */
const STEPS = 2;
/** Integers of 32 bits that, divided by a power of ten, are the values: what prices with few decimals are. */
const SCALED = 3;
/** As `SCALED`, but each integer as its difference from the one before, in 16 bits; `first` is the first one. */
const DELTAS = 4;

const INT32_MAX = 2 ** 31 - 1;
const INT16_MAX = 2 ** 15 - 1;
const MAX_DECIMALS = 9;

interface Column {
  readonly kind: number;
  readonly decimals: number;
  readonly first: number;
  readonly step: number;
  readonly bytes: Uint8Array;
}

/** The states of a chunk as a blob. */
export function encodeStates(states: States): Uint8Array {
  const columns = [
    ...NUMBER_COLUMNS.map((name) => encodeNumbers(states[name])),
    ...CODE_COLUMNS.map((name) => encodeCodes(states[name])),
  ];
  const blob = new Uint8Array(DIRECTORY_BYTES + columns.reduce((sum, { bytes }) => sum + padded(bytes.length), 0));
  const view = new DataView(blob.buffer);
  let position = DIRECTORY_BYTES;
  columns.forEach(({ kind, decimals, first, step, bytes }, index) => {
    const entry = index * ENTRY_BYTES;
    view.setUint32(entry, kind, true);
    view.setUint32(entry + 4, decimals, true);
    view.setFloat64(entry + 8, first, true);
    view.setFloat64(entry + 16, step, true);
    blob.set(bytes, position);
    position += padded(bytes.length);
  });
  return blob;
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function bytesOf(array: Float64Array | Int32Array | Int16Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const NOTHING = new Uint8Array(0);

function encodeNumbers(values: Float64Array): Column {
  const first = values[0];
  const step = values.length > 1 ? values[1] - first : 0;
  if (isSame(values)) return { kind: SAME, decimals: 0, first, step: 0, bytes: NOTHING };
  if (hasSteps(values, first, step)) return { kind: STEPS, decimals: 0, first, step, bytes: NOTHING };
  for (let decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
    const scaled = scale(values, 10 ** decimals);
    if (scaled === 'too large') break;
    if (scaled === undefined) continue;
    const deltas = differences(scaled);
    if (deltas !== undefined) return { kind: DELTAS, decimals, first: scaled[0], step: 0, bytes: bytesOf(deltas) };
    return { kind: SCALED, decimals, first: 0, step: 0, bytes: bytesOf(scaled) };
  }
  return { kind: RAW, decimals: 0, first: 0, step: 0, bytes: bytesOf(values) };
}

function encodeCodes(values: Uint16Array): Column {
  if (isSame(values)) return { kind: SAME, decimals: 0, first: values[0], step: 0, bytes: NOTHING };
  return { kind: RAW, decimals: 0, first: 0, step: 0, bytes: bytesOf(values) };
}

function isSame(values: Float64Array | Uint16Array): boolean {
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], values[0])) return false;
  return true;
}

/** Whether every value is, to the bit, the first plus its row times the step. */
function hasSteps(values: Float64Array, first: number, step: number): boolean {
  for (let i = 0; i < values.length; i++) if (!Object.is(first + i * step, values[i])) return false;
  return true;
}

function scale(values: Float64Array, by: number): Int32Array | 'too large' | undefined {
  const scaled = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const rounded = Math.round(values[i] * by);
    if (!(Math.abs(rounded) <= INT32_MAX)) return 'too large';
    scaled[i] = rounded;
    // Read back as it will be: a zero below zero is no integer.
    if (!Object.is(scaled[i] / by, values[i])) return undefined;
  }
  return scaled;
}

/** Each value less the one before, 0 for the first; undefined where one is too large for 16 bits. */
function differences(values: Int32Array): Int16Array | undefined {
  const deltas = new Int16Array(values.length);
  for (let i = 1; i < values.length; i++) {
    const delta = values[i] - values[i - 1];
    if (Math.abs(delta) > INT16_MAX) return undefined;
    deltas[i] = delta;
  }
  return deltas;
}

/** A chunk's blob, from which columns are read as far as they are wanted. */
export class ChunkReader {
  readonly rows: number;
  readonly #view: DataView;
  readonly #positions: readonly number[];

  /** A blob of so many rows; undefined where it cannot be one. */
  static of(blob: Uint8Array, rows: number): ChunkReader | undefined {
    if (blob.length < DIRECTORY_BYTES) return undefined;
    const reader = new ChunkReader(blob, rows);
    return reader.#positions.at(-1) === blob.length ? reader : undefined;
  }

  private constructor(blob: Uint8Array, rows: number) {
    // Columns are read through views that begin at multiples of eight.
    const aligned = blob.byteOffset % 8 === 0 ? blob : blob.slice();
    this.rows = rows;
    this.#view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
    const positions = [DIRECTORY_BYTES];
    for (let index = 0; index < COLUMNS.length; index++) positions.push((positions.at(-1) ?? 0) + this.#bytes(index));
    this.#positions = positions;
  }

  #bytes(index: number): number {
    switch (this.#view.getUint32(index * ENTRY_BYTES, true)) {
      case RAW: return padded(this.rows * (index < NUMBER_COLUMNS.length ? 8 : 2));
      case SCALED: return padded(this.rows * 4);
      case DELTAS: return padded(this.rows * 2);
      case SAME: case STEPS: return 0;
      default: return Number.NaN;
    }
  }

  /** Puts the rows [from, to) of a column into `target`, beginning at `at`. */
  numbers(name: (typeof NUMBER_COLUMNS)[number], from: number, to: number, target: Float64Array, at: number): void {
    const index = NUMBER_COLUMNS.indexOf(name);
    const { kind, decimals, first, step, offset } = this.#entry(index);
    const count = to - from;
    if (kind === SAME) target.fill(first, at, at + count);
    else if (kind === STEPS) for (let i = 0; i < count; i++) target[at + i] = first + (from + i) * step;
    else if (kind === RAW) target.set(new Float64Array(this.#view.buffer, offset + from * 8, count), at);
    else if (kind === DELTAS) addUp(new Int16Array(this.#view.buffer, offset, to), from, first, 10 ** decimals, target, at);
    else unscale(new Int32Array(this.#view.buffer, offset + from * 4, count), 10 ** decimals, target, at);
  }

  /** Puts the rows [from, to) of a column of codes into `target`, beginning at `at`. */
  codes(name: (typeof CODE_COLUMNS)[number], from: number, to: number, target: Uint16Array, at: number): void {
    const { kind, first, offset } = this.#entry(NUMBER_COLUMNS.length + CODE_COLUMNS.indexOf(name));
    if (kind === SAME) target.fill(first, at, at + to - from);
    else target.set(new Uint16Array(this.#view.buffer, offset + from * 2, to - from), at);
  }

  /** The one value that a column has in all rows; undefined where it has several. */
  constant(name: (typeof COLUMNS)[number]): number | undefined {
    const { kind, first } = this.#entry(COLUMNS.indexOf(name));
    return kind === SAME ? first : undefined;
  }

  #entry(index: number): { kind: number; decimals: number; first: number; step: number; offset: number } {
    const entry = index * ENTRY_BYTES;
    return {
      kind: this.#view.getUint32(entry, true), decimals: this.#view.getUint32(entry + 4, true),
      first: this.#view.getFloat64(entry + 8, true), step: this.#view.getFloat64(entry + 16, true),
      offset: this.#view.byteOffset + (this.#positions[index] ?? 0),
    };
  }

  /** All of it. */
  states(): States {
    const states = allocateStates(this.rows);
    for (const name of NUMBER_COLUMNS) this.numbers(name, 0, this.rows, states[name], 0);
    for (const name of CODE_COLUMNS) this.codes(name, 0, this.rows, states[name], 0);
    return states;
  }
}

function unscale(scaled: Int32Array, by: number, target: Float64Array, at: number): void {
  for (let i = 0; i < scaled.length; i++) target[at + i] = scaled[i] / by;
}

/** Values out of their differences: those before `from` are added up and not kept. */
function addUp(deltas: Int16Array, from: number, first: number, by: number, target: Float64Array, at: number): void {
  let sum = first;
  for (let i = 0; i < from; i++) sum += deltas[i];
  for (let i = from; i < deltas.length; i++) {
    sum += deltas[i];
    target[at + i - from] = sum / by;
  }
}
