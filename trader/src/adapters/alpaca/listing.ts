import { z } from 'zod';
import { decimalPlaces, parseDecimal } from '../../domain/exact.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { decimal } from './wire.ts';

const asset = z.object({
  class: z.enum(['us_equity', 'crypto']), symbol: z.string().min(1), status: z.string(), tradable: z.boolean(),
  min_trade_increment: decimal.nullish(), price_increment: decimal.nullish(),
});

/** The answer of `GET /v2/assets`, before each part is looked at alone. */
export const assetList = z.array(z.unknown());

/** Trades may be finer than orders: a share is filled between two cents, and by parts that Alpaca counts to nine decimals. */
const SHARE = { priceScale: 6, quantityScale: 9, tickSize: 10_000, lotSize: 1_000_000_000 } as const;
const COIN_SCALE = 9;

/**
 * What trades at Alpaca now. Shares are ordered whole and in cents: prices below a dollar may be finer
 * at Alpaca, and parts of shares need orders that end with the day. Coins go by the increments of the
 * asset list, by value. What cannot be read is counted in `onUnreadable` and left out. Alpaca lists no
 * smallest order value; one that is too small is the venue's to refuse.
 */
export function readListings(assets: readonly unknown[], onUnreadable: (what: string) => void): VenueListing[] {
  return assets.flatMap((each) => {
    const { success, data } = asset.safeParse(each);
    if (success && (data.status !== 'active' || !data.tradable)) return [];
    const listing = success ? toListing(data) : undefined;
    if (listing !== undefined) return [listing];
    onUnreadable('an asset');
    return [];
  });
}

function toListing({ class: kind, symbol, min_trade_increment: lot, price_increment: tick }: z.infer<typeof asset>): VenueListing | undefined {
  if (kind === 'us_equity') return { symbol, instrument: { id: `${symbol}.ALPACA`, assetClass: 'equity', quoteCurrency: 'USD', ...SHARE, minNotional: 0 } };
  const [base, quote] = symbol.split('/');
  if (quote === undefined || lot === undefined || lot === null || tick === undefined || tick === null) return undefined;
  const priceScale = Math.max(COIN_SCALE, decimalPlaces(tick));
  const quantityScale = Math.max(COIN_SCALE, decimalPlaces(lot));
  const [tickSize, lotSize] = [parseDecimal(tick, priceScale), parseDecimal(lot, quantityScale)];
  if (tickSize <= 0 || lotSize <= 0) return undefined;
  return { symbol, instrument: { id: `${base}-${quote}.ALPACA`, assetClass: 'crypto', quoteCurrency: quote, priceScale, quantityScale, tickSize, lotSize, minNotional: 0 } };
}
