import { everFallsTo, gainsBeforeLosing, growthKept } from '../pipeline/kelly.ts';
import type { PropFirmRules } from '../domain/prop-firm.ts';
import { Random } from '../domain/random.ts';

/** What paths are drawn. */
export interface KellyPlan {
  /** Times Kelly's fraction, each a row. */
  readonly fractions: readonly number[];
  /** True Sharpe ratio, a year. */
  readonly sharpe: number;
  readonly paths: number;
  readonly stepsPerDay: number;
  readonly daysPerYear: number;
  /** Days after which a path that has neither passed nor failed counts as unfinished. */
  readonly maxDays: number;
  /** Standard deviation of the estimated edge, as a share of the true one, in the last column. */
  readonly estimateError: number;
  readonly rules: PropFirmRules;
  readonly seed: number;
}

/** How an evaluation ends for so many paths, as shares of them. */
export interface KellyOutcome {
  readonly pass: number;
  readonly failDaily: number;
  readonly failTotal: number;
  readonly unfinished: number;
  /** Trading days until it was passed; null where no path passed. */
  readonly medianDays: number | null;
}

/** One fraction: what the closed forms say, and what the paths came to. */
export interface KellyRow {
  readonly fraction: number;
  /** Probabilities of ever falling by half and by a tenth, and the share of the greatest growth that is kept: without rules and without end. */
  readonly everHalf: number;
  readonly everTenth: number;
  readonly growthKept: number;
  /** Probability of the target before the total limit, were there no daily one; null where the rules have no target, or the limit follows. */
  readonly closedPass: number | null;
  readonly known: KellyOutcome;
  /** With the edge estimated with an error, which is drawn once a path and never below 0. */
  readonly estimated: KellyOutcome;
}

/**
 * Draws paths of an account that holds so many times Kelly's fraction of a diffusion, without gaps and costs,
 * and holds each against a firm's rules: optimistic, therefore. At c times Kelly's fraction equity moves by
 * c S² a year with a standard deviation of c S, whatever is traded (S: Sharpe ratio).
 */
export function kellyMonteCarlo(plan: KellyPlan, onProgress: (fraction: number) => void = () => {}): readonly KellyRow[] {
  const { profitTarget, maxLoss, maxLossFollows } = plan.rules;
  return plan.fractions.map((fraction, i) => {
    const row: KellyRow = {
      fraction, everHalf: everFallsTo(0.5, fraction), everTenth: everFallsTo(0.9, fraction), growthKept: growthKept(fraction),
      closedPass: profitTarget === null || maxLossFollows ? null : gainsBeforeLosing(Number(profitTarget), Number(maxLoss), fraction),
      known: drawn(plan, fraction, 0), estimated: drawn(plan, fraction, plan.estimateError),
    };
    onProgress((i + 1) / plan.fractions.length);
    return row;
  });
}

function drawn(plan: KellyPlan, fraction: number, error: number): KellyOutcome {
  // The same numbers for every fraction: rows differ by the fraction alone.
  const random = new Random(plan.seed);
  const counts = { pass: 0, daily: 0, total: 0, unfinished: 0 };
  const days: number[] = [];
  for (let i = 0; i < plan.paths; i++) {
    const { end, day } = kellyPath(plan, fraction * Math.max(0, 1 + error * random.normal()), random);
    counts[end] += 1;
    if (end === 'pass') days.push(day);
  }
  const share = (count: number) => count / plan.paths;
  days.sort((a, b) => a - b);
  return { pass: share(counts.pass), failDaily: share(counts.daily), failTotal: share(counts.total), unfinished: share(counts.unfinished), medianDays: days[Math.floor(days.length / 2)] ?? null };
}

/** One path, which begins at 1: how it ends, and on which day from 1. `onStep` hears of every equity, with its day. */
export function kellyPath({ sharpe, stepsPerDay, daysPerYear, maxDays, rules }: KellyPlan, fraction: number, random: Random, onStep?: (day: number, equity: number) => void): { readonly end: 'pass' | 'daily' | 'total' | 'unfinished'; readonly day: number } {
  const target = rules.profitTarget === null ? Infinity : Number(rules.profitTarget);
  const [daily, total, bestShare] = [Number(rules.maxDailyLoss), Number(rules.maxLoss), Number(rules.bestDayShare ?? 1)];
  const step = 1 / (stepsPerDay * daysPerYear);
  const volatility = fraction * sharpe * Math.sqrt(step);
  const drift = fraction * sharpe * sharpe * step - volatility * volatility / 2;
  let equity = 1;
  let highest = 1;
  let best = 0;
  for (let day = 1; day <= maxDays; day++) {
    const start = equity;
    highest = Math.max(highest, start);
    for (let i = 0; i < stepsPerDay; i++) {
      equity *= Math.exp(drift + volatility * random.normal());
      onStep?.(day, equity);
      if (equity < start - daily) return { end: 'daily', day };
      if (equity < (rules.maxLossFollows ? highest : 1) - total) return { end: 'total', day };
      if (equity - 1 >= target && day >= rules.minTradingDays && Math.max(best, equity - start) <= bestShare * (equity - 1)) return { end: 'pass', day };
    }
    best = Math.max(best, equity - start);
  }
  return { end: 'unfinished', day: maxDays };
}
