import { z } from 'zod';

/** A decimal: Alpaca writes text, and a bare number here and there. */
export const decimal = z.union([z.string().regex(/^-?\d+(\.\d+)?$/), z.number()]).transform(String);

/** A moment (RFC 3339, to the nanosecond, in any zone) as milliseconds. */
export const moment = z.string().transform((text) => Date.parse(text)).refine((ms) => !Number.isNaN(ms));

/** A side: `sell_short`, which opens a short, is a sale. */
export const side = z.string().regex(/^(buy|sell)(_|$)/).transform((word) => (word.startsWith('buy') ? 'buy' as const : 'sell' as const));

/**
 * An order's life in Alpaca's words (alpaca-py, `OrderStatus`) and in ours. Done for the day, stopped,
 * suspended or calculated is not over. Replaced is over for Alpaca, and goes on under another id.
 */
const STATUS = {
  new: 'open', accepted: 'open', pending_new: 'open', accepted_for_bidding: 'open', pending_review: 'open', held: 'open', partially_filled: 'open',
  pending_cancel: 'open', pending_replace: 'open', done_for_day: 'open', stopped: 'open', suspended: 'open', calculated: 'open',
  filled: 'filled', canceled: 'canceled', expired: 'expired', rejected: 'rejected', replaced: 'replaced',
} as const;

/** An order's status, read into our words. */
export const status = z.enum(Object.keys(STATUS) as [keyof typeof STATUS, ...(keyof typeof STATUS)[]]).transform((word) => STATUS[word]);

/** A symbol without its stroke: Alpaca writes `BTC/USD`, and `BTCUSD` where its older customers expect it. */
export function bare(symbol: string): string {
  return symbol.replace('/', '');
}
