import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import { readConfig, type Config, type MarketStoreName } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { marketStorePath } from './market-store-path.ts';

/** The secret that holds the URL of QuestDB. */
export const QUESTDB_URL = 'QUESTDB_URL';

/**
 * Opens the store of bars of a state folder: the one that is asked for, or else the one that
 * ALGOTRENDY_MARKET_STORE names. What earlier versions imported beside it is taken over. Throws `MarketStoreError`.
 */
export async function openMarketStore(home: string, name?: MarketStoreName, config?: Pick<Config, 'secrets' | 'marketStore'>): Promise<MarketStore> {
  const { secrets, marketStore } = config ?? await readConfig();
  const store = (name ?? marketStore) === 'embedded' ? new EmbeddedMarketStore(marketStorePath(home)) : await openQuestDb(home, secrets);
  // What few need is loaded only by them: opening a store is a part of every backtest's start.
  if (existsSync(join(home, 'bars'))) await (await import('./old-bars-folder.ts')).adoptOldBars(home, store);
  return store;
}

/** The same, but makes none: undefined where nothing was ever stored in it. */
export async function openKnownMarketStore(home: string): Promise<MarketStore | undefined> {
  const config = await readConfig();
  const isThere = config.marketStore !== 'embedded' || existsSync(marketStorePath(home)) || existsSync(join(home, 'bars'));
  return isThere ? openMarketStore(home, undefined, config) : undefined;
}

async function openQuestDb(home: string, secrets: Config['secrets']): Promise<MarketStore> {
  const { openSecrets } = await import('./secret-stores.ts');
  const url = await openSecrets({ home, secrets }).read(QUESTDB_URL);
  if (url === undefined) throw new Refusal('usage', `there is no secret ${QUESTDB_URL}`, { hint: `Set ALGOTRENDY_SECRET_${QUESTDB_URL}=http://USER:PASSWORD@HOST:9000` });
  const { QuestDbMarketStore } = await import('../../adapters/questdb/questdb-market-store.ts');
  return QuestDbMarketStore.open(url);
}
