import type { LineState } from './check.ts';
import type { Gate } from './verdict-gates.ts';

/** What a step may name. */
export interface StepNames {
  /** The kept run of the strategy as given; null where there is none. */
  readonly run: string | null;
  readonly ready: boolean;
}

/** For each line that can fail: what to do about it. In the order in which things are to be mended. */
const STEPS: readonly (readonly [names: readonly string[], step: string])[] = [
  [['Repeats itself', 'Stays with its bars', 'Leaves the bars alone', 'No look-ahead', 'No outside knowledge'], 'Mend the strategy first: it decides by what it cannot know, so that no other figure means anything (docs/check.md).'],
  [['Warm-up'], 'Give the strategy the bars that it needs to settle before it decides; live, it begins in the middle.'],
  [['Break-even cost'], 'Trade less often or cheaper: try a longer --interval, or set --fee-bps to what you really pay and look again.'],
  [['Walk-forward', 'Timing', 'Patterns', 'Overfitting', 'Deflated Sharpe'], 'Do not search for better parameters on these bars: each try makes a good result worth less. Change the idea, or test it on data that was never looked at.'],
  [['Sharpe above 1.5', 'Sharpe above 0'], 'A Sharpe ratio this low seldom outlives what a backtest does not know. Compare it with doing nothing before going on.'],
  [['Drawdown below 20 %'], 'Hold less (--sizing fraction:0.5 halves most of the drawdown), or give positions a stop.'],
  [['Track record'], 'Bring more history, of other years and other coins, or let it trade on paper for as long.'],
  [['Capacity'], 'Trade a smaller account or a market with more volume.'],
];

/** What to do about the lines that are no pass, faults before warnings and the most important first; and what comes next. */
export function nextSteps(lines: readonly Gate[], { run, ready }: StepNames): string[] {
  const stepsFor = (states: readonly LineState[]) => {
    const open = new Set(lines.filter(({ state, decides }) => decides && states.includes(state)).map(({ name }) => name));
    return STEPS.filter(([names]) => names.some((name) => open.has(name))).map(([, step]) => step);
  };
  return [
    ...new Set([...stepsFor(['fail', 'not-measurable']), ...stepsFor(['warn'])]),
    ...(run === null ? [] : [`Look at single trades: ./algotrendy explain ${run} 1`]),
    ready ? 'Let it trade on paper for at least 14 days before any money: ./algotrendy paper shows how that looks.' : 'Put no money on it as it is.',
  ];
}
