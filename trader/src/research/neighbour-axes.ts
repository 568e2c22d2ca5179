import type { Bars } from '../domain/bar.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import type { StrategyDefinition } from '../ports/strategy.ts';
import { decide, firstDifference } from './decisions.ts';
import type { Axis } from './grid.ts';

/** Shares of a value that are tried, and parameters that are varied at most: the strategy's first, which are its most telling. */
const SHARES = [0.5, 0.75, 1, 1.5, 2];
const MOST_AXES = 3;

/**
 * A grid around a set of parameters, for when none is given: the first three numbers that change what
 * the strategy decides on `bars`, each from half to twice its value and within its range. A 0 stays:
 * mostly it means "off". Empty where the strategy has none.
 */
export function axesNear(definition: StrategyDefinition, values: ParameterValues, bars: Bars): readonly Axis[] {
  const as = decide(definition.create(values), bars);
  const axes: Axis[] = [];
  for (const [name, spec] of Object.entries(definition.parameters)) {
    const value = values[name];
    if (spec.kind === 'choice' || typeof value !== 'number' || value === 0 || axes.length === MOST_AXES) continue;
    const near = SHARES.map((share) => value * share).map((one) => (spec.kind === 'integer' ? Math.round(one) : Number(one.toPrecision(6))));
    const allowed = [...new Set(near)].filter((one) => one >= spec.min && one <= spec.max);
    const changes = allowed.map((one) => ({ ...values, [name]: one })).filter((changed) => definition.check?.(changed) === undefined)
      .some((changed) => firstDifference(as, decide(definition.create(changed), bars), bars, bars.length) !== undefined);
    if (changes) axes.push({ name, values: allowed });
  }
  return axes;
}
