import type { Bars } from '../domain/bar.ts';
import type { Timestamp } from '../domain/time.ts';
import type { ProvidedBars } from '../ports/bar-provider.ts';

/** Two sources that differ by more than this part of a price do not tell of the same bar. */
const TOLERANCE = 0.001;
const PRICES = ['open', 'high', 'low', 'close'] as const;

/** One bar of which two sources tell different prices. */
export interface Difference {
  readonly time: Timestamp;
  /** The column that differs most. */
  readonly column: (typeof PRICES)[number];
  readonly first: number;
  readonly second: number;
  /** The second against the first, less one. */
  readonly part: number;
}

/** What a comparison of two sources found. */
export interface Comparison {
  /** Bars that both tell. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** Hundredths in which some exchanges quote, and what they are hundredths of. */
const HUNDREDTHS: Readonly<Record<string, string>> = { GBp: 'GBP', GBX: 'GBP', ZAc: 'ZAR', ILA: 'ILS' };

/**
 * Compares the bars that two sources tell, both adjusted for splits. Hundredths of a currency are
 * brought to it; sources in different currencies, of sessions in different zones, or one adjusted and
 * one not, cannot be compared: undefined. Volume is not compared, since each counts other venues.
 */
export function compareSources(first: ProvidedBars, second: ProvidedBars): Comparison | undefined {
  const [a, b] = [first.facts, second.facts];
  const [ours, theirs] = [HUNDREDTHS[a.currency ?? ''] ?? a.currency, HUNDREDTHS[b.currency ?? ''] ?? b.currency];
  if ((ours !== undefined && theirs !== undefined && ours !== theirs) || a.timeZone !== b.timeZone || a.adjusted !== b.adjusted) return undefined;
  // A source that does not say its currency is taken to mean the other's.
  const scale = a.currency === undefined || b.currency === undefined ? 1 : unit(b.currency) / unit(a.currency);
  return compareBars(first.bars, second.bars, scale);
}

function unit(currency: string): number {
  return HUNDREDTHS[currency] === undefined ? 1 : 0.01;
}

/** Compares bars of the same times; prices of `second` are multiplied by `scale`. Both ascending. */
export function compareBars(first: Bars, second: Bars, scale = 1): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  let j = 0;
  for (let i = 0; i < first.length; i++) {
    while (j < second.length && second.timestamp[j] < first.timestamp[i]) j++;
    if (j === second.length || second.timestamp[j] !== first.timestamp[i]) continue;
    compared += 1;
    const [worst] = PRICES.map((column) => ({
      time: first.timestamp[i], column, first: first[column][i], second: second[column][j] * scale, part: (second[column][j] * scale) / first[column][i] - 1,
    })).toSorted((a, b) => Math.abs(b.part) - Math.abs(a.part));
    if (Math.abs(worst.part) > TOLERANCE) differences.push(worst);
  }
  return { compared, differences };
}

/**
 * Which of two sources that differ is wrong, by a third: the one with which it does not agree. It has
 * to agree with exactly one of them in that price; else nothing is decided, nor where it has no such bar.
 */
export function decide({ time, column, first, second }: Difference, third: Bars): 'first' | 'second' | undefined {
  const at = third.timestamp.indexOf(time);
  if (at < 0) return undefined;
  const agrees = (price: number) => Math.abs(third[column][at] / price - 1) <= TOLERANCE;
  if (agrees(first) === agrees(second)) return undefined;
  return agrees(first) ? 'second' : 'first';
}

/**
 * How far a source's bars of an instrument can be trusted, 0 to 1: the mean of what is to be believed
 * of its rate of agreement after so many comparisons, where before any of them all rates are as likely
 * (Laplace's rule of succession): a half where nothing was compared.
 */
export function trustOf({ agreed, disagreed }: { readonly agreed: number; readonly disagreed: number }): number {
  return (agreed + 1) / (agreed + disagreed + 2);
}
