import type { Bar } from '../../domain/bar.ts';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';

/** What bars are asked for with. */
export interface BarPollSpec {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** How many instruments there are. */
  readonly instruments: number;
  /** The end of the last bar that is over for good, by the venue's clock. */
  readonly lastEnd: () => Timestamp;
  /** Bars that opened at or after a time and are over for good, oldest first. Throws `VenueError`. */
  readonly ask: (instrument: number, from: Timestamp) => Promise<readonly Bar[]>;
  readonly onBar: (instrument: number, bar: Bar) => void;
}

const POLL_MS = 3_000;
/** Asked this often after its end, a bar that is not there is none: nobody traded. If it comes later, it is told with the next. */
const TRIES = 8;

/** What is next to tell of an instrument, and how often it was asked for since a bar's end. */
interface Turn {
  next: Timestamp;
  end: Timestamp;
  tries: number;
}

/** Tells each bar of each instrument once, soon after its end, by asking for it. */
export class BarPoll {
  readonly #spec: BarPollSpec;
  readonly #turns: readonly Turn[];
  #waiting: (() => void) | undefined;
  #closed = false;

  /** Begins with the bar that ended last. */
  constructor(spec: BarPollSpec) {
    this.#spec = spec;
    this.#turns = Array.from({ length: spec.instruments }, () => ({ next: spec.lastEnd() - spec.intervalMs, end: 0, tries: 0 }));
  }

  start(): void {
    this.#waiting = this.#spec.clock.after(POLL_MS, () => { void this.#round(); });
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.();
  }

  async #round(): Promise<void> {
    for (const [instrument, turn] of this.#turns.entries()) {
      const end = this.#spec.lastEnd();
      if (turn.end !== end) Object.assign(turn, { end, tries: 0 });
      if (turn.next >= end || turn.tries >= TRIES) continue;
      turn.tries += 1;
      for (const bar of await this.#ask(instrument, turn.next)) {
        if (this.#closed) return;
        turn.next = bar.timestamp + this.#spec.intervalMs;
        this.#spec.onBar(instrument, bar);
      }
    }
    if (!this.#closed) this.start();
  }

  /** What cannot be had now is asked for again. */
  async #ask(instrument: number, from: Timestamp): Promise<readonly Bar[]> {
    try {
      return await this.#spec.ask(instrument, from);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      return [];
    }
  }
}
