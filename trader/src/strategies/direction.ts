import { choice } from '../domain/parameters.ts';
import type { ParameterValues } from '../domain/parameters.ts';

/** The parameter that says which side of the market a strategy may take. */
export const DIRECTION = {
  direction: choice(['long', 'short', 'both'], 'which positions it may hold; what it may not hold is flat'),
};

/** The targets that a rule's two opinions lead to. */
export interface Levels {
  /** Target while the rule says up: 1, or 0 where longs are not allowed. */
  readonly up: number;
  /** Target while the rule says down: −1, or 0 where shorts are not allowed. */
  readonly down: number;
}

/** Turns a direction into two numbers once, so that no rule asks for it on every bar. */
export function levels({ direction }: ParameterValues<typeof DIRECTION>): Levels {
  return { up: direction === 'short' ? 0 : 1, down: direction === 'long' ? 0 : -1 };
}
