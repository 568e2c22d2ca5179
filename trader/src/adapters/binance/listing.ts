import { z } from 'zod';
import { decimalPlaces, parseDecimal } from '../../domain/exact.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { decimal } from './wire.ts';

const filter = z.looseObject({ filterType: z.string(), tickSize: decimal.optional(), stepSize: decimal.optional(), minNotional: decimal.optional() });

const symbolEntry = z.object({
  symbol: z.string(), status: z.string(), baseAsset: z.string(), quoteAsset: z.string(),
  baseAssetPrecision: z.number(), quoteAssetPrecision: z.number(), isSpotTradingAllowed: z.boolean(), filters: z.array(filter),
});

/** The answer of `GET /api/v3/exchangeInfo`, as far as it is read before each part is looked at alone. */
export const exchangeInfo = z.object({ symbols: z.array(z.unknown()) });

/**
 * What trades on Binance spot now: tick from PRICE_FILTER, lot from LOT_SIZE, minimum from NOTIONAL or
 * MIN_NOTIONAL (filters.md), all by value, so `0.01000000` is two decimals. A symbol that cannot be read
 * is counted in `onUnreadable` and left out. Not in a listing, and so left to the venue to refuse:
 * MARKET_LOT_SIZE (a larger lot or a smaller most for market orders), PERCENT_PRICE (a collar around the average price).
 */
export function readListings(symbols: readonly unknown[], onUnreadable: (what: string) => void): VenueListing[] {
  return symbols.flatMap((each) => {
    const { success, data } = symbolEntry.safeParse(each);
    if (success && (data.status !== 'TRADING' || !data.isSpotTradingAllowed)) return [];
    try {
      if (success) return [toListing(data)];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    onUnreadable('a symbol of exchangeInfo');
    return [];
  });
}

function toListing({ symbol, baseAsset, quoteAsset, baseAssetPrecision, quoteAssetPrecision, filters }: z.infer<typeof symbolEntry>): VenueListing {
  const of = (...types: readonly string[]) => filters.find(({ filterType }) => types.includes(filterType));
  // A step of 0 switches the rule off; what is left is the asset's own precision.
  const step = (text: string | undefined, places: number) => (text === undefined || /^[0.]+$/.test(text) ? { scale: places, size: 1 } : { scale: decimalPlaces(text), size: parseDecimal(text, decimalPlaces(text)) });
  const tick = step(of('PRICE_FILTER')?.tickSize, quoteAssetPrecision);
  const lot = step(of('LOT_SIZE')?.stepSize, baseAssetPrecision);
  return {
    symbol,
    instrument: {
      id: `${baseAsset}-${quoteAsset}.BINANCE`, assetClass: 'crypto', quoteCurrency: quoteAsset,
      priceScale: tick.scale, quantityScale: lot.scale, tickSize: tick.size, lotSize: lot.size,
      minNotional: parseDecimal(of('NOTIONAL', 'MIN_NOTIONAL')?.minNotional ?? '0', tick.scale + lot.scale),
    },
  };
}
