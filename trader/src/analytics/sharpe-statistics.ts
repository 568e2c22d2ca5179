import { normalCdf, normalQuantile } from './normal.ts';

/**
 * What is known of a Sharpe ratio from a series of returns, of any period: nothing here is
 * annualised. An annual ratio is this one × √periods in a year; the probabilities are the same.
 */
export interface SharpeSample {
  /** Mean ÷ sample standard deviation (n − 1) of the returns of one period, risk-free rate 0. */
  readonly sharpe: number;
  /** How many returns. */
  readonly observations: number;
  /** Third moment about the mean ÷ (second)^1.5, both divided by n. 0 for a normal distribution. */
  readonly skewness: number;
  /** Fourth moment about the mean ÷ second², both divided by n: 3, not 0, for a normal distribution. */
  readonly kurtosis: number;
}

/** How much was tried before a result was chosen. */
export interface Trials {
  /** How many independent trials. `independentTrials` makes one of trials that resemble each other. */
  readonly count: number;
  /** Variance of their Sharpe ratios, per period of the returns as in `SharpeSample`: an annual variance ÷ periods in a year. */
  readonly variance: number;
}

/** Measures a series of returns. Null with fewer than three, none that differ, or one that is not finite. */
export function sharpeSample(returns: ArrayLike<number>): SharpeSample | null {
  const observations = returns.length;
  let sum = 0;
  for (let i = 0; i < observations; i++) sum += returns[i];
  const mean = sum / observations;
  let second = 0, third = 0, fourth = 0;
  for (let i = 0; i < observations; i++) {
    const away = returns[i] - mean;
    const square = away * away;
    second += square;
    third += square * away;
    fourth += square * square;
  }
  const variance = second / observations;
  // What is left of equal returns after rounding is no variance.
  if (observations < 3 || !(Math.sqrt(variance) > Math.abs(mean) * 1e-12)) return null;
  const sample = {
    sharpe: mean / Math.sqrt(second / (observations - 1)), observations,
    skewness: third / observations / variance ** 1.5, kurtosis: fourth / observations / (variance * variance),
  };
  return Number.isFinite(sample.sharpe) && Number.isFinite(sample.skewness) && Number.isFinite(sample.kurtosis) ? sample : null;
}

/**
 * Standard error of a Sharpe ratio for returns of any distribution, independent of each other:
 * √((1 − skewness·SR + (kurtosis − 1)/4·SR²) / (n − 1)) (E. Mertens 2002; Bailey & López de Prado,
 * "The Sharpe ratio efficient frontier", J. Risk 15 (2012), equation 8).
 */
export function sharpeError({ sharpe, observations, skewness, kurtosis }: SharpeSample): number {
  return Math.sqrt(spread(sharpe, skewness, kurtosis) / (observations - 1));
}

/** The two ends between which the true Sharpe ratio lies with this confidence (0.95), by its standard error. */
export function sharpeInterval(sample: SharpeSample, confidence: number): readonly [low: number, high: number] {
  const reach = normalQuantile((1 + confidence) / 2) * sharpeError(sample);
  return [sample.sharpe - reach, sample.sharpe + reach];
}

/**
 * Probabilistic Sharpe ratio: the probability that the true Sharpe ratio exceeds `benchmark`, a
 * ratio per period like the sample's (Bailey & López de Prado 2012, equation 11).
 */
export function probabilisticSharpe(sample: SharpeSample, benchmark = 0): number {
  return normalCdf((sample.sharpe - benchmark) / sharpeError(sample));
}

/**
 * Minimum track record length: how many returns with this Sharpe ratio, skewness and kurtosis it
 * takes until its true ratio exceeds `benchmark` with this confidence (Bailey & López de Prado
 * 2012, equation 13). Null where the ratio does not exceed the benchmark: no length would do.
 */
export function minimumTrackRecord({ sharpe, skewness, kurtosis }: SharpeSample, confidence: number, benchmark = 0): number | null {
  if (sharpe <= benchmark) return null;
  return 1 + spread(sharpe, skewness, kurtosis) * (normalQuantile(confidence) / (sharpe - benchmark)) ** 2;
}

/**
 * The Sharpe ratio that the best of so many trials without any skill may be expected to show:
 * √variance × ((1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))), with γ the Euler–Mascheroni constant
 * (Bailey & López de Prado, "The deflated Sharpe ratio", J. Portfolio Management 40 (2014)). 0 for
 * a single trial, and for so few more, as independent ones of trials that resemble each other, that the
 * formula, which is for many, falls below it.
 */
export function expectedMaximumSharpe({ count, variance }: Trials): number {
  if (count <= 1) return 0;
  return Math.max(0, -Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * normalQuantile(1 / count) + EULER_MASCHERONI * normalQuantile(1 / (count * Math.E))));
}

/**
 * Deflated Sharpe ratio: the probability that the true Sharpe ratio of the best of many trials
 * exceeds what the best of as many without skill would show. Above 0.95 is a usual demand.
 */
export function deflatedSharpe(sample: SharpeSample, trials: Trials): number {
  return probabilisticSharpe(sample, expectedMaximumSharpe(trials));
}

/**
 * How many independent trials so many trials with this average correlation are worth:
 * ρ + (1 − ρ)·M (Bailey & López de Prado 2014, appendix 3). A correlation below 0 counts as 0.
 */
export function independentTrials(count: number, averageCorrelation: number): number {
  const shared = Math.min(1, Math.max(0, averageCorrelation));
  return shared + (1 - shared) * count;
}

/**
 * What a Sharpe ratio per period is to be multiplied by for one over `periods` of them, when
 * returns are correlated with those before: q / √(q + 2·Σ (q − k)·ρₖ), which is √q where they are
 * not (A. W. Lo, "The statistics of Sharpe ratios", Financial Analysts Journal 58 (2002), equation
 * 20). `autocorrelations` holds ρ₁, ρ₂, …; those that are not given count as 0. Null where they
 * contradict each other: a variance below 0.
 */
export function annualisingFactor(autocorrelations: ArrayLike<number>, periods: number): number | null {
  let variance = periods;
  for (let k = 1; k <= autocorrelations.length && k < periods; k++) variance += 2 * (periods - k) * autocorrelations[k - 1];
  return variance > 0 ? periods / Math.sqrt(variance) : null;
}

/** Autocorrelations of a series at lags 1 to `lags`; each sum of products is divided by the sum of squares. Empty where no values differ. */
export function autocorrelations(values: ArrayLike<number>, lags: number): Float64Array {
  const count = values.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  if (!(squares > 0)) return new Float64Array();
  return Float64Array.from({ length: Math.min(lags, count - 1) }, (_, lag) => {
    let products = 0;
    for (let i = lag + 1; i < count; i++) products += (values[i] - mean) * (values[i - lag - 1] - mean);
    return products / squares;
  });
}

const EULER_MASCHERONI = 0.577_215_664_901_532_9;

/** (n − 1) × the variance of a Sharpe ratio; rounding must not take it below 0, which it is for no distribution. */
function spread(sharpe: number, skewness: number, kurtosis: number): number {
  return Math.max(0, 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe);
}
