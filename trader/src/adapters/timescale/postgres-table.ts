import { Client, DatabaseError } from 'pg';
import type { Secret } from '../../domain/secret.ts';
import { BlockBuilder, checkColumns, COLUMNS, isExact, NO_SOURCE, SOURCE_NAME, TABLE, type BarTable, type SymbolFacts, type TableBlock } from './bar-table.ts';
import { TimescaleError } from './timescale-error.ts';

const CONNECT_MS = 10_000;
/** Rows that are fetched at once. */
const FETCH_ROWS = 20_000;
const NUMBERS = ['open', 'high', 'low', 'close', 'volume'] as const;

type Text = string | null;

/**
 * The table in a live Postgres, with TimescaleDB or without. All is read in one read-only transaction, so
 * that it is the table of one moment whoever writes to it meanwhile; times without a zone are UTC.
 */
export class PostgresTable implements BarTable {
  readonly name: string;
  readonly leftColumns: readonly string[];
  rounded = 0;
  readonly #client: Client;
  readonly #table: string;
  readonly #types: ReadonlyMap<string, string>;

  private constructor(client: Client, name: string, table: string, types: ReadonlyMap<string, string>) {
    this.#client = client;
    this.name = name;
    this.#table = table;
    this.#types = types;
    this.leftColumns = checkColumns(name, [...types.keys()]);
  }

  /** Connects to `postgres://USER:PASSWORD@HOST:PORT/DATABASE` and looks for the table. Throws `TimescaleError`. */
  static async open(url: Secret): Promise<PostgresTable> {
    const parsed = URL.canParse(url.reveal()) ? new URL(url.reveal()) : undefined;
    if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol)) throw new TimescaleError('refused', 'this is no URL of a Postgres server; it reads postgres://USER:PASSWORD@HOST:PORT/DATABASE');
    const client = new Client({ connectionString: url.reveal(), connectionTimeoutMillis: CONNECT_MS, keepAlive: true, application_name: 'algotrendy', types: { getTypeParser: () => (value: unknown) => value } });
    client.on('error', () => undefined);
    const place = `${parsed.host}${parsed.pathname}`;
    try {
      await client.connect();
      await client.query("SET timezone TO 'UTC'; SET extra_float_digits TO 3; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const rows = await ask(client, `SELECT table_schema, column_name, data_type FROM information_schema.columns WHERE table_name = '${TABLE}' AND table_schema NOT LIKE '\\_timescaledb%' ORDER BY table_schema, ordinal_position`);
      const schemas = [...new Set(rows.map(([schema]) => String(schema)))];
      const [schema] = schemas;
      if (schema === undefined) throw new TimescaleError('columns', `${place} has no table ${TABLE} that this user may read`);
      if (schemas.length > 1) throw new TimescaleError('columns', `${place} has a table ${TABLE} in each of the schemas ${schemas.join(', ')}; let the user see one of them`);
      const types = new Map(rows.map(([, column, type]) => [String(column), String(type)]));
      return new PostgresTable(client, `${place} ${schema}.${TABLE}`, `"${schema.replaceAll('"', '""')}".${TABLE}`, types);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw timescaleError(error, place);
    }
  }

  async survey(onRows: (done: number, of: number) => void): Promise<readonly SymbolFacts[]> {
    onRows(0, 1);
    await this.#refuseImpossible();
    onRows(1, 3);
    const [twice] = await this.#ask(`SELECT symbol, ${this.#ms()} FROM ${this.#table} GROUP BY symbol, "time" HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 1`);
    if (twice !== undefined) throw new TimescaleError('duplicate', `${this.name}: ${twice[0]} has more than one row of ${isoTime(twice[1])}; keep one of them`);
    onRows(2, 3);
    const sum = (column: string) => `coalesce(sum("${column}"${this.#types.get(column) === 'real' ? '::text' : ''}::numeric), 0)`;
    const rows = await this.#ask(`SELECT symbol, count(*), min(${this.#ms()}), max(${this.#ms()}), ${sum('close')}, ${sum('volume')} FROM ${this.#table} GROUP BY symbol ORDER BY symbol COLLATE "C"`);
    if (rows.length === 0) throw new TimescaleError('empty', `${this.name} holds no row`);
    onRows(3, 3);
    return rows.map(([symbol, count, first, last, closes, volumes]) => ({ symbol: String(symbol), rows: Number(count), first: Number(first), last: Number(last), closes: Number(closes), volumes: Number(volumes) }));
  }

  /** NaN is above all numbers to Postgres, so that no comparison passes with one. */
  async #refuseImpossible(): Promise<void> {
    const sources = await this.#ask(`SELECT DISTINCT source FROM ${this.#table} WHERE source IS NOT NULL`);
    const strange = sources.find(([source]) => !SOURCE_NAME.test(source ?? ''));
    if (strange !== undefined) throw new TimescaleError('value', `${this.name}: the source ${JSON.stringify(strange[0]).slice(0, 120)} is not one to eighty printable ASCII characters; correct it`);
    const n = (column: string) => `"${column}"::float8`;
    const [wrong] = await this.#ask(`SELECT symbol, "time"::text, ${NUMBERS.map((column) => `"${column}"::text`).join(', ')} FROM ${this.#table}
      WHERE symbol IS NULL OR "time" IS NULL OR NOT isfinite("time") OR date_trunc('milliseconds', "time") <> "time"
        OR NOT coalesce(${n('low')} > 0 AND ${n('open')} >= ${n('low')} AND ${n('close')} >= ${n('low')} AND ${n('high')} >= ${n('open')} AND ${n('high')} >= ${n('close')} AND ${n('high')} < 'Infinity', false)
        OR NOT coalesce(${n('volume')} >= 0 AND ${n('volume')} < 'Infinity', true) LIMIT 1`);
    if (wrong === undefined) return;
    const [symbol, time, ...numbers] = wrong;
    const words = NUMBERS.map((column, i) => `${column} ${numbers[i] ?? 'NULL'}`).join(', ');
    throw new TimescaleError('value', `${this.name}: the row of ${symbol ?? 'no symbol'} at ${time ?? 'no time'} is no possible bar (${words}), or its time is finer than a millisecond; correct it or delete it`);
  }

  async *blocks(): AsyncIterable<TableBlock> {
    const builder = new BlockBuilder();
    const mayRound = NUMBERS.map((column) => !/^(real|double precision)$/.test(this.#types.get(column) ?? ''));
    await this.#ask(`DECLARE every_row NO SCROLL CURSOR FOR SELECT symbol, ${this.#ms()}, ${NUMBERS.map((column) => `"${column}"::text`).join(', ')}, source FROM ${this.#table} ORDER BY symbol COLLATE "C", "time"`);
    for (;;) {
      const rows = await this.#ask(`FETCH ${FETCH_ROWS} FROM every_row`);
      for (const [symbol, time, ...texts] of rows) {
        const numbers = [0, 1, 2, 3, 4].map((i) => {
          const text = texts[i] ?? null;
          if (text === null) return Number.NaN;
          const value = Number(text);
          if (mayRound[i] && !isExact(text, value)) this.rounded++;
          return value;
        }) as [number, number, number, number, number];
        const done = builder.add(String(symbol), Number(time), numbers, texts[5] ?? NO_SOURCE);
        if (done !== undefined) yield done;
      }
      if (rows.length < FETCH_ROWS) break;
    }
    await this.#ask('CLOSE every_row');
    const last = builder.take();
    if (last !== undefined) yield last;
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  /** Milliseconds since 1970: whole ones, since others are refused. */
  #ms(): string {
    return '(extract(epoch FROM "time") * 1000)::bigint';
  }

  async #ask(text: string): Promise<readonly (readonly Text[])[]> {
    try {
      return await ask(this.#client, text);
    } catch (error) {
      throw timescaleError(error, this.name);
    }
  }
}

async function ask(client: Client, text: string): Promise<readonly (readonly Text[])[]> {
  return (await client.query<Text[]>({ text, rowMode: 'array' })).rows;
}

function isoTime(ms: Text | undefined): string {
  return new Date(Number(ms)).toISOString();
}

/** What an error of the driver is to us, by the class of its code (appendix A of Postgres's manual). */
function timescaleError(error: unknown, place: string): TimescaleError {
  if (error instanceof TimescaleError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DatabaseError)) return new TimescaleError('unreachable', `${place} cannot be reached: ${message || 'no answer'}; start again when it is back, and it goes on where it was`, error);
  const code = error.code ?? '';
  if (/^(08|53|57)/.test(code)) return new TimescaleError('unreachable', `${place} does not serve now: ${message} (${code}); start again when it does, and it goes on where it was`, error);
  if (/^(28|3D)/.test(code) || code === '42501') return new TimescaleError('refused', `${place} refuses: ${message} (${code})`, error);
  return new TimescaleError('columns', `${place} is not read as ${COLUMNS.join(', ')}: ${message} (${code})`, error);
}
