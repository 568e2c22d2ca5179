import { minuteText, startOfDay } from '../domain/calendar.ts';
import type { Timestamp } from '../domain/time.ts';

// Whom a halt of a prop firm's guard may be lifted by stands in its reason, so that a journal says it too.

const UNTIL = /^prop firm until (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d) UTC: /;

/** The reason of a halt that the guard lifts at a time, rounded up to the minute; Infinity for one that it does not. */
export function haltReason(reason: string, until: Timestamp): string {
  return `prop firm${until === Infinity ? '' : ` until ${minuteText(Math.ceil(until / 60_000) * 60_000)} UTC`}: ${reason}`;
}

/** When a halt of the guard's own ends; Infinity where it is not one that it may lift. */
export function haltEnd(reason: string): Timestamp {
  const match = UNTIL.exec(reason);
  if (match === null) return Infinity;
  const [year, month, day, hour, minute] = match.slice(1).map(Number);
  return startOfDay({ year, month, day }) + (hour * 60 + minute) * 60_000;
}
