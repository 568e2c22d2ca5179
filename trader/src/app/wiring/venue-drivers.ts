import type { MarketFeed } from '../../ports/market-feed.ts';
import type { KeyedVenue, VenueGateway, VenueListing } from '../../ports/venue.ts';
import { Refusal } from '../refusal.ts';
import type { VenueKeys } from './secret-stores.ts';
import type { Surroundings } from './surroundings.ts';
import { hostName, hostsOf, type FeedName, type VenueName, type World } from './venue-hosts.ts';

/** How the market of one venue is reached. */
export interface MarketDriver {
  listings(): Promise<readonly VenueListing[]>;
  /** The hosts of the feed, and the listings as they tell them where those hosts are others. */
  readonly hosts: readonly string[];
  market?(): Promise<readonly VenueListing[]>;
  /** Absent where the venue's market cannot be watched. */
  feed?(listings: readonly VenueListing[]): MarketFeed;
}

/** How one venue's adapter is put together with hosts and keys. */
export interface Driver extends MarketDriver {
  /** Decimals of coins' balances, where fees may leave what is finer than a lot. */
  readonly balanceDecimals?: number;
  gateway(listings: readonly VenueListing[]): VenueGateway & KeyedVenue;
}

/** Puts together what is open to all of a venue whose accounts cannot be traded; nothing is dialled yet. */
export async function openMarket(venue: Exclude<FeedName, VenueName>, around: Surroundings): Promise<MarketDriver> {
  if (venue === 'okx') {
    const { OkxFeed, okxListings } = await import('../../adapters/okx/market-feed.ts');
    const spec = { ...around, hosts: hostsOf('okx', 'live', around.loopbackPort) };
    return { hosts: Object.values(spec.hosts).map(hostName), listings: () => okxListings(spec), feed: (listings) => new OkxFeed(spec, listings) };
  }
  const { KrakenFeed, krakenListings } = await import('../../adapters/kraken/market-feed.ts');
  const spec = { ...around, hosts: hostsOf('kraken', 'live', around.loopbackPort) };
  // REST has other names for its pairs than the stream, and only the list leads from one to the other.
  let known: Awaited<ReturnType<typeof krakenListings>> = [];
  return {
    hosts: Object.values(spec.hosts).map(hostName),
    listings: async () => (known = await krakenListings(spec)),
    feed: (listings) => new KrakenFeed(spec, listings.flatMap(({ symbol }) => known.find((each) => each.symbol === symbol) ?? [])),
  };
}

/**
 * Puts a venue's adapter together; nothing is dialled yet, and only what that venue needs is loaded.
 * Without keys only what is open to all can be asked. Refuses a secret that is none.
 */
export function openDriver(venue: VenueName, world: World, keys: VenueKeys | undefined, around: Surroundings): Promise<Driver> {
  switch (venue) {
    case 'binance': return openSpot(world, keys, around);
    case 'binance-usdm': return openFutures(world, keys, around);
    case 'coinbase': return openCoinbase(world, keys, around);
    case 'alpaca': return openAlpaca(world, keys, around);
  }
}

async function openSpot(world: World, keys: VenueKeys | undefined, around: Surroundings): Promise<Driver> {
  const { SpotGateway, spotListings } = await import('../../adapters/binance/gateway.ts');
  const { SpotFeed } = await import('../../adapters/binance/market-feed.ts');
  const { Signer } = await import('../../adapters/binance/signing.ts');
  const hosts = hostsOf('binance', world, around.loopbackPort);
  const spec = { ...around, hosts, signer: new Signer(...halves(keys)) };
  return {
    // Binance books all assets to eight decimals, and takes fees of what was bought.
    balanceDecimals: 8, listings: () => spotListings(spec), gateway: (listings) => new SpotGateway(spec, listings),
    // The host for market data lists, too: who only watches dials no other.
    hosts: [hosts.data, hosts.dataStream].map(hostName), market: () => spotListings({ ...spec, hosts: { ...hosts, rest: hosts.data } }), feed: (listings) => new SpotFeed(spec, listings),
  };
}

async function openFutures(world: World, keys: VenueKeys | undefined, around: Surroundings): Promise<Driver> {
  const { FuturesGateway, futuresListings } = await import('../../adapters/binance/futures-gateway.ts');
  const { FuturesFeed } = await import('../../adapters/binance/market-feed.ts');
  const { Signer } = await import('../../adapters/binance/signing.ts');
  const hosts = hostsOf('binance-usdm', world, around.loopbackPort);
  const spec = { ...around, hosts, signer: new Signer(...halves(keys)) };
  return {
    listings: () => futuresListings(spec), gateway: (listings) => new FuturesGateway(spec, listings),
    hosts: [hosts.rest, hosts.stream].map(hostName), feed: (listings) => new FuturesFeed(spec, listings),
  };
}

async function openCoinbase(world: World, keys: VenueKeys | undefined, around: Surroundings): Promise<Driver> {
  const { CoinbaseGateway, coinbaseListings } = await import('../../adapters/coinbase/gateway.ts');
  const { CoinbaseFeed } = await import('../../adapters/coinbase/market-feed.ts');
  const { Signer } = await import('../../adapters/coinbase/signing.ts');
  const hosts = hostsOf('coinbase', world, around.loopbackPort);
  return {
    listings: () => coinbaseListings({ ...around, hosts }),
    gateway: (listings) => new CoinbaseGateway({ ...around, hosts, signer: readSigner('coinbase', () => new Signer(...halves(keys))) }, listings),
    hosts: [hosts.rest, hosts.market].map(hostName), feed: (listings) => new CoinbaseFeed({ ...around, hosts }, listings),
  };
}

async function openAlpaca(world: World, keys: VenueKeys | undefined, around: Surroundings): Promise<Driver> {
  const { AlpacaGateway, alpacaListings } = await import('../../adapters/alpaca/gateway.ts');
  const { AlpacaFeed } = await import('../../adapters/alpaca/market-feed.ts');
  const { Signer } = await import('../../adapters/alpaca/signing.ts');
  const hosts = hostsOf('alpaca', world, around.loopbackPort);
  const spec = { ...around, hosts, signer: new Signer(...halves(keys)) };
  return {
    balanceDecimals: 9, listings: () => alpacaListings(spec), gateway: (listings) => new AlpacaGateway(spec, listings),
    hosts: [hosts.data, hosts.dataStream].map(hostName), feed: (listings) => new AlpacaFeed(spec, listings),
  };
}

/** Both halves of keys in the open, for the signer that takes them; empty ones where there are none. */
function halves(keys: VenueKeys | undefined): [key: string, secret: string] {
  return [keys?.key.reveal() ?? '', keys?.secret.reveal() ?? ''];
}

/** What a signer says of a secret that cannot sign, as a person is told. */
function readSigner<S>(venue: VenueName, make: () => S): S {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal('usage', `the secret for ${venue} cannot sign: ${error.message}`, { hint: 'Copy it again from the venue\'s page, the whole of it.' });
  }
}
