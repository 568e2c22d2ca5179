import { settleRows } from '../../adapters/wire/provided-rows.ts';
import type { Bar } from '../../domain/bar.ts';
import type { Result } from '../../domain/result.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { BarProvider, BarRequest, ProvidedBars, ProviderFailure, ProviderFailureKind } from '../../ports/bar-provider.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarketFeed } from '../../ports/market-feed.ts';
import type { VenueListing } from '../../ports/venue.ts';

/** A venue's market as its history is asked for. */
export interface VenueMarket {
  /** What it lists. Throws `VenueError`. */
  listings(): Promise<readonly VenueListing[]>;
  feed(listings: readonly VenueListing[]): MarketFeed;
}

/** What venue bars are made with. */
export interface VenueBarsSpec {
  readonly name: string;
  readonly open: () => Promise<VenueMarket>;
  readonly clock: Clock;
  /** Takes a call of the quota before each request; what it returns is the answer in its place. */
  readonly spend: () => ProviderFailure | undefined;
  /** The newest bars of a length that the venue tells, where it tells no others. */
  readonly reach?: number;
}

const LONGEST_WAIT_MS = 5_000;

/** A base and what it is quoted in, as `BTC-USD`. */
const PAIR = /^[A-Z0-9]+-[A-Z0-9]{3,5}$/;

const KINDS: Readonly<Partial<Record<VenueError['failure'], ProviderFailureKind>>> = {
  'rate-limited': 'rate-limited', 'banned': 'banned', 'unauthorised': 'unauthorised', 'unreachable': 'unreachable', 'maintenance': 'server-error', 'not-found': 'not-found', 'rejected': 'unsupported',
};

/** A venue as a provider of a coin's bars: the very bars that its live feed goes on from, page by page. */
export class VenueBars implements BarProvider {
  readonly name: string;
  readonly #spec: VenueBarsSpec;
  /** The market and what it lists, once it was asked. */
  #known: { readonly market: VenueMarket; readonly listings: readonly VenueListing[] } | undefined;

  constructor(spec: VenueBarsSpec) {
    this.name = spec.name;
    this.#spec = spec;
  }

  async bars(request: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>> {
    const { symbol } = request;
    if (!PAIR.test(symbol)) return this.#refuse('unsupported', `${symbol} is no pair of coins`);
    try {
      const spent = this.#known === undefined ? await this.#spend() : undefined;
      if (spent !== undefined) return { ok: false, error: spent };
      const { market, listings } = this.#known ??= await this.#list();
      const listing = listings.find(({ instrument }) => instrument.assetClass === 'crypto' && instrument.id.startsWith(`${symbol}.`));
      if (listing === undefined) return this.#refuse('not-found', `it lists no ${symbol}`);
      const feed = market.feed([listing]);
      try {
        return await this.#ask(feed, request, listing.instrument.quoteCurrency);
      } finally {
        await feed.close();
      }
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      const kind = KINDS[error.failure] ?? (/in time/.test(error.message) ? 'timed-out' : /unknown shape|cannot be read/.test(error.message) ? 'wrong-shape' : 'server-error');
      return { ok: false, error: { kind, provider: this.name, message: error.message, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) } };
    }
  }

  async #list(): Promise<{ readonly market: VenueMarket; readonly listings: readonly VenueListing[] }> {
    const market = await this.#spec.open();
    return { market, listings: await market.listings() };
  }

  /** Takes a call of the quota. A venue counts by the second or minute: a short wait is no failure. */
  async #spend(): Promise<ProviderFailure | undefined> {
    for (;;) {
      const spent = this.#spec.spend();
      if (spent?.retryAfterMs === undefined || spent.retryAfterMs > LONGEST_WAIT_MS) return spent;
      const { retryAfterMs } = spent;
      await new Promise<void>((resolve) => { this.#spec.clock.after(retryAfterMs, resolve); });
    }
  }

  async #ask(feed: MarketFeed, asked: BarRequest, currency: string): Promise<Result<ProvidedBars, ProviderFailure>> {
    const { intervalMs, span } = asked;
    const { clock, reach = Infinity } = this.#spec;
    const now = clock.now();
    const oldest = (Math.floor(now / intervalMs) - reach) * intervalMs;
    if (span.to <= oldest) return this.#refuse('unsupported', `it tells the newest ${reach} bars of ${formatInterval(intervalMs)}, and none before them`);
    const request: BarRequest = { ...asked, span: { ...span, from: Math.max(span.from, oldest) } };
    const rows: Bar[] = [];
    for (let from: Timestamp = request.span.from; from < request.span.to;) {
      const spent = await this.#spend();
      if (spent !== undefined) return { ok: false, error: spent };
      const page = await feed.barsSince(0, intervalMs, from);
      const last = page.at(-1);
      // An answer that does not go further would be asked for again without end.
      if (last === undefined || last.timestamp < from) break;
      rows.push(...page);
      // Rows out of order are refused below; who asks on from their last one asks for them again.
      if (page[0].timestamp > last.timestamp) break;
      from = last.timestamp + intervalMs;
    }
    const settled = settleRows(rows, { provider: this.name, request, now, splits: [] });
    return settled.ok ? { ok: true, value: { ...settled.value, source: this.name, facts: { currency, timeZone: 'UTC', adjusted: 'none', splits: [], dividends: [] } } } : settled;
  }

  #refuse(kind: ProviderFailureKind, words: string): { readonly ok: false; readonly error: ProviderFailure } {
    return { ok: false, error: { kind, provider: this.name, message: `${this.name}: ${words}` } };
  }
}
