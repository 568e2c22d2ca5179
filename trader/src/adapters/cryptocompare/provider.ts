import { z } from 'zod';
import type { Bar } from '../../domain/bar.ts';
import type { Result } from '../../domain/result.ts';
import { formatInterval } from '../../domain/time.ts';
import type { BarProvider, BarRequest, ProvidedBars, ProviderFailure, ProviderFailureKind } from '../../ports/bar-provider.ts';
import { boundedGet, type BoundedGetSpec } from '../wire/bounded-get.ts';
import { firstIssue, readJson } from '../wire/provided-json.ts';
import { settleRows } from '../wire/provided-rows.ts';

/** What the provider is made with. */
export interface CryptoCompareSpec extends Omit<BoundedGetSpec, 'provider' | 'timeoutMs' | 'maxBytes'> {
  readonly timeoutMs?: number;
}

/** Intervals that it has, by the path of their history. */
const PATHS: Readonly<Record<string, string>> = { '1m': '/data/histominute', '1h': '/data/histohour', '1d': '/data/histoday' };
/** The most bars of one answer, beside the one that it begins with. */
const PAGE = 2_000;

const success = z.object({
  Response: z.literal('Success'),
  Data: z.array(z.object({ time: z.number().int(), open: z.number(), high: z.number(), low: z.number(), close: z.number(), volumefrom: z.number() })),
});
/** Its way to say no, with status 200. */
const refusalBody = z.object({ Response: z.literal('Error'), Message: z.string(), Type: z.number() });

/** CryptoCompare: bars of pairs of coins, made of many exchanges, days beginning at midnight UTC. Long spans are asked for from their end on, page by page. */
export class CryptoCompareProvider implements BarProvider {
  readonly name = 'cryptocompare';
  readonly #spec: BoundedGetSpec;

  constructor({ timeoutMs = 15_000, ...spec }: CryptoCompareSpec) {
    this.#spec = { ...spec, provider: this.name, timeoutMs, maxBytes: 8 * 2 ** 20 };
  }

  async bars(request: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>> {
    const { symbol, intervalMs, span } = request;
    const path = PATHS[formatInterval(intervalMs)];
    const [, coin, currency] = /^([A-Z0-9]+)-([A-Z]{3,4})$/.exec(symbol) ?? [];
    if (path === undefined || coin === undefined || currency === undefined) return this.#refuse('unsupported', `there are no bars of ${formatInterval(intervalMs)} of ${symbol}`);
    const pages: (readonly Bar[])[] = [];
    for (let to = Math.min(span.to, this.#spec.clock.now()); to > span.from;) {
      const limit = Math.min(PAGE, Math.ceil((to - span.from) / intervalMs));
      const page = await this.#page(symbol, `${path}?${new URLSearchParams({ fsym: coin, tsym: currency, limit: String(limit), toTs: String(Math.floor(to / 1_000)) }).toString()}`);
      if (!page.ok) return page;
      const [oldest] = page.value;
      pages.unshift(page.value);
      // An answer that does not go further back would be asked for again without end.
      if (oldest === undefined || oldest.timestamp >= to) break;
      to = oldest.timestamp - intervalMs;
    }
    // Before it was traded a pair has rows of zeros.
    const rows = pages.flat().filter(({ open, high, low, close }) => open !== 0 || high !== 0 || low !== 0 || close !== 0);
    const settled = settleRows(rows, { provider: this.name, request, now: this.#spec.clock.now(), splits: [] });
    return settled.ok ? { ok: true, value: { ...settled.value, source: this.name, facts: { currency, timeZone: 'UTC', adjusted: 'none', splits: [], dividends: [] } } } : settled;
  }

  async #page(symbol: string, target: string): Promise<Result<readonly Bar[], ProviderFailure>> {
    const what = `bars of ${symbol}`;
    const answer = await boundedGet(this.#spec, what, target);
    if (!answer.ok) return answer;
    const body = readJson(answer.value.text);
    const read = success.safeParse(body);
    if (read.success) return { ok: true, value: read.data.Data.map(({ time, open, high, low, close, volumefrom: volume }) => ({ timestamp: time * 1_000, open, high, low, close, volume })) };
    const refusal = refusalBody.safeParse(body).data;
    if (refusal === undefined) return this.#refuse('wrong-shape', `${what}: ${firstIssue(read.error)}`);
    return this.#refuse(refusal.Type === 99 ? 'rate-limited' : 'not-found', `${what}: ${refusal.Message}`);
  }

  #refuse(kind: ProviderFailureKind, words: string): { readonly ok: false; readonly error: ProviderFailure } {
    return { ok: false, error: { kind, provider: this.name, message: `cryptocompare: ${words}` } };
  }
}
