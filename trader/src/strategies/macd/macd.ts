import { choice, integer, number } from '../../domain/parameters.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { Macd } from '../../indicators/trend.ts';
import type { Strategy, StrategyDefinition } from '../../ports/strategy.ts';
import { DIRECTION, levels } from '../direction.ts';
import { PROTECTION, protect } from '../protection.ts';
import { macdKernel } from './kernel.ts';
import { MacdCross, MacdDivergence, MacdSpread, MacdZero } from './rules.ts';

const parameters = {
  fast: integer(12, 1, 1000, 'bars of the fast average'),
  slow: integer(26, 2, 2000, 'bars of the slow average'),
  signal: integer(9, 1, 1000, 'bars of the signal line'),
  warmup: integer(0, 0, 100_000, 'bars without a decision; 0 = slow + signal − 2, up to the first mean of the signal line'),
  seed: choice(['first', 'sma'], 'averages start at the first value, or at the mean of their first values'),
  rule: choice(['cross', 'zero', 'divergence', 'spread'], 'what is read from the lines'),
  threshold: number(0.0025, 0, 1, 'spread: distance of the lines, as a share of the fast average, that decides'),
  pivot: integer(3, 1, 100, 'divergence: bars on each side that confirm a turning point'),
  ...DIRECTION,
  ...PROTECTION,
};

type Values = ParameterValues<typeof parameters>;

const bars = ({ warmup, slow, signal }: Values): number => warmup || slow + signal - 2;

/** Moving average convergence/divergence in four readings; README.md beside this file has the rules. */
export const macd: StrategyDefinition<typeof parameters> = {
  name: 'macd',
  summary: 'Follows the trend that two moving averages of the close agree on.',
  parameters,
  check: ({ fast, slow }) => fast < slow ? undefined : `fast must be less than slow, not ${fast} and ${slow}`,
  warmup: bars,
  create: (values) => protect(rule(values), values),
  columnKernel: macdKernel(bars),
};

function rule(values: Values): Strategy {
  const lines = new Macd(values.fast, values.slow, values.signal, values.seed);
  const wait = bars(values);
  switch (values.rule) {
    case 'cross': return new MacdCross(lines, wait, levels(values));
    case 'zero': return new MacdZero(lines, wait, levels(values));
    case 'divergence': return new MacdDivergence(lines, wait, levels(values), values.pivot);
    case 'spread': return new MacdSpread(lines, wait, levels(values), values.threshold);
  }
}
