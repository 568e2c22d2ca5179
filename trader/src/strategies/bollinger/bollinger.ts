import { choice, integer, number } from '../../domain/parameters.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import type { StrategyDefinition } from '../../ports/strategy.ts';
import { DIRECTION, levels } from '../direction.ts';
import { PROTECTION, protect } from '../protection.ts';
import { BollingerReversion, BollingerSqueeze } from './rules.ts';

const parameters = {
  period: integer(20, 2, 1000, 'bars of the middle band and of the standard deviation'),
  deviations: number(2, 0.1, 10, 'standard deviations from the middle band to the outer bands'),
  rule: choice(['squeeze', 'reversion'], 'go with a breakout after a squeeze, or against a close outside the bands'),
  lookback: integer(120, 2, 10_000, 'squeeze: bars among which the bands must be at their narrowest'),
  ...DIRECTION,
  ...PROTECTION,
};

type Values = ParameterValues<typeof parameters>;

/** Bollinger bands in two readings; README.md beside this file has the rules. */
export const bollinger: StrategyDefinition<typeof parameters> = {
  name: 'bollinger',
  summary: 'Follows a breakout from unusually narrow bands, or bets on the way back from the outer bands.',
  parameters,
  warmup: ({ rule, period, lookback }) => rule === 'squeeze' ? period + lookback - 1 : period - 1,
  create: (values) => protect(rule(values), values),
};

function rule({ rule: name, period, deviations, lookback, direction }: Values) {
  switch (name) {
    case 'squeeze': return new BollingerSqueeze(period, deviations, lookback, levels({ direction }));
    case 'reversion': return new BollingerReversion(period, deviations, levels({ direction }));
  }
}
