import type { Bar } from '../domain/bar.ts';
import { DAY_MS } from '../domain/time.ts';
import { requirePeriod, RollingRatio } from './window.ts';

/*
 * A bar whose volume is absent (NaN) counts as one in which nothing was traded. Where nothing at
 * all was traded in a window, an average weighted by volume does not exist: it is NaN again.
 */

/** On-balance volume (Granville): the running sum of volume, added when the close rises, taken off when it falls. */
export class Obv {
  /** In units of volume; starts with the first bar's volume, as in TA-Lib. */
  value = NaN;
  readonly warmup = 1;
  #close = NaN;

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(bar: Bar): number {
    const close = bar.close;
    const volume = tradedVolume(bar);
    const value = this.value;
    const direction = Number(close > this.#close) - Number(close < this.#close);
    this.#close = close;
    return this.value = Number.isNaN(value) ? volume : value + direction * volume;
  }
}

/** Volume-weighted average of the typical price (high + low + close) ÷ 3 over the last n bars. */
export class Vwap {
  /** NaN before `warmup` updates, and while the window holds no volume. */
  value = NaN;
  readonly warmup: number;
  readonly #average: RollingRatio;

  constructor(period: number) {
    this.#average = new RollingRatio(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  /** Three times the price on three times the volume, which spares a division. */
  update(bar: Bar): number {
    const volume = tradedVolume(bar);
    return this.value = this.#average.update((bar.high + bar.low + bar.close) * volume, 3 * volume);
  }
}

/** Volume-weighted average of the typical price since the session began: by default, since 00:00 UTC. */
export class SessionVwap {
  /** NaN while the session has no volume. */
  value = NaN;
  readonly warmup = 1;
  readonly #sessionMs: number = 0;
  #session = NaN;
  #money = NaN;
  #volume = NaN;

  constructor(sessionMs = DAY_MS) {
    this.#sessionMs = requirePeriod(sessionMs);
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(bar: Bar): number {
    const session = Math.floor(bar.timestamp / this.#sessionMs);
    if (session !== this.#session) {
      this.#session = session;
      this.#money = 0;
      this.#volume = 0;
    }
    const volume = tradedVolume(bar);
    this.#money += (bar.high + bar.low + bar.close) / 3 * volume;
    this.#volume += volume;
    return this.value = this.#money / this.#volume;
  }
}

/**
 * Money flow index: 100 × the typical price × volume of bars whose typical price rose, over that of
 * all bars in which it changed, of the last n changes; n + 1 bars are needed.
 */
export class Mfi {
  /** 0 to 100; NaN before `warmup` updates, and while no money flowed. */
  value = NaN;
  readonly warmup: number;
  readonly #share: RollingRatio;
  #price = NaN;

  constructor(period: number) {
    this.#share = new RollingRatio(period);
    this.warmup = period + 1;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  /** The first bar's change is NaN, and so is, by the zero that it adds, its flow and every window that holds it: hence n + 1. */
  update(bar: Bar): number {
    const price = bar.high + bar.low + bar.close; // three times the typical one, all of them
    const change = price - this.#price;
    this.#price = price;
    const flow = price * tradedVolume(bar) + (change - change);
    return this.value = 100 * this.#share.update(flow * Number(change > 0), change === 0 ? 0 : flow);
  }
}

function tradedVolume(bar: Bar): number {
  const volume = bar.volume;
  return Number.isNaN(volume) ? 0 : volume;
}
