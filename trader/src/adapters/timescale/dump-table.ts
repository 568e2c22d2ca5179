import { rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isPossibleBar } from '../../domain/bar.ts';
import { BlockBuilder, checkColumns, COLUMNS, isExact, NO_SOURCE, SOURCE_NAME, TABLE, type BarTable, type SymbolFacts, type TableBlock } from './bar-table.ts';
import { readDump, type DumpValue, type DumpVisitor, type RowTaker } from './dump-reader.ts';
import { TimescaleError } from './timescale-error.ts';

const CHUNK = /^_timescaledb_internal\._hyper_(\d+)_\d+_chunk$/;
const COMPRESSED = /^_timescaledb_internal\.compress_hyper_(\d+)_/;
const HYPERTABLES = '_timescaledb_catalog.hypertable';
const TIME = /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)?(?:([-+])(\d\d)(?::(\d\d))?(?::(\d\d))?)?$/;
const NUMBERS = ['open', 'high', 'low', 'close', 'volume'] as const;
/** Rows that are kept in one transaction. */
const STAGED_AT_ONCE = 100_000;

/**
 * The table in a plain dump of pg_dump, TimescaleDB's chunks included. A dump is in no order that could be
 * relied on, so its rows are put into a file of SQLite first, which is removed when the table is
 * closed: however large the dump is, it does not have to fit into memory.
 */
export class DumpTable implements BarTable {
  readonly name: string;
  leftColumns: readonly string[] = [];
  rounded = 0;
  readonly #path: string;
  readonly #stagingPath: string;
  readonly #staging: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #symbols = new Codes();
  readonly #sources = new Codes();
  readonly #types = new Map<string, ReadonlyMap<string, string>>();
  /** Ids of hypertables that hold the table, and of those that hold its compressed chunks, once the dump has told. */
  #hypertables: { readonly plain: string; readonly compressed: string | null } | undefined;
  #rows = 0;

  /** `staging`: where to put the file. Throws `TimescaleError`. */
  constructor(path: string, staging: string) {
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) throw new TimescaleError('unreadable', `${path}: there is no such dump`);
    this.#path = path;
    this.name = `${basename(path)} (${size} bytes)`;
    this.#stagingPath = staging;
    rmSync(staging, { force: true });
    this.#staging = new DatabaseSync(staging);
    this.#staging.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
      CREATE TABLE row (symbol INTEGER, time INTEGER, open REAL, high REAL, low REAL, close REAL, volume REAL, source INTEGER, PRIMARY KEY (symbol, time)) WITHOUT ROWID`);
    this.#insert = this.#staging.prepare('INSERT OR IGNORE INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  }

  async survey(onRows: (done: number, of: number) => void): Promise<readonly SymbolFacts[]> {
    const { size } = statSync(this.#path);
    const visitor: DumpVisitor = {
      onTable: (name, types) => this.#types.set(name, types),
      rowsOf: (name, columns) => this.#takerFor(name, columns ?? [...this.#types.get(name)?.keys() ?? []]),
      onBytes: (bytes) => { onRows(bytes, size); },
    };
    this.#staging.exec('BEGIN');
    await readDump(this.#path, visitor);
    this.#staging.exec('COMMIT');
    const rows = this.#staging.prepare('SELECT symbol, count(*) AS rows, min(time) AS first, max(time) AS last, total(close) AS closes, total(volume) AS volumes FROM row GROUP BY symbol').all();
    if (rows.length === 0) throw new TimescaleError('empty', `${this.#path} holds no row of ${TABLE}`);
    return rows.map((row) => ({
      symbol: this.#symbols.word(Number(row['symbol'])), rows: Number(row['rows']), first: Number(row['first']), last: Number(row['last']), closes: Number(row['closes']), volumes: Number(row['volumes']),
    }));
  }

  #takerFor(name: string, columns: readonly string[]): RowTaker | undefined {
    if (name === HYPERTABLES) return (values) => { this.#hear(columns, values); };
    const compressed = COMPRESSED.exec(name)?.[1];
    if (compressed !== undefined && (this.#hypertables === undefined || compressed === this.#hypertables.compressed)) {
      return () => { throw new TimescaleError('unreadable', `${this.#path}: chunks of ${TABLE} are compressed in this dump (${name}); decompress them and dump again, or name the live server`); };
    }
    if (!this.#holdsBars(name, columns)) return undefined;
    this.leftColumns = checkColumns(`${basename(this.#path)}, table ${name}`, columns);
    const places = COLUMNS.map((column) => columns.indexOf(column));
    const types = this.#types.get(name) ?? [...this.#types].find(([table]) => isTable(table))?.[1];
    const mayRound = NUMBERS.map((column) => !/^(real|double precision)/.test(types?.get(column) ?? ''));
    return (values, line) => { this.#stage(places.map((place) => values[place] ?? null), mayRound, line); };
  }

  #hear(columns: readonly string[], values: readonly DumpValue[]): void {
    const of = (column: string) => values[columns.indexOf(column)] ?? null;
    if (of('table_name') === TABLE) this.#hypertables = { plain: of('id') ?? '', compressed: of('compressed_hypertable_id') };
  }

  /** A chunk is the table's by the catalogue in the dump; where that is not in it, by its columns. */
  #holdsBars(name: string, columns: readonly string[]): boolean {
    const chunk = CHUNK.exec(name)?.[1];
    if (chunk === undefined) return isTable(name);
    return this.#hypertables === undefined ? COLUMNS.every((column) => columns.includes(column)) : chunk === this.#hypertables.plain;
  }

  #stage([symbol, timeText, ...texts]: readonly DumpValue[], mayRound: readonly boolean[], line: number): void {
    const refuse = (kind: 'value' | 'duplicate', what: string): never => { throw new TimescaleError(kind, `${this.#path}, line ${line}: ${what}`); };
    const time = parseTime(timeText ?? '');
    if (symbol === null || symbol === '') refuse('value', 'a row has no symbol; correct it or delete it');
    if (!Number.isSafeInteger(time)) refuse('value', `${symbol}: "${timeText ?? 'NULL'}" is no time of whole milliseconds; correct it or delete it`);
    const [open, high, low, close, volume] = this.#numbers(texts, mayRound);
    if (!isPossibleBar(open, high, low, close, volume) || (texts[4] !== null && Number.isNaN(volume))) {
      const words = NUMBERS.map((column, i) => `${column} ${texts[i] ?? 'NULL'}`).join(', ');
      refuse('value', `the row of ${symbol} at ${timeText} is no possible bar (${words}); correct it or delete it`);
    }
    const source = texts[5] ?? NO_SOURCE;
    if (!SOURCE_NAME.test(source)) refuse('value', `the source of ${symbol} at ${timeText} is not one to eighty printable ASCII characters; correct it`);
    const { changes } = this.#insert.run(this.#symbols.code(String(symbol)), time, open, high, low, close, Number.isNaN(volume) ? null : volume, this.#sources.code(source));
    if (changes === 0) refuse('duplicate', `${symbol} has more than one row of ${new Date(time).toISOString()}; keep one of them`);
    if (++this.#rows % STAGED_AT_ONCE === 0) this.#staging.exec('COMMIT; BEGIN');
  }

  #numbers(texts: readonly DumpValue[], mayRound: readonly boolean[]): readonly [number, number, number, number, number] {
    return NUMBERS.map((_column, i) => {
      const text = texts[i] ?? null;
      if (text === null) return Number.NaN;
      const value = text.trim() === '' ? Number.NaN : Number(text);
      if (mayRound[i] && !isExact(text, value)) this.rounded++;
      return value;
    }) as [number, number, number, number, number];
  }

  async *blocks(): AsyncIterable<TableBlock> {
    const builder = new BlockBuilder();
    const every = this.#staging.prepare('SELECT symbol, time, open, high, low, close, volume, source FROM row ORDER BY symbol, time');
    every.setReturnArrays(true);
    for (const row of every.iterate() as unknown as Iterable<readonly [number, number, number, number, number, number, number | null, number]>) {
      const [symbol, time, open, high, low, close, volume, source] = row;
      const done = builder.add(this.#symbols.word(symbol), time, [open, high, low, close, volume ?? Number.NaN], this.#sources.word(source));
      if (done !== undefined) yield done;
    }
    const last = builder.take();
    if (last !== undefined) yield last;
  }

  async close(): Promise<void> {
    this.#staging.close();
    rmSync(this.#stagingPath, { force: true });
  }
}

/** Words and the small numbers that stand for them. */
class Codes {
  readonly #codes = new Map<string, number>();
  readonly #words: string[] = [];

  code(word: string): number {
    const known = this.#codes.get(word);
    if (known !== undefined) return known;
    this.#codes.set(word, this.#words.length);
    return this.#words.push(word) - 1;
  }

  word(code: number): string {
    return this.#words[code] ?? '';
  }
}

function isTable(name: string): boolean {
  return name === TABLE || name.endsWith(`.${TABLE}`);
}

/** A time as Postgres writes it in its ISO style, as milliseconds UTC; NaN where it is none, a fraction where it is finer. */
function parseTime(text: string): number {
  const found = TIME.exec(text);
  if (found === null) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction = '', sign = '+', zoneHours = '0', zoneMinutes = '0', zoneSeconds = '0'] = found;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const zone = (Number(zoneHours) * 3_600 + Number(zoneMinutes) * 60 + Number(zoneSeconds)) * 1_000 * (sign === '-' ? -1 : 1);
  const micros = fraction === '' ? 0 : Number(fraction.slice(1).padEnd(6, '0').slice(0, 6));
  return ms - zone + micros / 1_000;
}
