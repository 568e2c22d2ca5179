import { z } from 'zod';

/** An exact number as text: money, prices and quantities, in digits with an optional minus and point. */
export const decimal = z.string().regex(/^-?\d{1,40}(\.\d{1,30})?$/).meta({ id: 'Decimal', description: 'An exact number as text, such as "-0.125"' });
/** An exact number above zero as text. */
export const positive = z.string().regex(/^(?!0+(\.0+)?$)\d{1,20}(\.\d{1,18})?$/).meta({ id: 'PositiveDecimal', description: 'An exact number above zero as text' });
/** Milliseconds since 1970, UTC. */
export const time = z.int().min(0).max(8.64e15).meta({ id: 'Time', description: 'Milliseconds since 1970-01-01, UTC' });
declare module 'zod' {
  interface GlobalMeta {
    /** How the OpenAPI document describes it, where that is not how it is read: a number that an address line carries as text. */
    wire?: Record<string, unknown>;
  }
}

/** A time in a query, where everything arrives as text. */
export const timeText = z.string().regex(/^\d{1,16}$/).transform(Number).pipe(z.number().max(8.64e15)).meta({ wire: { type: 'integer', minimum: 0, maximum: 8.64e15 } });
/** A ratio as float: 0.1 is 10 %. Null where there is nothing to compute one from. */
export const ratio = z.number().nullable();
/** An instrument's id, as `BTC-USD.COINBASE`. */
export const instrumentId = z.string().regex(/^[A-Za-z0-9._-]{1,80}$/).meta({ id: 'InstrumentId' });
/** An opaque name that the server gave. */
export const id = z.string().regex(/^[A-Za-z0-9@._:-]{1,128}$/).meta({ id: 'Id' });
/** One line for people. */
export const line = z.string().max(2000);
/** A whole number of a query within bounds; `fallback` where absent. */
export function countText(min: number, max: number, fallback: number) {
  return z.string().regex(/^\d{1,9}$/).optional().transform((text) => (text === undefined ? fallback : Number(text))).pipe(z.number().min(min).max(max))
    .meta({ wire: { type: 'integer', minimum: min, maximum: max, default: fallback } });
}
/** The length of a bar, as `1m`, `15m`, `4h` or `1d`. */
export const interval = z.string().regex(/^[1-9]\d{0,2}(s|m|h|d|w)$/).meta({ id: 'Interval' });

/** What every list takes: where to go on, and how many at most. */
export const paging = z.strictObject({ cursor: z.string().max(200).optional(), limit: countText(1, 500, 100) });

/** A part of a list; `next` is the cursor of what follows, null at the end. */
export function page<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}

/** What a route of one thing is asked with. */
export const byId = z.strictObject({ id });
/** Nothing more than that it was done. */
export const done = z.strictObject({ done: z.literal(true) });
/** A span of time in a query: from inclusive, to exclusive. */
export const spanQuery = z.strictObject({ from: timeText.optional(), to: timeText.optional() });
