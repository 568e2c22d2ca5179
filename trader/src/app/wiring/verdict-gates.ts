import type { Overfitting } from '../../analytics/overfitting.ts';
import type { PropFirmOutcome } from '../../research/prop-firm-limits.ts';
import { formatCount, formatMoney, formatPercent, formatPlural, formatRatio, formatTime } from '../terminal/format.ts';
import type { CheckLine } from './check.ts';
import type { LuckStatistics } from './montecarlo.ts';

/** The part of a verdict that a line belongs to. */
export type GateGroup = 'Honesty' | 'Out of sample' | 'Luck' | 'Costs' | 'Prop firm';

/** One line of a verdict. */
export interface Gate extends CheckLine {
  readonly group: GateGroup;
  /** Whether it takes a pass of it to be ready; what a prop firm would have said does not decide. */
  readonly decides: boolean;
}

/** What was traded on data that no parameter was chosen on. */
export interface OutOfSample {
  readonly netReturn: number;
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
  readonly trades: number;
  readonly winRate: number | null;
  /** Of its daily returns; the probability that the true Sharpe ratio is above 0, and the days that it takes to say so. */
  readonly days: number;
  readonly probabilisticSharpe: number | null;
  readonly minimumTrackRecord: number | null;
}

/** How parameters were chosen; undefined where there was nothing to choose among. */
export interface Choice {
  readonly windows: number;
  readonly profitableWindows: number;
  readonly combos: number;
  readonly inSampleYearly: number | null;
  readonly outOfSampleYearly: number | null;
  readonly efficiency: number | null;
}

/** The gates that are demanded; reported as they fall. */
export const GATES = {
  sharpe: 1.5, drawdown: 0.2, confidence: 0.95, overfitting: 0.05, luck: 0.05,
  /** How many times the charged cost a strategy should bear: a backtest without slippage knows only the fee. */
  costFactor: 2,
} as const;

const line = (group: GateGroup, name: string, state: CheckLine['state'], reason: string, decides = true): Gate => ({ group, name, state, reason, decides });
const judge = (passes: boolean) => (passes ? 'pass' : 'fail');

/** The lines of a check, as the first part of a verdict. */
export function honestyGates(lines: readonly CheckLine[]): Gate[] {
  return lines.map((one) => ({ ...one, group: 'Honesty', decides: true }));
}

/** Gates on what the chosen parameters made on the data that followed; `missing` says why there is none. */
export function outOfSampleGates(found: { readonly out: OutOfSample; readonly choice: Choice | undefined } | { readonly missing: string }): Gate[] {
  const names = ['Walk-forward', `Sharpe above ${GATES.sharpe}`, `Drawdown below ${formatPercent(GATES.drawdown, 0)}`];
  if ('missing' in found) return names.map((name) => line('Out of sample', name, 'not-measurable', `Not measurable: ${found.missing}.`));
  const { out, choice } = found;
  if (out.trades === 0) return names.map((name) => line('Out of sample', name, 'not-measurable', 'Not measurable: out of sample it never finished a trade.'));
  const sharpe = out.sharpe === null ? line('Out of sample', names[1], 'not-measurable', out.maxDrawdown >= 1 ? 'Not measurable: the account fell to nothing, and from there on there are no returns.' : 'Not measurable: there are too few days for a Sharpe ratio.')
    : line('Out of sample', names[1], judge(out.sharpe > GATES.sharpe), `${formatRatio(out.sharpe)}, annualised, on data that the parameters were not chosen on.`);
  return [
    line('Out of sample', names[0], judge(out.netReturn > 0), wordWalk(out, choice)), sharpe,
    line('Out of sample', names[2], judge(out.maxDrawdown < GATES.drawdown), `${formatPercent(out.maxDrawdown)} at bar closes, on data that the parameters were not chosen on.`),
  ];
}

function wordWalk({ netReturn, trades }: OutOfSample, choice: Choice | undefined): string {
  const made = `${formatPercent(netReturn, 2, { sign: true })} in ${formatPlural(trades, 'trade')}`;
  if (choice === undefined) return `It has no number to choose, so all data is out of sample: ${made}.`;
  const { windows, profitableWindows, combos, inSampleYearly, outOfSampleYearly, efficiency } = choice;
  const years = inSampleYearly === null || outOfSampleYearly === null ? ''
    : ` The trainings made ${formatPercent(inSampleYearly, 1, { sign: true })} a year, what followed ${formatPercent(outOfSampleYearly, 1, { sign: true })}${efficiency === null ? '' : ` (efficiency ${formatRatio(efficiency)})`}.`;
  return `Chosen among ${formatCount(combos)} combinations in each of ${windows} trainings and traded on what followed: ${made}, ${profitableWindows} of ${windows} windows with a gain.${years}`;
}

/** What a choice among many, and chance, make of the result. */
export interface LuckFigures {
  /** Undefined where there is no result out of sample. */
  readonly out: OutOfSample | undefined;
  /** What a return is of: bars that are longer than a day have one each. */
  readonly period: 'day' | 'bar';
  /** Trials on record of this strategy on these bars, whatever its wording. */
  readonly trials: number;
  readonly deflatedSharpe: number | null;
  readonly overfitting: Overfitting | null;
  /** Combinations that overfitting was looked for among. */
  readonly overfittingTrials: number;
  /** Probability that the same trades at random times do as well. */
  readonly entries: Chance;
  /** Probability that the strategy does as well on its bars in a random order. */
  readonly bars: Chance;
}

/** How likely chance is to do as well, and how often it was tried; or why there is no telling. */
export type Chance = { readonly pValue: number; readonly runs: number } | { readonly missing: string };

/** Gates on luck. */
export function luckGates({ out, period, trials, deflatedSharpe, overfitting, overfittingTrials, entries, bars }: LuckFigures): Gate[] {
  return [
    ...trackGates(out, period),
    deflatedSharpe === null ? line('Luck', 'Deflated Sharpe', 'not-measurable', 'Not measurable: the strategy as given has no Sharpe ratio, as after it lost everything, or of the trials too few have one.')
      : line('Luck', 'Deflated Sharpe', judge(deflatedSharpe >= GATES.confidence), trials <= 1
        ? `It is the only one that was tried on these bars, so nothing is deflated: its Sharpe ratio over all of them is truly above 0 with a probability of ${formatPercent(deflatedSharpe, 1)}; ${SURE} are asked for.`
        : `After ${formatPlural(trials, 'trial')} on these bars, the probability that it beats the best of as many without skill is ${formatPercent(deflatedSharpe, 1)}; ${SURE} are asked for.`),
    wordOverfitting(overfitting, overfittingTrials),
    wordChance('Timing', entries, 'Its own trades, as long and as large, entered at random on the same bars'),
    wordChance('Patterns', bars, 'The strategy itself, stops and all, run on the same bars in a random order'),
  ];
}

/**
 * A line on chance. Both ways decide, since each answers what the other cannot: random entries keep
 * the trades and ask whether their moments earned; shuffled bars let the strategy trade anew where
 * there is nothing to foresee, and so see a gain that holding times and stops make by themselves.
 */
function wordChance(name: string, chance: Chance, what: string): Gate {
  if ('missing' in chance) return line('Luck', name, 'not-measurable', `Not measurable: ${chance.missing}.`);
  const { pValue, runs } = chance;
  return line('Luck', name, judge(pValue <= GATES.luck), `${what}: as good or better with a probability of ${formatPercent(pValue, 1)} (${formatCount(runs)} tries); at most ${formatPercent(GATES.luck, 0)} is asked for.`);
}

const SURE = formatPercent(GATES.confidence, 0);

/** Whether the returns out of sample are enough to be sure of a profit. */
function trackGates(out: OutOfSample | undefined, period: LuckFigures['period']): Gate[] {
  if (out === undefined || out.probabilisticSharpe === null) {
    return ['Sharpe above 0', 'Track record'].map((name) => line('Luck', name, 'not-measurable', 'Not measurable: there are no returns out of sample that differ.'));
  }
  const { probabilisticSharpe: probable, minimumTrackRecord: track, days } = out;
  return [
    line('Luck', 'Sharpe above 0', judge(probable >= GATES.confidence), `The probability that the true Sharpe ratio is above 0 is ${formatPercent(probable, 1)}, from ${formatPlural(days, 'return')} out of sample, one a ${period}; ${SURE} are asked for.`),
    track === null ? line('Luck', 'Track record', 'fail', 'No length would do: the Sharpe ratio out of sample is not above 0.')
      : line('Luck', 'Track record', judge(track <= days), `With this Sharpe ratio it takes ${formatPlural(Math.ceil(track), period)} to be ${SURE} sure that it is above 0; there are ${formatCount(days)}.`),
  ];
}

function wordOverfitting(overfitting: Overfitting | null, tried: number): Gate {
  const name = 'Overfitting';
  if (tried < 2) return line('Luck', name, 'pass', 'Nothing was chosen, so nothing can be overfitted.');
  if (overfitting === null) return line('Luck', name, 'not-measurable', 'Not measurable: there are too few days to cut them into halves in several ways, or fewer than two combinations did not lose everything.');
  const { trials } = overfitting;
  return line('Luck', name, judge(overfitting.probability <= GATES.overfitting), `In ${formatPercent(overfitting.probability, 1)} of ${formatPlural(overfitting.splits, 'split')} the best of ${formatCount(trials)} combinations${trials < tried ? ` (${formatCount(tried - trials)} more lost everything)` : ''} in one half of the time was no better than the median in the other; at most ${formatPercent(GATES.overfitting, 0)} is asked for.`);
}

/** Gates on what trading costs and how much the market takes; `slipped` where slippage is in the prices already. */
export function costGates({ breakEvenBps, capacity }: Pick<LuckStatistics, 'breakEvenBps' | 'capacity'>, { paidBps, slipped }: { readonly paidBps: number | null; readonly slipped: boolean }, cash: number): Gate[] {
  const never = 'Not measurable: it never traded.';
  // A rebate is no cost to be borne twice, and who loses before any cost bears none.
  const needed = paidBps === null ? null : GATES.costFactor * Math.max(0, paidBps);
  return [
    breakEvenBps === null || paidBps === null || needed === null ? line('Costs', 'Break-even cost', 'not-measurable', never)
      : line('Costs', 'Break-even cost', judge(breakEvenBps > 0 && breakEvenBps >= needed), breakEvenBps <= 0
        ? `It loses before any ${slipped ? 'fee, from slippage alone or without it' : 'cost'}.`
        : `Nothing is left at ${breakEvenBps.toFixed(1)} bp a fill; ${paidBps.toFixed(1)} bp were charged, and ${slipped ? 'its slippage, which is in the prices already, is a guess' : 'slippage comes on top'}, so ${needed.toFixed(1)} bp are asked for.`),
    capacity === null ? line('Costs', 'Capacity', 'not-measurable', 'Not measurable: it never traded, or the bars have no volume.')
      : line('Costs', 'Capacity', judge(capacity.twentieth >= cash), `One fill in twenty is more than 1 % of its bar's volume from an account of ${formatMoney(capacity.twentieth.toFixed(0))} on; this one has ${formatMoney(String(cash))}.`),
  ];
}

/** What a prop firm would have said; it does not decide. */
export function propFirmGates(outcomes: readonly PropFirmOutcome[]): Gate[] {
  return outcomes.map((outcome) => {
    const { rules: { name, file, profitTarget, minTradingDays }, breach, passedAt, tradingDays, worstDailyLoss, worstLoss, bestDay } = outcome;
    const near = `Worst day ${formatPercent(worstDailyLoss)}, worst loss ${formatPercent(worstLoss)} of the initial capital. Rules: ${file}.`;
    if (breach !== null) return line('Prop firm', name, 'fail', `Broken on ${formatTime(breach.tsEvent)} UTC: equity of ${formatMoney(breach.equity.toFixed(2))} is below the ${breach.rule === 'max-loss' ? 'total' : 'daily'} limit of ${formatMoney(breach.limit.toFixed(2))}. Rules: ${file}.`, false);
    if (passedAt !== null) return line('Prop firm', name, 'pass', `Passed on ${formatTime(passedAt)} UTC after ${formatPlural(tradingDays, 'trading day')}. ${near}`, false);
    const best = bestDay === null ? '' : ` The best day made ${formatPercent(bestDay, 0)} of the profit.`;
    return line('Prop firm', name, 'not-measurable', `No limit broken, but not passed: the target of ${formatPercent(Number(profitTarget), 0)} was not met with everything closed${minTradingDays > 0 ? ` and ${minTradingDays} trading days (${tradingDays} so far)` : ''}. ${near}${best}`, false);
  });
}
