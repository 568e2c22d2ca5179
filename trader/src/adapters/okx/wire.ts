import { z } from 'zod';

/** A decimal as OKX writes one. */
export const decimal = z.string().regex(/^\d+(\.\d+)?$/);

/** Milliseconds as text. */
export const moment = z.string().regex(/^\d{10,14}$/).transform(Number);

/** Start, open, high, low, close, volume in base units; then volumes in money, and 1 where the bar has ended. */
export const candle = z.tuple([moment, decimal, decimal, decimal, decimal, decimal, z.string(), z.string(), z.enum(['0', '1'])]);
