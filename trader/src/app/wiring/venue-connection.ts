import { countedFiner } from '../../domain/instrument.ts';
import type { MarketFeed } from '../../ports/market-feed.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { KeyCheck, KeyedVenue, VenueGateway, VenueListing } from '../../ports/venue.ts';
import { Refusal } from '../refusal.ts';
import { closest } from '../suggestion.ts';
import { LiveConsent } from './live-consent.ts';
import { readKeys, type VenueKeys } from './secret-stores.ts';
import type { Surroundings } from './surroundings.ts';
import { openDriver, type Driver } from './venue-drivers.ts';
import { worldWord, type VenueName, type World } from './venue-hosts.ts';

/** An account at a venue, and the market that it trades on; nothing is open yet. */
export interface VenueConnection {
  readonly venue: VenueName;
  readonly world: World;
  readonly gateway: VenueGateway & KeyedVenue;
  readonly feed: MarketFeed;
  /** The chosen instruments: their places are the indices that gateway and feed speak of. */
  readonly listings: readonly VenueListing[];
  /** In which all of them are quoted, and the account is kept. */
  readonly accountCurrency: string;
}

/** A venue's market alone, for which no keys are needed where the venue is open to all. */
export interface FeedConnection extends Pick<VenueConnection, 'venue' | 'feed' | 'listings' | 'accountCurrency'> {
  /** The hosts that are dialled, as `hostName` gives them. */
  readonly hosts: readonly string[];
}

/** What may be done to an account by who must never open anything there. */
export type VenueStopper = Pick<VenueGateway, 'cancelAll' | 'snapshot' | 'close'>;

/**
 * An account at a venue with the instruments to trade, each by its id or by the venue's symbol. The
 * account of real money takes the consent of a person. Refuses what is not listed, or not there; throws
 * `VenueError` where the venue cannot be asked.
 */
export async function connectVenue(venue: VenueName, access: 'sandbox' | LiveConsent, instruments: readonly string[], around: Surroundings): Promise<VenueConnection> {
  if (access !== 'sandbox' && !LiveConsent.covers(access, venue)) throw new Refusal('usage', `nobody has consented to trade real money on ${venue}`);
  const world = access === 'sandbox' ? 'sandbox' : 'live';
  const driver = await openDriver(venue, world, await keysOf(venue, world, around.secrets), around);
  const listings = choose(venue, await driver.listings(), instruments).map((listing) => (listing.instrument.assetClass === 'crypto' ? { ...listing, instrument: countedFiner(listing.instrument, driver.balanceDecimals ?? 0) } : listing));
  return { venue, world, gateway: driver.gateway(listings), feed: feedOf(venue, driver, listings), listings, accountCurrency: currencyOf(listings) };
}

/** A venue's real market, to watch and not to trade; where no instruments are named, the coins that everybody knows. Refuses and throws as `connectVenue`. */
export async function connectFeed(venue: VenueName, instruments: readonly string[], around: Surroundings): Promise<FeedConnection> {
  const live = await readKeys(around.secrets, venue, 'live');
  // Alpaca shows its market to those who have keys, and the same market to those of its sandbox.
  const keys = live ?? (venue === 'alpaca' ? await keysOf(venue, 'sandbox', around.secrets) : undefined);
  const driver = await openDriver(venue, keys === live ? 'live' : 'sandbox', keys, around);
  const listings = choose(venue, await (driver.market === undefined ? driver.listings() : driver.market()), instruments);
  return { venue, feed: feedOf(venue, driver, listings), listings, accountCurrency: currencyOf(listings), hosts: driver.hosts };
}

/** Access to all that is open on an account, to end it. Refuses without keys; throws `VenueError`. */
export async function connectStopper(venue: VenueName, world: World, around: Surroundings): Promise<VenueStopper> {
  const driver = await openDriver(venue, world, await keysOf(venue, world, around.secrets), around);
  // All that is listed, since an order may rest in any of it.
  return driver.gateway(await driver.listings());
}

/** What a venue says of keys. Throws `VenueError`. */
export async function askKeys(venue: VenueName, world: World, keys: VenueKeys, around: Surroundings): Promise<KeyCheck> {
  const gateway = (await openDriver(venue, world, keys, around)).gateway([]);
  try {
    return await gateway.checkKeys();
  } finally {
    await gateway.close();
  }
}

async function keysOf(venue: VenueName, world: World, secrets: SecretStore): Promise<VenueKeys> {
  const keys = await readKeys(secrets, venue, world);
  if (keys !== undefined) return keys;
  const flag = worldWord(venue, world);
  throw new Refusal('usage', `there are no keys for ${venue}, ${flag}`, { hint: `Add them: ./algotrendy keys add ${venue} --${flag}` });
}

function feedOf(venue: VenueName, driver: Driver, listings: readonly VenueListing[]): MarketFeed {
  const feed = driver.feed?.(listings);
  if (feed === undefined) throw new Refusal('usage', `the market of ${venue} cannot be watched live yet`);
  return feed;
}

/** The coins that everybody knows, and what they are quoted in. */
const KNOWN = ['BTC', 'ETH', 'SOL'];
const QUOTES = ['USDT', 'USD', 'USDC'];

/** The listings of the instruments that were asked for, in their order. */
function choose(venue: VenueName, listings: readonly VenueListing[], wanted: readonly string[]): readonly VenueListing[] {
  if (wanted.length === 0) return known(venue, listings);
  const chosen = new Set<VenueListing>();
  return wanted.map((name) => {
    const found = listings.find(({ symbol, instrument }) => symbol === name || instrument.id === name);
    // Each would be traded as if it had all that the account holds of it.
    if (found !== undefined && chosen.has(found)) throw new Refusal('usage', `${found.instrument.id} is named twice, also as ${name}`);
    if (found !== undefined) {
      chosen.add(found);
      return found;
    }
    const meant = closest(name, listings.flatMap(({ symbol, instrument }) => [symbol, instrument.id]));
    throw new Refusal('usage', `${venue} does not list ${name}`, { hint: meant === undefined ? `Name it as ${listings[0]?.instrument.id ?? 'the venue'} is named.` : `Did you mean ${meant}?` });
  });
}

/** As many of the known coins as are listed in one currency. */
function known(venue: VenueName, listings: readonly VenueListing[]): readonly VenueListing[] {
  const found = QUOTES.map((quote) => KNOWN.flatMap((base) => listings.find(({ instrument: { id, quoteCurrency } }) => quoteCurrency === quote && id.startsWith(`${base}-`)) ?? []));
  const [most] = found.sort((a, b) => b.length - a.length);
  if (most.length > 0) return most;
  throw new Refusal('usage', `${venue} lists none of ${KNOWN.join(', ')}`, { where: '--instrument', hint: 'Name what to trade.' });
}

function currencyOf(listings: readonly VenueListing[]): string {
  const currencies = [...new Set(listings.map(({ instrument }) => instrument.quoteCurrency))];
  if (currencies.length === 1) return currencies[0];
  throw new Refusal('usage', `one account is kept in one currency, and these are quoted in ${currencies.join(' and ')}`, { hint: 'Trade each currency in an ALGOTRENDY_HOME of its own.' });
}
