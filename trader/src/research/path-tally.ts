import { quantile } from '../analytics/quantile.ts';
import { dailySharpe } from './recorded-run.ts';

/** What one course of an account came to. */
export interface PathFigures {
  readonly finalEquity: number;
  /** Deepest fall from a peak as a share of it, at the steps of the course. */
  readonly maxDrawdown: number;
  /** Annualised, by days; null where there is none. */
  readonly sharpe: number | null;
}

/** The values that 5, 25, 50, 75 and 95 % of the courses do not exceed. */
export interface Quantiles {
  readonly p05: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}

/** Quantiles of the equity along the way, as columns. */
export interface Band {
  /** How far along, 0 to 1. */
  readonly at: readonly number[];
  readonly p05: readonly number[];
  readonly p25: readonly number[];
  readonly p50: readonly number[];
  readonly p75: readonly number[];
  readonly p95: readonly number[];
  /** What really happened. */
  readonly actual: readonly number[];
}

/** How many courses ended in each of some ranges of equal width. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** What many courses came to together, and what really happened, measured in the same way. */
export interface Simulation {
  readonly runs: number;
  readonly actual: PathFigures;
  readonly finalEquity: Quantiles;
  readonly maxDrawdown: Quantiles;
  /** Null where no course has one, or where one in twenty fell to nothing: those are below all others, and no number. */
  readonly sharpe: Quantiles | null;
  /** Share of the courses that ended below the opening cash. */
  readonly lossProbability: number;
  /** Share of the courses that at some step had lost the share of the opening cash that counts as ruin. */
  readonly ruinProbability: number;
  /** Share of the courses that ended at or below what really happened. */
  readonly rank: number;
  readonly histogram: Histogram;
  readonly band: Band;
}

/** How courses are measured. */
export interface PathScale {
  /** Steps of a course: it has one value more, the first of them the opening cash. */
  readonly steps: number;
  /** Places of the opening cash and of each day's end; empty where steps are no times, and there is no Sharpe ratio. */
  readonly days: ArrayLike<number>;
  readonly periodsPerYear: number;
  /** Share of the opening cash whose loss is ruin. */
  readonly ruin: number;
}

/** The lowest share of all courses of which is told. */
const LOWEST = 0.05;
/** Steps of a band, and ranges of a histogram. */
const BAND_STEPS = 60;
const BINS = 24;

/** Measures courses of an account one by one and keeps of each what the quantiles need. */
export class PathTally {
  private readonly scale: PathScale;
  private readonly places: Int32Array;
  private readonly finals: Float64Array;
  private readonly drawdowns: Float64Array;
  private readonly sharpes: Float64Array;
  /** One row per place of the band. */
  private readonly rows: readonly Float64Array[];
  private runs = 0;
  private losses = 0;
  private ruins = 0;

  /** Room for at most so many courses. */
  constructor(most: number, scale: PathScale) {
    const points = Math.min(BAND_STEPS, scale.steps);
    this.scale = scale;
    this.places = Int32Array.from({ length: points + 1 }, (_, i) => Math.round((i * scale.steps) / Math.max(1, points)));
    this.finals = new Float64Array(most);
    this.drawdowns = new Float64Array(most);
    this.sharpes = new Float64Array(most);
    this.rows = Array.from(this.places, () => new Float64Array(most));
  }

  /** Takes one course: the opening cash, then the equity after each step. */
  add(equity: Float64Array): void {
    const { steps, days, periodsPerYear, ruin } = this.scale;
    const run = this.runs++;
    const [deepest, lowest] = depths(equity);
    this.finals[run] = equity[steps];
    this.drawdowns[run] = deepest;
    this.sharpes[run] = lowest > 0 || days.length === 0 ? dailySharpe(equity, days, periodsPerYear) ?? NaN : -Infinity;
    if (equity[steps] < equity[0]) this.losses += 1;
    if (lowest <= equity[0] * (1 - ruin)) this.ruins += 1;
    this.places.forEach((place, i) => { this.rows[i][run] = equity[place]; });
  }

  /** What all courses came to, beside what really happened. At least one must have been taken. */
  result(actual: Float64Array): Simulation {
    const { runs } = this;
    const finals = this.finals.slice(0, runs).sort();
    const sharpes = this.sharpes.slice(0, runs).filter((value) => !Number.isNaN(value)).sort();
    const figures = this.#figures(actual);
    return {
      runs, actual: figures,
      finalEquity: quantiles(finals),
      maxDrawdown: quantiles(this.drawdowns.slice(0, runs).sort()),
      sharpe: sharpes.length === 0 || !(quantile(sharpes, LOWEST) > -Infinity) ? null : quantiles(sharpes),
      lossProbability: this.losses / runs,
      ruinProbability: this.ruins / runs,
      rank: finals.filter((value) => value <= figures.finalEquity + rounding(actual)).length / runs,
      histogram: histogramOf(finals),
      band: this.#band(actual),
    };
  }

  /** Probability of a course that ends at least as high as what really happened, that one counted among them, so that it is never 0 (Davison & Hinkley 1997, equation 4.11). */
  pValue(actual: Float64Array): number {
    const enough = actual[this.scale.steps] - rounding(actual);
    return (this.finals.subarray(0, this.runs).filter((value) => value >= enough).length + 1) / (this.runs + 1);
  }

  #figures(equity: Float64Array): PathFigures {
    const { steps, days, periodsPerYear } = this.scale;
    return { finalEquity: equity[steps], maxDrawdown: depths(equity)[0], sharpe: dailySharpe(equity, days, periodsPerYear) };
  }

  #band(actual: Float64Array): Band {
    const columns = this.rows.map((row) => quantiles(row.slice(0, this.runs).sort()));
    const column = (name: keyof Quantiles) => columns.map((one) => one[name]);
    return {
      at: Array.from(this.places, (place) => place / Math.max(1, this.scale.steps)),
      p05: column('p05'), p25: column('p25'), p50: column('p50'), p75: column('p75'), p95: column('p95'),
      actual: Array.from(this.places, (place) => actual[place]),
    };
  }
}

/** Difference up to which two ends are the same: what adding up in another order leaves. */
function rounding(equity: Float64Array): number {
  return Math.abs(equity[0]) * 1e-9;
}

/** Deepest fall from a peak as a share of it, and the lowest value. */
function depths(equity: Float64Array): readonly [deepest: number, lowest: number] {
  let peak = equity[0];
  let trough = peak;
  let deepest = 0;
  let lowest = peak;
  for (let i = 1; i < equity.length; i++) {
    const value = equity[i];
    if (value >= peak) {
      deepest = Math.max(deepest, 1 - trough / peak);
      peak = value;
      trough = value;
    } else if (value < trough) {
      trough = value;
      if (value < lowest) lowest = value;
    }
  }
  return [Math.max(deepest, 1 - trough / peak), lowest];
}

function quantiles(sorted: Float64Array): Quantiles {
  return { p05: quantile(sorted, LOWEST), p25: quantile(sorted, 0.25), p50: quantile(sorted, 0.5), p75: quantile(sorted, 0.75), p95: quantile(sorted, 0.95) };
}

function histogramOf(sorted: Float64Array): Histogram {
  const from = sorted[0];
  const to = sorted[sorted.length - 1];
  const counts = Array.from({ length: BINS }, () => 0);
  for (const value of sorted) counts[to > from ? Math.min(BINS - 1, Math.floor(((value - from) / (to - from)) * BINS)) : 0] += 1;
  return { from, to, counts };
}
