import { z } from 'zod';
import { decimalPlaces, parseDecimal } from '../../domain/exact.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { decimal } from './wire.ts';

const filter = z.looseObject({ filterType: z.string(), tickSize: decimal.optional(), stepSize: decimal.optional(), minNotional: decimal.optional(), notional: decimal.optional() });

const symbolEntry = z.object({
  symbol: z.string(), status: z.string(), baseAsset: z.string(), quoteAsset: z.string(),
  baseAssetPrecision: z.number(), quoteAssetPrecision: z.number(), isSpotTradingAllowed: z.boolean(), filters: z.array(filter),
});

/** The answer of `exchangeInfo` on either market, as far as it is read before each part is looked at alone. */
export const exchangeInfo = z.object({ symbols: z.array(z.unknown()) });

/** What is read of a contract of USD-M futures; it is settled in its margin asset. */
const contractEntry = z.object({
  symbol: z.string(), status: z.string(), contractType: z.string(), baseAsset: z.string(), quoteAsset: z.string(), marginAsset: z.string(),
  pricePrecision: z.number(), quantityPrecision: z.number(), filters: z.array(filter),
});

/**
 * What trades on Binance spot now: tick from PRICE_FILTER, lot from LOT_SIZE, minimum from NOTIONAL or
 * MIN_NOTIONAL (filters.md), all by value, so `0.01000000` is two decimals. A symbol that cannot be read
 * is counted in `onUnreadable` and left out. Not in a listing, and so left to the venue to refuse:
 * MARKET_LOT_SIZE (a larger lot or a smaller most for market orders), PERCENT_PRICE (a collar around the average price).
 */
export function readListings(symbols: readonly unknown[], onUnreadable: (what: string) => void): VenueListing[] {
  return readEach(symbols, symbolEntry, onUnreadable, (told) => (told.status !== 'TRADING' || !told.isSpotTradingAllowed ? undefined : toListing(
    told, { id: `${told.baseAsset}-${told.quoteAsset}.BINANCE`, pricePlaces: told.quoteAssetPrecision, quantityPlaces: told.baseAssetPrecision },
  )));
}

/**
 * What trades on Binance USD-M futures now, by the same filters. Perpetual contracts are `…-PERP`, those
 * that end have their day: `BTC-USDT-261225`. Left out is what is settled in another currency than it is quoted in.
 */
export function readFuturesListings(symbols: readonly unknown[], onUnreadable: (what: string) => void): VenueListing[] {
  return readEach(symbols, contractEntry, onUnreadable, (told) => (told.status !== 'TRADING' || told.marginAsset !== told.quoteAsset ? undefined : toListing(told, {
    id: `${told.baseAsset}-${told.quoteAsset}-${told.contractType.endsWith('PERPETUAL') ? 'PERP' : told.symbol.replace(/^.*_/, '')}.BINANCE`,
    pricePlaces: told.pricePrecision, quantityPlaces: told.quantityPrecision,
  })));
}

/** Reads each part of a list by itself; what cannot be read is counted and left out. */
function readEach<T>(symbols: readonly unknown[], schema: z.ZodType<T>, onUnreadable: (what: string) => void, read: (told: T) => VenueListing | undefined): VenueListing[] {
  return symbols.flatMap((each) => {
    const { success, data } = schema.safeParse(each);
    try {
      if (success) return read(data) ?? [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    onUnreadable('a symbol of exchangeInfo');
    return [];
  });
}

function toListing(
  { symbol, quoteAsset, filters }: { readonly symbol: string; readonly quoteAsset: string; readonly filters: readonly z.infer<typeof filter>[] },
  { id, pricePlaces, quantityPlaces }: { readonly id: string; readonly pricePlaces: number; readonly quantityPlaces: number },
): VenueListing {
  const of = (...types: readonly string[]) => filters.find(({ filterType }) => types.includes(filterType));
  // A step of 0 switches the rule off; what is left is the asset's own precision.
  const step = (text: string | undefined, places: number) => (text === undefined || Number(text) === 0 ? { scale: places, size: 1 } : { scale: decimalPlaces(text), size: parseDecimal(text, decimalPlaces(text)) });
  const tick = step(of('PRICE_FILTER')?.tickSize, pricePlaces);
  const lot = step(of('LOT_SIZE')?.stepSize, quantityPlaces);
  const least = of('NOTIONAL', 'MIN_NOTIONAL');
  return {
    symbol,
    instrument: {
      id, assetClass: 'crypto', quoteCurrency: quoteAsset,
      priceScale: tick.scale, quantityScale: lot.scale, tickSize: tick.size, lotSize: lot.size,
      minNotional: parseDecimal(least?.minNotional ?? least?.notional ?? '0', tick.scale + lot.scale),
    },
  };
}
