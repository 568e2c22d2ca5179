import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Secret } from '../../domain/secret.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { SERVERS, type ServerCopy } from './backup.ts';
import { QUESTDB_URL } from './market-store.ts';
import { openSecrets } from './secret-stores.ts';

/** The servers whose data a backup is to hold: a Postgres by the secret of its URL, a QuestDB by its folder. Refuses where a secret is not set. */
export async function serverCopies({ postgres, questdb }: { readonly postgres: string | undefined; readonly questdb: string | undefined }, config: Config): Promise<readonly ServerCopy[]> {
  const copies: ServerCopy[] = [];
  if (postgres !== undefined) {
    const url = await secretOf(postgres, config);
    const { copyOrderStore } = await import('../../adapters/postgres/order-store-copy.ts');
    copies.push((scratch) => copyOrderStore(url, scratch));
  }
  if (questdb !== undefined) {
    if (!existsSync(join(questdb, 'db'))) throw new Refusal('usage', `${questdb} is not the folder of a QuestDB: it holds no db`, { hint: 'Name the folder that the server was started with, by -d.' });
    const url = await secretOf(QUESTDB_URL, config);
    const { questDbFiles } = await import('../../adapters/questdb/questdb-files.ts');
    copies.push(() => questDbFiles(url, questdb));
  }
  return copies;
}

/** Fills a Postgres with what was restored of one, and empties it again. */
export interface PostgresLoader {
  /** Resolves with how many rows it has now. */
  fill(target: string): Promise<number>;
  empty(): Promise<void>;
}

/** What fills the Postgres whose URL is that secret; undefined where none is asked for. */
export async function postgresLoader(name: string | undefined, config: Config): Promise<PostgresLoader | undefined> {
  if (name === undefined) return undefined;
  const url = await secretOf(name, config);
  const { emptyOrderStore, loadOrderStore } = await import('../../adapters/postgres/order-store-copy.ts');
  return {
    fill: (target) => loadOrderStore(url, join(target, SERVERS, 'postgres')),
    empty: () => emptyOrderStore(url),
  };
}

async function secretOf(name: string, config: Config): Promise<Secret> {
  const url = await openSecrets(config).read(name);
  if (url === undefined) throw new Refusal('usage', `there is no secret ${name}`, { hint: `Set ALGOTRENDY_SECRET_${name}.` });
  return url;
}
