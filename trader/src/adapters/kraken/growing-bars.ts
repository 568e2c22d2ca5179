import type { Bar } from '../../domain/bar.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** So long after a bar's end its last trades may still be told. */
const SETTLE_MS = 2_000;

/** What grows bars. */
export interface GrowingBarsSpec {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Now, by the venue's clock as far as it is known. */
  readonly now: () => Timestamp;
  readonly onBar: (instrument: number, bar: Bar) => void;
}

/**
 * Kraken tells a bar anew with each trade and never that it has ended: it has when the next one begins,
 * or, where nobody trades then, when its time is over. Each is told once.
 */
export class GrowingBars {
  readonly #spec: GrowingBarsSpec;
  /** The last state of each instrument's bar. */
  readonly #growing = new Map<number, Bar>();
  /** Where each instrument's next bar begins, at the earliest. */
  readonly #next = new Map<number, Timestamp>();
  #waiting: (() => void) | undefined;

  constructor(spec: GrowingBarsSpec) {
    this.#spec = spec;
  }

  /** A bar as it stands. */
  grow(instrument: number, bar: Bar): void {
    if (bar.timestamp < (this.#next.get(instrument) ?? -Infinity)) return;
    const before = this.#growing.get(instrument);
    const [older, newer] = before === undefined || before.timestamp === bar.timestamp ? [undefined, bar] : before.timestamp < bar.timestamp ? [before, bar] : [bar, before];
    this.#growing.set(instrument, newer);
    if (older !== undefined) this.#tell(instrument, older);
    this.#wait();
  }

  /** The stream has gaps from here on: what has begun may lack its end. */
  forget(): void {
    this.#growing.clear();
    this.close();
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #tell(instrument: number, bar: Bar): void {
    this.#next.set(instrument, bar.timestamp + this.#spec.intervalMs);
    this.#spec.onBar(instrument, bar);
  }

  #wait(): void {
    if (this.#waiting !== undefined || this.#growing.size === 0) return;
    const { clock, intervalMs, now } = this.#spec;
    const due = Math.min(...[...this.#growing.values()].map(({ timestamp }) => timestamp)) + intervalMs + SETTLE_MS;
    this.#waiting = clock.after(Math.max(1, due - now()), () => {
      this.#waiting = undefined;
      for (const [instrument, bar] of this.#growing) {
        if (bar.timestamp + intervalMs + SETTLE_MS > now()) continue;
        this.#growing.delete(instrument);
        this.#tell(instrument, bar);
      }
      this.#wait();
    });
  }
}
