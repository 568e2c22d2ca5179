import type { Timestamp } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

/** Something that is to happen. */
interface Alarm {
  readonly at: Timestamp;
  /** How many were asked for before it. */
  readonly arrival: number;
  /** Undefined once it was taken back. */
  work: (() => void) | undefined;
}

/** How many steps of waiting promises are worked off between two events; longer chains go on after the next, every time at the same place. */
const TURNS = 12;

/** Time that passes only from one event to the next: by their time, then in the order in which they were asked for. */
export class VirtualClock implements Clock {
  #now: Timestamp;
  #arrivals = 0;
  /** A binary heap, the next one first. */
  readonly #alarms: Alarm[] = [];

  constructor(start: Timestamp) {
    this.#now = start;
  }

  now(): Timestamp {
    return this.#now;
  }

  after(delayMs: number, work: () => void): () => void {
    const alarm: Alarm = { at: this.#now + Math.max(0, delayMs), arrival: this.#arrivals++, work };
    this.#push(alarm);
    return () => { alarm.work = undefined; };
  }

  /** Lets time pass until then, and promises settle between events. Throws what an event throws. */
  async run(until: Timestamp): Promise<void> {
    await settled();
    for (let next = this.#alarms[0]; next !== undefined && next.at <= until; next = this.#alarms[0]) {
      this.#pop();
      if (next.work === undefined) continue;
      this.#now = next.at;
      next.work();
      await settled();
    }
    this.#now = Math.max(this.#now, until);
  }

  #push(alarm: Alarm): void {
    const alarms = this.#alarms;
    let at = alarms.push(alarm) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(alarm, alarms[parent])) break;
      alarms[at] = alarms[parent];
      at = parent;
    }
    alarms[at] = alarm;
  }

  #pop(): void {
    const alarms = this.#alarms;
    const last = alarms.pop();
    if (last === undefined || alarms.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= alarms.length) break;
      if (child + 1 < alarms.length && before(alarms[child + 1], alarms[child])) child += 1;
      if (!before(alarms[child], last)) break;
      alarms[at] = alarms[child];
      at = child;
    }
    alarms[at] = last;
  }
}

function before(a: Alarm, b: Alarm): boolean {
  return a.at < b.at || (a.at === b.at && a.arrival < b.arrival);
}

const RESOLVED = Promise.resolve();

async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await RESOLVED;
}
