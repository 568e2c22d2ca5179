import { RollingMoments } from './window.ts';

/** Population standard deviation of the last n values: exactly 0 when they are all equal. */
export class StandardDeviation {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #moments: RollingMoments;

  constructor(period: number) {
    this.#moments = new RollingMoments(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number): number {
    this.#moments.update(x);
    return this.value = Math.sqrt(this.#moments.variance);
  }
}
