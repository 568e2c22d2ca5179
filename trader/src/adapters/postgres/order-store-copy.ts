import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Secret } from '../../domain/secret.ts';
import { linesOf } from '../wire/text-lines.ts';
import { clientOptions, OrderStore, storeError } from './order-store.ts';
import { StoreError } from './store-error.ts';

/** In an order in which each may be filled when those before it are. */
const TABLES = ['run', 'orders', 'report', 'fill', 'denial', 'event'] as const;
const ROWS_AT_ONCE = 2_000;

/**
 * Copies the store into files of a folder, as it is at one moment, while others go on writing: one file a
 * table, one row a line as JSON, numbers to their last digit. Gives each file when it is whole. Throws `StoreError`.
 */
export async function* copyOrderStore(url: Secret, folder: string): AsyncIterable<{ readonly path: string; readonly source: string }> {
  const client = await connect(url);
  try {
    await ask(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    for (const table of TABLES) {
      const source = join(folder, `${table}.jsonl`);
      const descriptor = openSync(source, 'w', 0o600);
      try {
        await ask(client, `DECLARE every_row NO SCROLL CURSOR FOR SELECT to_jsonb(t)::text AS line FROM algotrendy.${table} t`);
        for (;;) {
          const rows = await ask(client, `FETCH ${ROWS_AT_ONCE} FROM every_row`);
          if (rows.length === 0) break;
          writeFileSync(descriptor, rows.map(({ line }) => `${line}\n`).join(''));
        }
        await ask(client, 'CLOSE every_row');
      } finally {
        closeSync(descriptor);
      }
      yield { path: `postgres/${table}.jsonl`, source };
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Fills an empty store with a copy, whole or not at all; resolves with how many rows it has now. Throws `StoreError`, kind `diverged` where the store holds something. */
export async function loadOrderStore(url: Secret, folder: string): Promise<number> {
  const absent = TABLES.find((table) => !existsSync(join(folder, `${table}.jsonl`)));
  if (absent !== undefined) throw new StoreError('data', `${folder} holds no copy of a store: ${absent}.jsonl is not there`);
  await (await OrderStore.open(url)).close();
  const client = await connect(url);
  try {
    await ask(client, 'BEGIN');
    await ask(client, 'LOCK TABLE algotrendy.run IN EXCLUSIVE MODE');
    const [held] = await ask(client, 'SELECT run AS line FROM algotrendy.run LIMIT 1');
    if (held !== undefined) throw new StoreError('diverged', `this database already holds the run ${held.line}; load the copy into one that holds none`);
    let loaded = 0;
    for (const table of TABLES) {
      const put = (lines: readonly string[]) => ask(client, `INSERT INTO algotrendy.${table} SELECT * FROM jsonb_populate_recordset(NULL::algotrendy.${table}, $1::jsonb)`, [`[${lines.join()}]`]);
      let lines: string[] = [];
      for await (const line of linesOf(join(folder, `${table}.jsonl`))) {
        loaded++;
        if (lines.push(line) === ROWS_AT_ONCE) {
          await put(lines);
          lines = [];
        }
      }
      if (lines.length > 0) await put(lines);
    }
    await ask(client, 'COMMIT');
    return loaded;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Takes all rows out of a store again that a copy was loaded into. Throws `StoreError`. */
export async function emptyOrderStore(url: Secret): Promise<void> {
  const client = await connect(url);
  try {
    await ask(client, `TRUNCATE ${TABLES.map((table) => `algotrendy.${table}`).join(', ')}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(url: Secret): Promise<Client> {
  const client = new Client(clientOptions(url));
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw storeError(error);
  }
}

async function ask(client: Client, text: string, values: readonly unknown[] = []): Promise<readonly { readonly line: string }[]> {
  try {
    return (await client.query<{ line: string }>(text, [...values])).rows;
  } catch (error) {
    throw storeError(error);
  }
}
