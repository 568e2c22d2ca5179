/** What is taken to have happened where a bar does not tell. Every choice is one that the same bar allows. */
export interface FillPolicy {
  /** Whether a price that only touches a limit fills it; else it must go through, since others may have stood before us. */
  readonly touchFills: boolean;
  /** What comes first in a bar that reaches both. */
  readonly first: 'stop' | 'limit';
  /** Whether a limit order that arrives inside a bar meets all of its prices; else its close alone, since the others may lie before. */
  readonly meetsRange: boolean;
  /** Whether a stop sent in answer to a fill inside a bar is hit if the bar reached it at all; else only if the close is beyond it. */
  readonly assumesHit: boolean;
  /** Whether the low of a bar, for a stop that trails it upwards, comes before its high (or the high before the low): the stop is then where it was. */
  readonly trailsLate: boolean;
}

/** Against the trader: what holds unless something else is asked for. */
export const PESSIMISTIC: FillPolicy = { touchFills: false, first: 'stop', meetsRange: false, assumesHit: true, trailsLate: true };

/** For the trader: a bound, not an expectation. */
export const OPTIMISTIC: FillPolicy = { touchFills: true, first: 'limit', meetsRange: true, assumesHit: false, trailsLate: false };
