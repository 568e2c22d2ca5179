import { z } from 'zod';
import type { Result } from '../../domain/result.ts';
import type { Secret } from '../../domain/secret.ts';
import { DAY_MS, formatInterval } from '../../domain/time.ts';
import type { BarProvider, BarRequest, ProvidedBars, ProvidedQuote, ProviderFailure, ProviderFailureKind } from '../../ports/bar-provider.ts';
import { boundedGet, type BoundedGetSpec } from '../wire/bounded-get.ts';
import { firstIssue, readJson } from '../wire/provided-json.ts';
import { settleRows } from '../wire/provided-rows.ts';

/** What the provider is made with. */
export interface CoinGeckoSpec extends Omit<BoundedGetSpec, 'provider' | 'timeoutMs' | 'maxBytes'> {
  /** Of its demo plan, which allows more; it answers without one, too. */
  readonly key: Secret | undefined;
  readonly timeoutMs?: number;
}

/** Coins by their name there: tickers are not unique, so none is guessed. */
const COINS: Readonly<Record<string, string>> = {
  ADA: 'cardano', AVAX: 'avalanche-2', BNB: 'binancecoin', BTC: 'bitcoin', DOGE: 'dogecoin', DOT: 'polkadot', ETH: 'ethereum', LINK: 'chainlink', LTC: 'litecoin', SOL: 'solana', XRP: 'ripple',
};
/** How long a candle is, by the days that are asked for (docs.coingecko.com, "Coin OHLC Chart by ID"). */
const CANDLES: readonly { readonly interval: string; readonly days: readonly number[] }[] = [{ interval: '30m', days: [1] }, { interval: '4h', days: [7, 14, 30] }];
/** A price is worked out anew within minutes; an older one is of a coin that nobody trades, or of a provider that is stuck. */
const FRESH_MS = 15 * 60_000;

const ohlc = z.array(z.tuple([z.number().int(), z.number(), z.number(), z.number(), z.number()]));
const prices = z.record(z.string(), z.record(z.string(), z.number()));

/** CoinGecko: prices of coins over all exchanges, without volume: candles of thirty minutes of the last day, of four hours of the last thirty. */
export class CoinGeckoProvider implements BarProvider {
  readonly name = 'coingecko';
  readonly #spec: BoundedGetSpec;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ timeoutMs = 15_000, key, ...spec }: CoinGeckoSpec) {
    this.#spec = { ...spec, provider: this.name, timeoutMs, maxBytes: 2 ** 20 };
    this.#headers = key === undefined ? {} : { 'x-cg-demo-api-key': key.reveal() };
  }

  async bars(request: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>> {
    const { symbol, intervalMs, span } = request;
    const pair = pairOf(symbol);
    const now = this.#spec.clock.now();
    const days = CANDLES.find(({ interval }) => interval === formatInterval(intervalMs))?.days.find((most) => span.from >= now - most * DAY_MS);
    if (pair === undefined || days === undefined) return this.#refuse('unsupported', `there are no bars of ${formatInterval(intervalMs)} of ${symbol} from ${new Date(span.from).toISOString()} on`);
    const what = `bars of ${symbol}`;
    const answer = await boundedGet(this.#spec, what, `/api/v3/coins/${pair.coin}/ohlc?${new URLSearchParams({ vs_currency: pair.currency, days: String(days), precision: 'full' }).toString()}`, { headers: this.#headers });
    if (!answer.ok) return answer;
    const read = ohlc.safeParse(readJson(answer.value.text));
    if (!read.success) return this.#refuse('wrong-shape', `${what}: ${firstIssue(read.error)}`);
    // A candle is named by its end.
    const rows = read.data.map(([end, open, high, low, close]) => ({ timestamp: end - intervalMs, open, high, low, close, volume: NaN }));
    if (rows.some(({ timestamp }) => timestamp % intervalMs !== 0 && timestamp + intervalMs <= now)) return this.#refuse('wrong-shape', `${what}: candles of another length`);
    const settled = settleRows(rows, { provider: this.name, request, now, splits: [] });
    return settled.ok ? { ok: true, value: { ...settled.value, source: this.name, facts: { currency: pair.currency.toUpperCase(), timeZone: 'UTC', adjusted: 'none', splits: [], dividends: [] } } } : settled;
  }

  async quote(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>> {
    const pair = pairOf(symbol);
    if (pair === undefined) return this.#refuse('unsupported', `there is no quote of ${symbol}`);
    const { coin, currency } = pair;
    const what = `the price of ${symbol}`;
    const answer = await boundedGet(this.#spec, what, `/api/v3/simple/price?${new URLSearchParams({ ids: coin, vs_currencies: currency, include_last_updated_at: 'true', precision: 'full' }).toString()}`, { headers: this.#headers });
    if (!answer.ok) return answer;
    const read = prices.safeParse(readJson(answer.value.text));
    if (!read.success) return this.#refuse('wrong-shape', `${what}: ${firstIssue(read.error)}`);
    const { [currency]: price = NaN, last_updated_at: seconds = NaN } = read.data[coin] ?? {};
    if (!(price > 0) || Number.isNaN(seconds)) return this.#refuse('empty', `${what}: there is none in the answer`);
    const tsEvent = seconds * 1_000;
    if (this.#spec.clock.now() - tsEvent > FRESH_MS) return this.#refuse('stale', `${what} is of ${new Date(tsEvent).toISOString()}`);
    return { ok: true, value: { source: this.name, symbol, price, currency: currency.toUpperCase(), tsEvent } };
  }

  #refuse(kind: ProviderFailureKind, words: string): { readonly ok: false; readonly error: ProviderFailure } {
    return { ok: false, error: { kind, provider: this.name, message: `coingecko: ${words}` } };
  }
}

/** `BTC-USD` as it is asked for; undefined where the coin is not among those known by name. */
function pairOf(symbol: string): { readonly coin: string; readonly currency: string } | undefined {
  const [, ticker = '', currency = ''] = /^([A-Z]+)-(USD|EUR|GBP|JPY)$/.exec(symbol) ?? [];
  const coin = COINS[ticker];
  return coin === undefined ? undefined : { coin, currency: currency.toLowerCase() };
}
