import { z } from 'zod';
import { decimalPlaces, parseDecimal } from '../../domain/exact.ts';
import type { VenueListing } from '../../ports/venue.ts';

const pair = z.object({
  altname: z.string().min(1), wsname: z.string().regex(/^[^/]+\/[^/]+$/), pair_decimals: z.number().int().min(0), lot_decimals: z.number().int().min(0),
  tick_size: z.string().regex(/^\d+(\.\d+)?$/).optional(), costmin: z.string().regex(/^\d+(\.\d+)?$/).optional(), status: z.string().default('online'),
});

/** A pair in all of Kraken's spellings, with the decimals that its checksums are made with. */
export interface KrakenListing extends VenueListing {
  /** As REST takes it: `XBTUSD`. */
  readonly altname: string;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
}

/** Names that version 2 of the stream and everybody else have for what REST calls otherwise. */
const COMMON_NAMES: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' };

/** What trades on Kraken spot now (`GET /0/public/AssetPairs`), by its symbol on the stream: `BTC/USD`. What cannot be read is counted in `onUnreadable` and left out. */
export function readListings(pairs: readonly unknown[], onUnreadable: (what: string) => void): KrakenListing[] {
  return pairs.flatMap((each) => {
    const { success, data } = pair.safeParse(each);
    if (success && data.status !== 'online') return [];
    const listing = success ? toListing(data) : undefined;
    if (listing === undefined) onUnreadable('a pair');
    return listing ?? [];
  });
}

function toListing({ altname, wsname, pair_decimals: priceDecimals, lot_decimals: quantityDecimals, tick_size: tick, costmin = '0' }: z.infer<typeof pair>): KrakenListing | undefined {
  const [base = '', quote = ''] = wsname.split('/').map((name) => COMMON_NAMES[name] ?? name);
  const priceScale = Math.max(priceDecimals, decimalPlaces(tick ?? '0'));
  const tickSize = tick === undefined ? 10 ** (priceScale - priceDecimals) : parseDecimal(tick, priceScale);
  const moneyScale = priceScale + quantityDecimals;
  if (tickSize <= 0 || decimalPlaces(costmin) > moneyScale) return undefined;
  return {
    symbol: `${base}/${quote}`, altname, priceDecimals, quantityDecimals,
    instrument: { id: `${base}-${quote}.KRAKEN`, assetClass: 'crypto', quoteCurrency: quote, priceScale, quantityScale: quantityDecimals, tickSize, lotSize: 1, minNotional: parseDecimal(costmin, moneyScale) },
  };
}
