import { z } from 'zod';

/** A decimal as Coinbase writes one. One with an exponent is a decimal too: it must not make a whole answer unreadable. */
export const decimal = z.string().regex(/^-?\d+(\.\d+)?([eE][-+]?\d{1,2})?$/);

/** A decimal that is left empty for zero, or left out. */
export const amount = z.union([decimal, z.literal('')]).nullish().transform((text) => text || '0');

/** A time (RFC 3339, down to nanoseconds), read to the millisecond. */
export const time = z.string().transform((text, context) => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) context.addIssue({ code: 'custom', message: 'no time' });
  return ms;
});

/** A time that may be empty, absent, or the year 1 for never: 0 then. */
export const maybeTime = z.string().nullish().transform((text) => Math.max(0, Date.parse(text ?? '') || 0));

/** An order's life, in Coinbase's words and in ours. What is queued is on its way, and can still trade. */
const STATUS = {
  PENDING: 'open', OPEN: 'open', QUEUED: 'open', CANCEL_QUEUED: 'open', EDIT_QUEUED: 'open', FILLED: 'filled', CANCELLED: 'canceled', EXPIRED: 'expired', FAILED: 'rejected',
} as const;

/** An order's status, read into our words. */
export const status = z.enum(['PENDING', 'OPEN', 'QUEUED', 'CANCEL_QUEUED', 'EDIT_QUEUED', 'FILLED', 'CANCELLED', 'EXPIRED', 'FAILED']).transform((word) => STATUS[word]);

/** A side, read into our words. */
export const side = z.enum(['BUY', 'SELL']).transform((word) => (word === 'BUY' ? 'buy' as const : 'sell' as const));
