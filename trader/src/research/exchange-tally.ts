import { FAULTS, type Fault } from '../simulation/lying-exchange-temper.ts';
import type { TrialResult } from './exchange-chaos.ts';
import { INVARIANTS, type Invariant, type Violation } from './exchange-judge.ts';
import { PLACES, type Place } from './mortal-process.ts';

/** Failing seeds that are named; the others are only counted. */
const MOST_NAMED = 20;

/** What many seeds came to together. Plain data, so that threads can hand theirs over. */
export interface ChaosTally {
  seeds: number;
  intents: number;
  orders: number;
  accepted: number;
  fills: number;
  lost: number;
  powerCuts: number;
  readonly faults: Record<Fault, number>;
  readonly crashes: Record<Place, number>;
  readonly violations: Record<Invariant, number>;
  /** How many seeds had any violation, and the lowest of them with the first thing that did not hold. */
  failed: number;
  failures: { readonly seed: number; readonly violation: Violation }[];
}

/** Nothing yet. */
export function emptyTally(): ChaosTally {
  return {
    seeds: 0, intents: 0, orders: 0, accepted: 0, fills: 0, lost: 0, powerCuts: 0, failed: 0, failures: [],
    faults: zeros(FAULTS), crashes: zeros(PLACES), violations: zeros(Object.keys(INVARIANTS) as Invariant[]),
  };
}

/** Counts one seed in. */
export function countTrial(tally: ChaosTally, { seed, violations, ...trial }: TrialResult): void {
  mergeTally(tally, {
    ...emptyTally(), ...trial, seeds: 1, crashes: { ...zeros(PLACES), ...trial.crashes },
    violations: violations.reduce((counts, { invariant }) => ({ ...counts, [invariant]: counts[invariant] + 1 }), zeros(Object.keys(INVARIANTS) as Invariant[])),
    failed: violations.length > 0 ? 1 : 0, failures: violations.slice(0, 1).map((violation) => ({ seed, violation })),
  });
}

/** Adds one tally to another. */
export function mergeTally(into: ChaosTally, from: ChaosTally): void {
  for (const name of ['seeds', 'intents', 'orders', 'accepted', 'fills', 'lost', 'powerCuts', 'failed'] as const) into[name] += from[name];
  addCounts(into.faults, from.faults);
  addCounts(into.crashes, from.crashes);
  addCounts(into.violations, from.violations);
  into.failures = [...into.failures, ...from.failures].sort((a, b) => a.seed - b.seed).slice(0, MOST_NAMED);
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}

function addCounts<K extends string>(into: Record<K, number>, from: Readonly<Record<K, number>>): void {
  for (const name of Object.keys(into) as K[]) into[name] += from[name];
}
