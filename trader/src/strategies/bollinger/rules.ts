import type { Bar } from '../../domain/bar.ts';
import type { Signal } from '../../domain/signal.ts';
import { Bollinger } from '../../indicators/volatility.ts';
import { RollingMin } from '../../indicators/window.ts';
import type { Strategy } from '../../ports/strategy.ts';
import type { Levels } from '../direction.ts';

/**
 * Goes with the first close outside the bands after a squeeze, which is a bar whose bandwidth is
 * the lowest of the last `lookback`; flat when the close is back across the middle band. That
 * first close uses the squeeze up, whichever side it is on.
 */
export class BollingerSqueeze implements Strategy {
  readonly #bands: Bollinger;
  readonly #narrowest: RollingMin;
  readonly #up: number;
  readonly #down: number;
  #squeezed = false;

  constructor(period: number, deviations: number, lookback: number, { up, down }: Levels) {
    this.#bands = new Bollinger(period, deviations);
    this.#narrowest = new RollingMin(lookback);
    this.#up = up;
    this.#down = down;
  }

  onBar({ close }: Bar, signal: Signal): void {
    const bands = this.#bands;
    bands.update(close);
    if (!bands.ready) return;
    if (this.#squeezed && (close > bands.upper || close < bands.lower)) {
      this.#squeezed = false;
      signal.target = close > bands.upper ? this.#up : this.#down;
    } else if (signal.target > 0 ? close < bands.middle : close > bands.middle) {
      signal.target = 0;
    }
    const bandwidth = (bands.upper - bands.lower) / bands.middle;
    if (bandwidth === this.#narrowest.update(bandwidth)) this.#squeezed = true;
  }

  describe(): Readonly<Record<string, number>> {
    return describeBands(this.#bands);
  }
}

/** Goes against a close outside the bands; flat when the close has reached the middle band. */
export class BollingerReversion implements Strategy {
  readonly #bands: Bollinger;
  readonly #up: number;
  readonly #down: number;

  constructor(period: number, deviations: number, { up, down }: Levels) {
    this.#bands = new Bollinger(period, deviations);
    this.#up = up;
    this.#down = down;
  }

  onBar({ close }: Bar, signal: Signal): void {
    const bands = this.#bands;
    bands.update(close);
    if (close < bands.lower) signal.target = this.#up;
    else if (close > bands.upper) signal.target = this.#down;
    else if (signal.target > 0 ? close >= bands.middle : close <= bands.middle) signal.target = 0;
  }

  describe(): Readonly<Record<string, number>> {
    return describeBands(this.#bands);
  }
}

function describeBands({ upper, middle, lower }: Bollinger): Readonly<Record<string, number>> {
  return { 'upper band': upper, 'middle band': middle, 'lower band': lower };
}
