/** Coefficients of a ratio of polynomials: numerator and denominator, the constant first. */
type Ratio = readonly [numerator: readonly number[], denominator: readonly number[]];

/** W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969); for the normal integral in ACM TOMS 19 (1993), algorithm 715. */
const CDF_MIDDLE: Ratio = [
  [18154.98125334356, 1067.6894854603709, 161.02823106855587, 2.2352520354606837, 0.06568233791820745],
  [45507.78933502673, 10260.932208618979, 976.0985517377767, 47.202581904688245, 1],
];
const CDF_SIDE: Ratio = [
  [
    9842.714838383978, 11602.65143764735, 6848.190450536283, 2494.5375852903726, 597.2702763948002,
    93.50665613217785, 8.883149794388377, 0.39894151208813466, 1.0765576773720192e-8,
  ],
  [
    19685.429676859992, 38912.00328609327, 34900.95272114598, 18615.571640885097, 6485.558298266761,
    1519.3775994075547, 235.387901782625, 22.266688044328117, 1,
  ],
];
const CDF_TAIL: Ratio = [
  [2.9112874951168793e-5, 0.0014216191932278934, 0.022235277870649807, 0.12740116116024736, 0.215898534057957, 0.023073441764940174],
  [7.297515550839662e-5, 0.0037823963320275824, 0.06598813786892856, 0.4682382124808651, 1.284260096144911, 1],
];

/** M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16. */
const QUANTILE_MIDDLE: Ratio = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
    45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751,
    21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854,
  ],
];
const QUANTILE_SIDE: Ratio = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
    1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
    0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
  ],
];
const QUANTILE_TAIL: Ratio = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
    0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615,
    0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
];

/**
 * Probability that a standard normal variable is at most `x` (Cody 1969): full double precision,
 * in the lower tail relative to the probability itself. For the upper tail ask for −x.
 */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  if (size > 40) return x < 0 ? 0 : 1;
  if (size <= 0.67448975) return 0.5 + x * ratio(CDF_MIDDLE, x * x);
  const tail = size <= Math.sqrt(32)
    ? density(size) * ratio(CDF_SIDE, size)
    : density(size) * (1 / Math.sqrt(2 * Math.PI) - ratio(CDF_TAIL, 1 / (x * x)) / (x * x)) / size;
  return x < 0 ? tail : 1 - tail;
}

/**
 * The value that a standard normal variable exceeds with probability 1 − `probability` (Wichura's
 * AS 241, relative error about 1e-16). ±Infinity at 1 and 0, NaN outside.
 */
export function normalQuantile(probability: number): number {
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) return centred * ratio(QUANTILE_MIDDLE, 0.180625 - centred * centred);
  if (!(probability > 0 && probability < 1)) return probability === 0 ? -Infinity : probability === 1 ? Infinity : NaN;
  const r = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)));
  return Math.sign(centred) * (r <= 5 ? ratio(QUANTILE_SIDE, r - 1.6) : ratio(QUANTILE_TAIL, r - 5));
}

/** exp(−x²/2), the square split so that its rounding does not show in the tail. */
function density(x: number): number {
  const coarse = Math.trunc(x * 16) / 16;
  return Math.exp(-coarse * coarse / 2) * Math.exp(-(x - coarse) * (x + coarse) / 2);
}

function ratio([numerator, denominator]: Ratio, x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}
