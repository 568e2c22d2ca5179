import { beginsWithDay } from '../../domain/time.ts';

/** How a file writes its timestamps; `text` is ISO 8601, or LEAN's `20040102 00:00`. */
export type TimestampUnit = 's' | 'ms' | 'us' | 'ns' | 'text';

/** What a count in the unit stays below; a larger one is in a finer unit. */
const LIMITS = { s: 1e11, ms: 1e14, us: 1e17, ns: 1e20 } as const;

const INTEGER = /^-?\d+$/;
const LEAN_TIME = /^(\d{4})(\d\d)(\d\d) (\d\d):(\d\d)$/;
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?: ?UTC|Z|[+-]\d\d:?\d\d)?$/;

/**
 * The unit that a file's first timestamp shows by its magnitude: milliseconds unless it reads as a
 * year 1979–5138 in seconds, or is too large for milliseconds. The rest of the file is held to it.
 */
export function timestampUnit(text: string): TimestampUnit {
  if (!INTEGER.test(text)) return 'text';
  const size = Math.abs(Number(text));
  if (size >= 3e8 && size < LIMITS.s) return 's';
  if (size < LIMITS.ms) return 'ms';
  return size < LIMITS.us ? 'us' : 'ns';
}

/** Reads one timestamp as milliseconds UTC; NaN when it is not one, a fraction when it is finer than milliseconds. */
export function parseTimestamp(text: string, unit: TimestampUnit): number {
  if (unit === 'text') return parseTimeText(text);
  if (!INTEGER.test(text) || Math.abs(Number(text)) >= LIMITS[unit]) return NaN;
  return toMilliseconds(BigInt(text), unit);
}

/** A count of `unit` since 1970 as milliseconds; a fraction when it is finer than milliseconds. */
export function toMilliseconds(count: bigint, unit: Exclude<TimestampUnit, 'text'>): number {
  switch (unit) {
    case 's': return Number(count) * 1000;
    case 'ms': return Number(count);
    case 'us': return Number(count / 1000n) + Number(count % 1000n) / 1e3;
    case 'ns': return Number(count / 1_000_000n) + Number(count % 1_000_000n) / 1e6;
  }
}

function parseTimeText(text: string): number {
  const lean = LEAN_TIME.exec(text);
  if (lean) return parseTimeText(`${lean[1]}-${lean[2]}-${lean[3]}T${lean[4]}:${lean[5]}Z`);
  if (!ISO_TIME.test(text) || !beginsWithDay(text)) return NaN;
  const spaced = text.replace(/^(.{10}) (?=\d)/, '$1T').replace(/ ?UTC$/, 'Z');
  // A time without a zone is UTC here; a bare date is UTC by the standard.
  return Date.parse(spaced.length > 10 && !/(Z|[+-]\d\d:?\d\d)$/.test(spaced.slice(10)) ? `${spaced}Z` : spaced);
}
