import type { Timestamp } from '../domain/time.ts';

/** Market seconds per second that keys stop at. */
const FASTEST = 100_000;

/** How fast a replay goes: wall and market time that belong together, and the speed between them. */
export class Pace {
  /** Market seconds per second; Infinity for as fast as it goes, or comes. */
  speed: number;
  #anchor = { wall: 0, market: NaN };

  constructor(speed: number) {
    this.speed = speed;
  }

  /** Counts from now on: here, this market time is due now; NaN where the next that comes is. */
  restart(market: Timestamp): void {
    this.#anchor = { wall: performance.now(), market };
  }

  /** Milliseconds until the moment at `market` is due. */
  untilDue(market: Timestamp): number {
    if (this.speed === Infinity) return 0;
    if (Number.isNaN(this.#anchor.market)) this.#anchor.market = market;
    return this.#anchor.wall + (market - this.#anchor.market) / this.speed - performance.now();
  }

  /** Goes so many times as fast, within what keys may ask for. */
  change(factor: number): void {
    this.speed = Math.min(FASTEST, Math.max(1, Math.min(FASTEST, this.speed) * factor));
  }
}
