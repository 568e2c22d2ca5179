import type { Random } from '../domain/random.ts';
import { copyBars, decide, sameDecision, type Decisions } from './decisions.ts';
import type { Suspect } from './bias-check.ts';

/** How long a strategy that begins in the middle takes until it decides as one that has seen everything. */
export interface Settling {
  /** Bars that it says it needs. */
  readonly declared: number;
  /** Places at which one was begun, and bars that each was watched for. */
  readonly starts: number;
  readonly watched: number;
  /** Bars until the last disagreement, of the slowest start and of the middle one. */
  readonly worst: number;
  readonly median: number;
  /** Starts that disagree to the end, although the other one has changed its mind again and again. */
  readonly never: number;
  /** Starts that disagree to the end, where there were too few decisions to tell. */
  readonly undecided: number;
}

/** Bars that a start is watched for at least, and how many times the declared warm-up. */
const LEAST_WATCHED = 5_000;
const WATCHED_WARM_UPS = 50;
/** Changes of mind within the last half of the watch after which two strategies should have come together. */
const ENOUGH_CHANGES = 4;

/**
 * Begins a strategy at `starts` seeded bars and finds from where on it decides as the one that has
 * run from the first bar. Undefined where there are too few bars for that: fewer than four times the
 * declared warm-up, or than a hundred.
 */
export function checkWarmUp({ create, bars }: Suspect, declared: number, starts: number, random: Random): Settling | undefined {
  const watched = Math.min(Math.floor(bars.length / 2), Math.max(LEAST_WATCHED, WATCHED_WARM_UPS * declared));
  if (bars.length < 100 || watched < 2 * declared) return undefined;
  const reference = decide(create(), copyBars(bars, 0, bars.length));
  // The reference has to have settled itself: nothing begins in its first quarter.
  const earliest = Math.floor(bars.length / 4);
  const settled: number[] = [];
  let never = 0;
  let undecided = 0;
  for (let start = 0; start < starts; start++) {
    const from = earliest + random.integer(bars.length - watched - earliest + 1);
    const own = decide(create(), copyBars(bars, from, from + watched));
    const unsettled = lastDisagreement(reference, from, own);
    if (unsettled <= watched * 0.9) settled.push(unsettled);
    else if (changes(reference, from + Math.floor(watched / 2), from + watched) >= ENOUGH_CHANGES) never += 1;
    else undecided += 1;
  }
  settled.sort((a, b) => a - b);
  return { declared, starts, watched, worst: settled.at(-1) ?? 0, median: settled[Math.floor(settled.length / 2)] ?? 0, never, undecided };
}

/** Bars from the start up to and including the last one after which the two disagree. */
function lastDisagreement(reference: Decisions, from: number, own: Decisions): number {
  for (let i = own.length - 1; i >= 0; i--) {
    if (!sameDecision(reference, from + i, own, i)) return i + 1;
  }
  return 0;
}

function changes({ target }: Decisions, from: number, to: number): number {
  let count = 0;
  for (let i = from + 1; i < to; i++) if (target[i] !== target[i - 1]) count += 1;
  return count;
}
