import { Client, DatabaseError } from 'pg';
import type { Secret } from '../../domain/secret.ts';
import { rowsOf, type Rows, type Sequenced } from './rows.ts';
import { SCHEMA_STEPS } from './schema.ts';
import { StoreError } from './store-error.ts';

/** Up to where a run's journal is stored, and the journal's chained checksum there. */
export interface StoredPlace {
  readonly sequence: number;
  readonly crc: number;
}

/** A connection that does not come about, and a statement that is not answered, are given up. */
const CONNECT_MS = 5_000;
const ANSWER_MS = 30_000;
/** Any number that two builds share: who holds it makes or changes the schema. */
const SCHEMA_LOCK = 7_236_041;

/** Each table's rows come as one JSON list; a row that is there already is left as it is. */
const INSERTS: Readonly<Record<keyof Rows, string>> = {
  orders: insert('orders', 'client_order_id, sequence, book, signal_id, leg, side, type, time_in_force, quantity, price, terms, decided_at'),
  report: insert('report', 'sequence, client_order_id, kind, reported_at, reason, venue_order_id'),
  fill: insert('fill', 'client_order_id, trade_id, sequence, price, quantity, fee, taken, fee_in, filled_at'),
  denial: insert('denial', 'sequence, rule, owner, side, quantity, value, "limit", denied_at'),
  event: insert('event', 'sequence, kind, record'),
};

/**
 * Orders, reports, fills and denials of runs in Postgres. What is added, and the place in the journal
 * that it reaches to, are one transaction: whatever breaks, the place tells exactly what is there, and
 * the rest is added again from the journal. One object is one connection; when that is lost, the
 * object is of no use any more.
 */
export class OrderStore {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Connects, and makes or brings up to date the schema. Throws `StoreError`. */
  static async open(url: Secret): Promise<OrderStore> {
    const client = new Client(clientOptions(url));
    // A connection that is lost while nothing is asked is found out by the next question.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const store = new OrderStore(client);
      await store.#migrate();
      return store;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw storeError(error);
    }
  }

  /** Begins a run with its first record, unless it is there; its place. Throws `StoreError`. */
  async begin(run: string, setup: unknown, first: StoredPlace): Promise<StoredPlace> {
    await this.#ask('INSERT INTO algotrendy.run (run, setup, sequence, crc) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [run, jsonOf(setup), first.sequence, first.crc]);
    const { rows: [place] } = await this.#ask<{ sequence: string; crc: string }>('SELECT sequence, crc FROM algotrendy.run WHERE run = $1', [run]);
    return place === undefined ? first : { sequence: Number(place.sequence), crc: Number(place.crc) };
  }

  /** Throws away all that is stored of a run. Throws `StoreError`. */
  async forget(run: string): Promise<void> {
    await this.#ask('BEGIN');
    for (const table of [...Object.keys(INSERTS), 'run']) await this.#ask(`DELETE FROM algotrendy.${table} WHERE run = $1`, [run]);
    await this.#ask('COMMIT');
  }

  /**
   * Adds what follows a place, and moves the place on; all of it or nothing. False where the run is not
   * at that place, since somebody else has stored it meanwhile: then nothing was added. Throws `StoreError`.
   */
  async append(run: string, from: StoredPlace, records: readonly Sequenced[], to: StoredPlace): Promise<boolean> {
    await this.#ask('BEGIN');
    const { rowCount } = await this.#ask('UPDATE algotrendy.run SET sequence = $4, crc = $5 WHERE run = $1 AND sequence = $2 AND crc = $3', [run, from.sequence, from.crc, to.sequence, to.crc]);
    if (rowCount !== 1) {
      await this.#ask('ROLLBACK');
      return false;
    }
    const rows = rowsOf(records);
    for (const table of Object.keys(INSERTS) as (keyof Rows)[]) {
      if (rows[table].length > 0) await this.#ask(INSERTS[table], [run, jsonOf(rows[table])]);
    }
    await this.#ask('COMMIT');
    return true;
  }

  /** Gives the connection back. */
  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  async #migrate(): Promise<void> {
    await this.#client.query('BEGIN');
    await this.#client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
    await this.#client.query('CREATE SCHEMA IF NOT EXISTS algotrendy');
    await this.#client.query('CREATE TABLE IF NOT EXISTS algotrendy.schema_step (step int PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now())');
    const { rows } = await this.#client.query<{ step: number | null }>('SELECT max(step) AS step FROM algotrendy.schema_step');
    const done = rows[0]?.step ?? 0;
    if (done > SCHEMA_STEPS.length) throw new StoreError('version', `the schema algotrendy in this database is at step ${done}, and this build knows ${SCHEMA_STEPS.length}: a newer build has made it. Use that build, or another database.`);
    for (const [index, step] of SCHEMA_STEPS.entries()) {
      if (index < done) continue;
      await this.#client.query(step);
      await this.#client.query('INSERT INTO algotrendy.schema_step (step) VALUES ($1)', [index + 1]);
    }
    await this.#client.query('COMMIT');
  }

  async #ask<R extends Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<{ readonly rows: readonly R[]; readonly rowCount: number | null }> {
    try {
      return await this.#client.query<R>(text, [...values]);
    } catch (error) {
      throw storeError(error);
    }
  }
}

/** A value as JSON that Postgres takes: it knows neither the character 0 nor half of a pair of surrogates, which a text that was cut may end with. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (typeof each === 'string' ? each.toWellFormed().replaceAll('\0', '\ufffd') : each));
}

function insert(table: string, columns: string): string {
  return `INSERT INTO algotrendy.${table} (run, ${columns}) SELECT $1, ${columns} FROM jsonb_populate_recordset(NULL::algotrendy.${table}, $2::jsonb) ON CONFLICT DO NOTHING`;
}

/** How the server of a URL is connected to. Throws kind `refused` where it is no such URL. */
export function clientOptions(url: Secret) {
  const { protocol } = parsed(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new StoreError('refused', 'the secret is not the URL of a Postgres server: it should read postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  return { connectionString: url.reveal(), connectionTimeoutMillis: CONNECT_MS, query_timeout: ANSWER_MS, keepAlive: true, application_name: 'algotrendy' };
}

function parsed(url: Secret): { readonly protocol: string } {
  return URL.canParse(url.reveal()) ? new URL(url.reveal()) : { protocol: '' };
}

/**
 * What an error of the driver is to us. Postgres's own come with a code (appendix A of its manual):
 * classes 08, 53 and 57 are a server that cannot serve now, 28, 3D and 42501 are refusals.
 */
export function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DatabaseError)) return new StoreError('unreachable', `Postgres cannot be reached: ${message}`);
  const code = error.code ?? '';
  if (/^(08|53|57)/.test(code)) return new StoreError('unreachable', `Postgres does not serve now: ${message} (${code})`);
  if (/^(28|3D)/.test(code) || code === '42501') return new StoreError('refused', `Postgres refuses: ${message} (${code})`);
  return new StoreError('data', `Postgres does not take this: ${message} (${code})`);
}
