import { allocateBars, sliceBars, type Bars } from '../../domain/bar.ts';
import type { Timestamp } from '../../domain/time.ts';
import { TimescaleError } from './timescale-error.ts';

/** The table that is read, as AlgoTrendy 2.5 laid it out. */
export const TABLE = 'market_data';
/** The columns that it must have, whatever others it has. */
export const COLUMNS = ['symbol', 'time', 'open', 'high', 'low', 'close', 'volume', 'source'] as const;
/** What a row without a source is said to come from. */
export const NO_SOURCE = 'timescale';

/** What can be the name of a source in a store of bars. */
export const SOURCE_NAME = /^[ -~]{1,80}$/;

/** What a table holds of one symbol, as its own engine counts it and not the reader of its rows. */
export interface SymbolFacts {
  readonly symbol: string;
  readonly rows: number;
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** Sums over all rows; of volumes those that are there. */
  readonly closes: number;
  readonly volumes: number;
}

/** Rows of one symbol by time. */
export interface TableBlock {
  readonly symbol: string;
  readonly bars: Bars;
  /** Who told each, by its place in `sources`. */
  readonly source: Uint16Array;
  readonly sources: readonly string[];
}

/** A table `market_data` as it is at one moment. Every method throws `TimescaleError`. */
export interface BarTable {
  /** What it is called in reports; never with a password. */
  readonly name: string;
  /** Columns of it that are not carried over. */
  readonly leftColumns: readonly string[];
  /** Numbers read so far that have more digits than a float64 keeps: they are rounded to the nearest. */
  readonly rounded: number;
  /** Looks at every row, refuses what is no possible bar and what is there twice, and counts. */
  survey(onRows: (done: number, of: number) => void): Promise<readonly SymbolFacts[]>;
  /** All rows by symbol, then by time, in blocks of one symbol. */
  blocks(): AsyncIterable<TableBlock>;
  close(): Promise<void>;
}

/** Rows in a block: some megabytes, a fraction of a second of work that a kill may cost. */
const BLOCK_ROWS = 32_768;

/** Puts rows that come by symbol and time into blocks. */
export class BlockBuilder {
  #symbol = '';
  #bars = allocateBars(BLOCK_ROWS);
  #source = new Uint16Array(BLOCK_ROWS);
  #sources: string[] = [];
  #rows = 0;

  /** Adds a row; gives the block before it where it begins another. */
  add(symbol: string, time: Timestamp, [open, high, low, close, volume]: readonly [number, number, number, number, number], source: string): TableBlock | undefined {
    const done = this.#rows === BLOCK_ROWS || (this.#rows > 0 && symbol !== this.#symbol) ? this.take() : undefined;
    this.#symbol = symbol;
    const row = this.#rows++;
    this.#bars.timestamp[row] = time;
    this.#bars.open[row] = open;
    this.#bars.high[row] = high;
    this.#bars.low[row] = low;
    this.#bars.close[row] = close;
    this.#bars.volume[row] = volume;
    const code = this.#sources.indexOf(source);
    this.#source[row] = code >= 0 ? code : this.#sources.push(source) - 1;
    return done;
  }

  /** What was added since the last block; undefined where that is nothing. */
  take(): TableBlock | undefined {
    if (this.#rows === 0) return undefined;
    const block: TableBlock = { symbol: this.#symbol, bars: sliceBars(this.#bars, 0, this.#rows), source: this.#source.subarray(0, this.#rows), sources: this.#sources };
    this.#bars = allocateBars(BLOCK_ROWS);
    this.#source = new Uint16Array(BLOCK_ROWS);
    this.#sources = [];
    this.#rows = 0;
    return block;
  }
}

/** The columns beyond those that are read. Throws kind `columns` where one of them is missing. */
export function checkColumns(name: string, present: readonly string[]): readonly string[] {
  const missing = COLUMNS.filter((column) => !present.includes(column));
  if (missing.length > 0) {
    throw new TimescaleError('columns', `${name} has no column ${missing.join(', ')}, only ${present.join(', ')}; ${TABLE} has ${COLUMNS.join(', ')}`);
  }
  return present.filter((column) => !(COLUMNS as readonly string[]).includes(column));
}

/** Whether a float64 read from a decimal text has its very value: both come to the same digits and power of ten. */
export function isExact(text: string, value: number): boolean {
  // Fifteen digits always are.
  return text.length <= 15 || digitsOf(text) === digitsOf(String(value));
}

/** A decimal's sign, digits without zeros around them, and power of ten. */
function digitsOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  return `${sign === '-' ? '-' : ''}${short}e${short === '' ? 0 : Number(power) - fraction.length + digits.length - short.length}`;
}
