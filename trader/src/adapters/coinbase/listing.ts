import { z } from 'zod';
import { decimalPlaces, parseDecimal } from '../../domain/exact.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { decimal } from './wire.ts';

const product = z.object({
  product_id: z.string(), product_type: z.string(), base_currency_id: z.string(), quote_currency_id: z.string(), alias: z.string().nullish(),
  base_increment: decimal, quote_increment: decimal, price_increment: z.union([decimal, z.literal('')]).nullish(), quote_min_size: z.union([decimal, z.literal('')]).nullish(),
  status: z.string(), is_disabled: z.boolean(), trading_disabled: z.boolean(), cancel_only: z.boolean(), view_only: z.boolean().nullish(),
});

/** The answer of List Products, as far as it is read before each part is looked at alone. */
export const productsBody = z.object({ products: z.array(z.unknown()) });

/**
 * What trades on Coinbase spot now, all steps by value: tick from `price_increment`, lot from
 * `base_increment`, minimum from `quote_min_size`. A product that cannot be read is counted in
 * `onUnreadable` and left out. A product that is another one's alias (BTC-USDC of BTC-USD) is left out,
 * since Coinbase may report on it by the other's name. Left to the venue to refuse: `base_min_size`, the largest
 * sizes, and times in which only some orders are taken (`limit_only`, `post_only`, `auction_mode`).
 */
export function readListings(products: readonly unknown[], onUnreadable: (what: string) => void): VenueListing[] {
  return products.flatMap((each) => {
    const { success, data } = product.safeParse(each);
    if (success && !trades(data)) return [];
    try {
      if (success) return [toListing(data)];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    onUnreadable('a product');
    return [];
  });
}

function trades(told: z.infer<typeof product>): boolean {
  const held = told.is_disabled || told.trading_disabled || told.cancel_only || told.view_only === true;
  return told.product_type === 'SPOT' && told.status === 'online' && !held && (told.alias ?? '') === '';
}

function toListing(told: z.infer<typeof product>): VenueListing {
  const step = (text: string) => {
    const size = parseDecimal(text, decimalPlaces(text));
    if (size <= 0) throw new RangeError(`a step of ${text}`);
    return { scale: decimalPlaces(text), size };
  };
  const tick = step(told.price_increment || told.quote_increment);
  const lot = step(told.base_increment);
  return {
    symbol: told.product_id,
    instrument: {
      id: `${told.base_currency_id}-${told.quote_currency_id}.COINBASE`, assetClass: 'crypto', quoteCurrency: told.quote_currency_id,
      priceScale: tick.scale, quantityScale: lot.scale, tickSize: tick.size, lotSize: lot.size,
      minNotional: parseDecimal(told.quote_min_size || '0', tick.scale + lot.scale),
    },
  };
}
