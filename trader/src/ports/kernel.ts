import type { Bars } from '../domain/bar.ts';

/**
 * What one parameter set wants to hold after each bar, one bit a bar: bar i is bit 31 − i % 32 of
 * word ⌊i / 32⌋, so that the oldest bar of a word is its highest bit. Bits beyond the last bar say
 * nothing. Only valid while it is being shown; whoever is shown it may write on it.
 */
export interface TargetBits {
  /** Set where the target is 1; undefined where it never is. */
  readonly long: Int32Array | undefined;
  /** Set where the target is −1; undefined where it never is. No bar is set in both. */
  readonly short: Int32Array | undefined;
}

/**
 * A strategy's decisions over whole columns and many parameter sets at once, for sweeps. It must
 * want exactly what the strategy's own class wants, bar for bar and to the last bit of every
 * comparison: a property test holds the two together.
 */
export interface ColumnKernel<Values> {
  /** Whether the kernel can decide for these values; the engine does for all others. */
  supports(values: Values): boolean;
  /** Decides for all sets, in the order that suits the kernel, and shows each one's targets once. */
  decide(bars: Bars, sets: readonly Values[], show: (set: number, targets: TargetBits) => void): void;
}
