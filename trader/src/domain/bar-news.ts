import { allocateStates, copyState, sameNumbers, sliceStates, type States } from './bar-states.ts';

/** What a batch brings that was not known. */
export interface News {
  readonly fresh: States;
  /** Fresh ones of times that had no bar. */
  readonly added: number;
  /** The other fresh ones. */
  readonly revised: number;
  /** Bars that were known as they are. */
  readonly equal: number;
  /** Bars that are out of quarantine by it. */
  readonly released: number;
}

/** Compares the bars of a batch, one state for each time, with all states that are known of their times. */
export function compareWithKnown(batch: States, known: States): News {
  const fresh = allocateStates(batch.length);
  let rows = 0;
  let added = 0;
  let released = 0;
  let from = 0;
  for (let row = 0; row < batch.length; row++) {
    while (from < known.length && known.time[from] < batch.time[row]) from++;
    let to = from;
    while (to < known.length && known.time[to] === batch.time[row]) to++;
    if (isKnown(batch, row, known, from, to)) continue;
    if (to === from) added++;
    // It is the current state from here on, and out of quarantine.
    else if (known.reason[to - 1] !== 0 && batch.knownAt[row] >= known.knownAt[to - 1]) released++;
    copyState(batch, row, fresh, rows++);
  }
  return { fresh: sliceStates(fresh, 0, rows), added, revised: rows - added, equal: batch.length - rows, released };
}

/** Whether the state as of the batch's moment, or any state of that very moment, has the same numbers. */
function isKnown(batch: States, row: number, known: States, from: number, to: number): boolean {
  const knownAt = batch.knownAt[row];
  let asOf = to - 1;
  while (asOf >= from && known.knownAt[asOf] > knownAt) asOf--;
  if (asOf >= from && sameNumbers(batch, row, known, asOf)) return true;
  for (let i = asOf - 1; i >= from && known.knownAt[i] === knownAt; i--) if (sameNumbers(batch, row, known, i)) return true;
  return false;
}
