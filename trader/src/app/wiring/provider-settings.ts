import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProviderQuota } from '../../domain/quota.ts';
import { DAY_MS, parseInterval } from '../../domain/time.ts';
import { Refusal } from '../refusal.ts';
import { PROVIDER_NAMES, SERIES_PROVIDERS, type ProviderName, type SeriesProvider } from './provider-hosts.ts';

/**
 * What each provider allows without pay. Alpha Vantage says so in its answers: 25 calls a day, 5 a
 * minute. CryptoCompare names its limits in each refusal. CoinGecko's demo plan has 30 a minute and 10 000 a month, and without its key what it
 * gives differs by how busy it is. Yahoo says nothing. What those two are asked is our own restraint.
 */
export const QUOTAS: Readonly<Record<ProviderName | SeriesProvider, ProviderQuota>> = {
  alphavantage: { limits: [{ calls: 5, windowMs: 60_000 }, { calls: 25, windowMs: DAY_MS }], documented: true },
  yahoo: { limits: [{ calls: 60, windowMs: 60_000 }, { calls: 2_000, windowMs: 3_600_000 }], documented: false },
  cryptocompare: { limits: [{ calls: 20, windowMs: 1_000 }, { calls: 300, windowMs: 60_000 }, { calls: 3_000, windowMs: 3_600_000 }, { calls: 10_000, windowMs: DAY_MS }], documented: true },
  coingecko: { limits: [{ calls: 5, windowMs: 60_000 }, { calls: 10_000, windowMs: 31 * DAY_MS }], documented: false },
  // What an address may ask without keys. A question of Binance's bars costs 2 of 6 000 a minute.
  coinbase: { limits: [{ calls: 10, windowMs: 1_000 }], documented: true },
  binance: { limits: [{ calls: 3_000, windowMs: 60_000 }], documented: true },
  kraken: { limits: [{ calls: 1, windowMs: 1_000 }], documented: true },
  okx: { limits: [{ calls: 20, windowMs: 2_000 }], documented: true },
  // FRED turns away bursts beyond two a second; half a second apart there is none.
  fred: { limits: [{ calls: 1, windowMs: 500 }, { calls: 120, windowMs: 60_000 }], documented: true },
  alternative: { limits: [{ calls: 60, windowMs: 60_000 }], documented: true },
  'binance-usdm': { limits: [{ calls: 500, windowMs: 300_000 }], documented: true },
  reddit: { limits: [{ calls: 100, windowMs: 60_000 }], documented: true },
};

/** Everybody who has a quota. */
export const QUOTA_NAMES = [...PROVIDER_NAMES, ...SERIES_PROVIDERS] as const;

/** The order for many symbols: first who allows many calls. */
export const BULK_ORDER: readonly ProviderName[] = ['yahoo', 'alphavantage', 'cryptocompare', 'coingecko'];

const limit = z.strictObject({
  calls: z.number().int().min(0),
  window: z.string().transform((text, context) => {
    const windowMs = parseInterval(text);
    if (windowMs === undefined) context.addIssue({ code: 'custom', message: `"${text}" is no length of time such as 1m or 1d` });
    return windowMs ?? 0;
  }),
});
const settingsFile = z.strictObject({ quotas: z.partialRecord(z.enum(QUOTA_NAMES), z.array(limit)).optional() });

/** The quota of each provider: as `$ALGOTRENDY_HOME/providers.json` says, else as the provider does. Refuses a file that cannot be read. */
export function readQuotas(home: string): typeof QUOTAS {
  const path = join(home, 'providers.json');
  if (!existsSync(path)) return QUOTAS;
  const refuse = (problem: string) => new Refusal('usage', `${path}: ${problem}`, { hint: 'It reads like {"quotas": {"alphavantage": [{"calls": 25, "window": "1d"}]}}.' });
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw refuse('is no JSON');
  }
  const read = settingsFile.safeParse(json);
  if (!read.success) throw refuse(`${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}`.trim());
  const given = Object.entries(read.data.quotas ?? {}).map(([name, limits]) => [name, { documented: false, limits: limits.map(({ calls, window }) => ({ calls, windowMs: window })) }]);
  return { ...QUOTAS, ...Object.fromEntries(given) as Partial<typeof QUOTAS> };
}
