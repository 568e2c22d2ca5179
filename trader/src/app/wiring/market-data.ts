import { AlphaVantageProvider } from '../../adapters/alphavantage/provider.ts';
import { CoinGeckoProvider } from '../../adapters/coingecko/provider.ts';
import { CryptoCompareProvider } from '../../adapters/cryptocompare/provider.ts';
import { YahooProvider } from '../../adapters/yahoo/provider.ts';
import type { ProviderQuota } from '../../domain/quota.ts';
import type { Secret } from '../../domain/secret.ts';
import { BarCache } from '../../pipeline/bar-cache.ts';
import { failover, type FallBack } from '../../pipeline/failover.ts';
import { quotaGate } from '../../pipeline/quota-gate.ts';
import type { BarProvider } from '../../ports/bar-provider.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import type { ProviderLedger } from '../../ports/provider-ledger.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { openMarketStore } from './market-store.ts';
import { providerHosts, USUAL_PROVIDERS, type CoinVenue, type ProviderName } from './provider-hosts.ts';
import { openLedger } from './provider-ledger.ts';
import { readQuotas } from './provider-settings.ts';
import { openSecrets } from './secret-stores.ts';
import { surroundings, type Surroundings } from './surroundings.ts';
import { VenueBars, type VenueMarket } from './venue-bars.ts';
import { openDriver, openMarket } from './venue-drivers.ts';

/** The secret that holds the key of Alpha Vantage. */
const ALPHA_VANTAGE_KEY = 'ALPHAVANTAGE_KEY';

/** The secret that holds the key of CoinGecko's demo plan. */
const COINGECKO_KEY = 'COINGECKO_KEY';

/** Market data as it is wired: providers in their order, in front of them the store. */
export interface MarketData {
  readonly cache: BarCache;
  readonly store: MarketStore;
  readonly ledger: ProviderLedger;
  /** The providers that can be asked, each by itself. */
  readonly providers: readonly BarProvider[];
  close(): Promise<void>;
}

/** The providers that can be asked without more ado, in this order: those whose key is kept, and those that need none. */
export async function readyProviders(config: Config, order: readonly ProviderName[]): Promise<readonly ProviderName[]> {
  const key = await openSecrets(config).read(ALPHA_VANTAGE_KEY);
  return order.filter((name) => name !== 'alphavantage' || key !== undefined);
}

/**
 * Wires a chain of providers. Without names it is Alpha Vantage, where its key is kept, then Yahoo, then, for coins, CryptoCompare and CoinGecko.
 * Every fall-back is counted, and told to `onFallBack`. Refuses a name that is none, and Alpha Vantage without a key.
 */
export async function openMarketData(config: Config, names: readonly ProviderName[] | undefined, onFallBack: (event: FallBack) => void): Promise<MarketData> {
  const around = surroundings(config, () => undefined);
  const keys: ProviderKeys = { alphavantage: await around.secrets.read(ALPHA_VANTAGE_KEY), coingecko: await around.secrets.read(COINGECKO_KEY) };
  const chain = names ?? await readyProviders(config, USUAL_PROVIDERS);
  const quotas = readQuotas(config.home);
  const ledger = openLedger(config.home);
  const store = await openMarketStore(config.home, undefined, config);
  const providers = chain.map((name) => makeProvider(name, quotas[name], keys, around, ledger));
  const { clock, random } = around;
  const provider = failover(providers, { clock, random, onFallBack: (event) => {
    ledger.count(`${event.failure.provider} ${event.failure.kind}`, clock.now());
    onFallBack(event);
  } });
  const cache = new BarCache({ store, ledger, provider, clock });
  return {
    store, ledger, providers, cache,
    async close() {
      await cache.idle();
      ledger.close();
      await store.close();
    },
  };
}

/** Kraken's REST tells the newest 720 bars of a length, the one that grows among them. */
const KRAKEN_REACH = 719;

/** A venue's market as anybody may ask for it. */
async function openVenueMarket(name: CoinVenue, around: Surroundings): Promise<VenueMarket> {
  const driver = name === 'okx' || name === 'kraken' ? await openMarket(name, around) : await openDriver(name, 'live', undefined, around);
  return {
    listings: () => (driver.market === undefined ? driver.listings() : driver.market()),
    feed(listings) {
      const feed = driver.feed?.(listings);
      if (feed === undefined) throw new Refusal('usage', `the market of ${name} cannot be asked`);
      return feed;
    },
  };
}

/** The keys that are kept. */
type ProviderKeys = Readonly<Record<'alphavantage' | 'coingecko', Secret | undefined>>;

function makeProvider(name: ProviderName, quota: ProviderQuota, keys: ProviderKeys, around: Surroundings, ledger: ProviderLedger): BarProvider {
  const { clock, loopbackPort } = around;
  const spend = quotaGate(name, quota, ledger, clock);
  switch (name) {
    case 'alphavantage': {
      const key = keys.alphavantage;
      if (key === undefined) throw new Refusal('usage', 'there is no key for alphavantage', { hint: `Set ALGOTRENDY_SECRET_${ALPHA_VANTAGE_KEY}, or leave it out: --provider yahoo` });
      return new AlphaVantageProvider({ base: providerHosts(name, loopbackPort).rest, clock, spend, key });
    }
    case 'cryptocompare':
      return new CryptoCompareProvider({ base: providerHosts(name, loopbackPort).rest, clock, spend });
    case 'coingecko':
      return new CoinGeckoProvider({ base: providerHosts(name, loopbackPort).rest, clock, spend, key: keys.coingecko });
    case 'coinbase': case 'binance': case 'kraken': case 'okx':
      return new VenueBars({ name, clock, spend, open: () => openVenueMarket(name, around), ...(name === 'kraken' && { reach: KRAKEN_REACH }) });
    case 'yahoo': {
      const { rest, cookie } = providerHosts(name, loopbackPort);
      return new YahooProvider({ base: rest, cookieBase: cookie, clock, spend });
    }
  }
}

/** Whether what a provider calls so is traded on weekends: coins, by their pair, whatever they are quoted in. A class of shares after a dash is shorter. */
export function tradesOnWeekends(symbol: string): boolean {
  return /^[A-Z0-9]+-[A-Z0-9]{3,5}$/.test(symbol);
}
