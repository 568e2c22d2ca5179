import { z } from 'zod';
import { decimalPlaces, parseDecimal } from '../../domain/exact.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { decimal } from './wire.ts';

const instrument = z.object({ instId: z.string().min(1), instType: z.literal('SPOT'), baseCcy: z.string().min(1), quoteCcy: z.string().min(1), tickSz: decimal, lotSz: decimal, state: z.string() });

/** What trades on OKX spot now (`GET /api/v5/public/instruments`). What cannot be read is counted in `onUnreadable` and left out. */
export function readListings(instruments: readonly unknown[], onUnreadable: (what: string) => void): VenueListing[] {
  return instruments.flatMap((each) => {
    const { success, data } = instrument.safeParse(each);
    if (success && data.state !== 'live') return [];
    const listing = success ? toListing(data) : undefined;
    if (listing === undefined) onUnreadable('an instrument');
    return listing ?? [];
  });
}

function toListing({ instId, baseCcy, quoteCcy, tickSz, lotSz }: z.infer<typeof instrument>): VenueListing | undefined {
  const [priceScale, quantityScale] = [decimalPlaces(tickSz), decimalPlaces(lotSz)];
  const [tickSize, lotSize] = [parseDecimal(tickSz, priceScale), parseDecimal(lotSz, quantityScale)];
  if (tickSize <= 0 || lotSize <= 0) return undefined;
  return { symbol: instId, instrument: { id: `${baseCcy}-${quoteCcy}.OKX`, assetClass: 'crypto', quoteCurrency: quoteCcy, priceScale, quantityScale, tickSize, lotSize, minNotional: 0 } };
}
