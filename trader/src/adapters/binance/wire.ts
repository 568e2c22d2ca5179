import { z } from 'zod';

/** A decimal as Binance writes one. One with an exponent is a decimal too: it must not make a whole answer unreadable. */
export const decimal = z.string().regex(/^-?\d+(\.\d+)?([eE][-+]?\d{1,2})?$/);

/** An id: a number, or digits where it is beyond 2^53. */
export const id = z.union([z.number().int(), z.string().regex(/^\d+$/)]).transform(String);

/** An order's life, in Binance's words (enums.md, "Order status"), and in ours. */
const STATUS = {
  NEW: 'open', PENDING_NEW: 'open', PARTIALLY_FILLED: 'open', PENDING_CANCEL: 'open', FILLED: 'filled',
  CANCELED: 'canceled', REJECTED: 'rejected', EXPIRED: 'expired', EXPIRED_IN_MATCH: 'expired',
} as const;

/** An order's status, read into our words. */
export const status = z.enum(['NEW', 'PENDING_NEW', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'EXPIRED_IN_MATCH'])
  .transform((word) => STATUS[word]);

/** A side, read into our words. */
export const side = z.enum(['BUY', 'SELL']).transform((word) => (word === 'BUY' ? 'buy' as const : 'sell' as const));
