import type { Random } from '../domain/random.ts';
import type { Timestamp } from '../domain/time.ts';

/** How long an order, or its cancel, is on its way to the venue. */
export interface LatencyModel {
  /** Milliseconds for what leaves at this time, at least 0. Asked once for each order and each cancel, in their order. */
  delayMs(ts: Timestamp): number;
}

/** Always the same time. */
export class ConstantLatency implements LatencyModel {
  private readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  delayMs(): number {
    return this.ms;
  }
}

/** How many lognormal times are drawn at once. */
const DRAWN = 128;

/**
 * Lognormal times: most near the median, few very long, none below 0, as round trips over networks are.
 * `spread` is the standard deviation of the logarithm: at 0.5 one in six takes longer than 1.65 medians.
 */
export class LognormalLatency implements LatencyModel {
  private readonly median: number;
  private readonly spread: number;
  private readonly random: Random;
  /** Drawn ahead, many at a time: what draws them then stays in the processor's cache. */
  private readonly delays = new Float64Array(DRAWN);
  private next = DRAWN;

  /** `random` is the model's own. */
  constructor(medianMs: number, spread: number, random: Random) {
    this.median = medianMs;
    this.spread = spread;
    this.random = random;
  }

  delayMs(): number {
    if (this.next === DRAWN) this.draw();
    return this.delays[this.next++];
  }

  private draw(): void {
    const { delays, median, spread, random } = this;
    for (let i = 0; i < DRAWN; i++) delays[i] = median * Math.exp(spread * random.normal());
    this.next = 0;
  }
}

/** Times that were measured, one after the other, and again from the first. */
export class RecordedLatency implements LatencyModel {
  private readonly delays: readonly number[];
  private next = 0;

  /** `delaysMs` holds at least one. Throws RangeError where it does not, or where one is no time. */
  constructor(delaysMs: readonly number[]) {
    if (delaysMs.length === 0) throw new RangeError('there are no recorded delays');
    const wrong = delaysMs.find((delay) => !(delay >= 0 && delay < Infinity));
    if (wrong !== undefined) throw new RangeError(`a delay is at least 0 ms, not ${wrong}`);
    this.delays = delaysMs;
  }

  delayMs(): number {
    const delay = this.delays[this.next];
    this.next = this.next + 1 === this.delays.length ? 0 : this.next + 1;
    return delay;
  }
}
