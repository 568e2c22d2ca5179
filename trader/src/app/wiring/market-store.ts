import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import { readConfig, type Config, type MarketStoreName } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { marketStorePath } from './market-store-path.ts';
import { openSecrets } from './secret-stores.ts';

/** The secret that holds the URL of QuestDB. */
export const QUESTDB_URL = 'QUESTDB_URL';

/** Opens the store of bars of a state folder: the one that is asked for, or else the one that ALGOTRENDY_MARKET_STORE names. Throws `MarketStoreError`. */
export async function openMarketStore(home: string, name?: MarketStoreName, config?: Pick<Config, 'secrets' | 'marketStore'>): Promise<MarketStore> {
  const { secrets, marketStore } = config ?? await readConfig();
  if ((name ?? marketStore) === 'embedded') return new EmbeddedMarketStore(marketStorePath(home));
  const url = await openSecrets({ home, secrets }).read(QUESTDB_URL);
  if (url === undefined) throw new Refusal('usage', `there is no secret ${QUESTDB_URL}`, { hint: `Set ALGOTRENDY_SECRET_${QUESTDB_URL}=http://USER:PASSWORD@HOST:9000` });
  const { QuestDbMarketStore } = await import('../../adapters/questdb/questdb-market-store.ts');
  return QuestDbMarketStore.open(url);
}
