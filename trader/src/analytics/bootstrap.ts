import type { Random } from '../domain/random.ts';
import { autocorrelations } from './sharpe-statistics.ts';

/**
 * Draws a series of the length of `into` from the values of another: blocks of neighbours that begin
 * anywhere, with lengths at random about a mean of `meanBlock` (geometric, at least 1); after the
 * last value comes the first. What follows from what over less than a block is kept. (The stationary
 * bootstrap: D. N. Politis & J. P. Romano, J. American Statistical Association 89 (1994).)
 */
export function resampleBlocks(values: ArrayLike<number>, meanBlock: number, random: Random, into: Float64Array): void {
  const count = values.length;
  // A block goes on with probability 1 − 1/mean: its length follows from one uniform number.
  const scale = meanBlock > 1 ? 1 / Math.log(1 - 1 / meanBlock) : 0;
  for (let i = 0; i < into.length;) {
    let at = random.integer(count);
    const end = Math.min(into.length, i + 1 + Math.floor(Math.log(1 - random.next()) * scale));
    for (; i < end; i++) {
      into[i] = values[at];
      at = at + 1 === count ? 0 : at + 1;
    }
  }
}

/**
 * The mean block length of the stationary bootstrap that suits a series, by its autocorrelations:
 * 1 where it has none, more the longer it remembers, at most min(3·√n, n/3). (D. N. Politis & H.
 * White, Econometric Reviews 23 (2004), with the correction of A. Patton, Politis & White,
 * Econometric Reviews 28 (2009): the first lag m of five in a row whose autocorrelations are below
 * 2·√(log₁₀n / n), a flat-top window of 2m lags, and b = (g² / G²)^⅓ · n^⅓.) 1 for fewer than 10 values.
 */
export function blockLength(values: ArrayLike<number>): number {
  const count = values.length;
  if (count < 10) return 1;
  const quiet = Math.max(5, Math.floor(Math.log10(count)));
  const most = Math.min(count - 2, Math.ceil(Math.sqrt(count)) + quiet);
  const rho = autocorrelations(values, most);
  if (rho.length === 0) return 1;
  const bound = 2 * Math.sqrt(Math.log10(count) / count);
  let lag = 1;
  while (lag + quiet <= most && rho.subarray(lag - 1, lag - 1 + quiet).some((value) => Math.abs(value) >= bound)) lag += 1;
  const window = lag + quiet <= most ? Math.min(most, 2 * lag) : most;
  let long = 1;
  let slope = 0;
  for (let k = 1; k <= window; k++) {
    const weight = Math.min(1, 2 * (1 - k / window)) * 2 * rho[k - 1];
    long += weight;
    slope += weight * k;
  }
  const length = Math.cbrt((slope / long) ** 2 * count);
  return Math.max(1, Math.min(length, Math.ceil(Math.min(3 * Math.sqrt(count), count / 3))));
}
