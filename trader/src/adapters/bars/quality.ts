import { isPossibleBar, type Bars } from '../../domain/bar.ts';
import { formatInterval, isTimestamp } from '../../domain/time.ts';
import { BarFileError, type BarFilePlace } from './bar-file-error.ts';
import type { BarColumn } from './csv-parser.ts';

/** What a series of bars is like: facts of real data, counted and not judged. */
export interface QualityReport {
  readonly bars: number;
  /** Open of the first and of the last bar, milliseconds UTC. */
  readonly from: number;
  readonly to: number;
  /** The most frequent step between neighbours, the smaller of two equally frequent; 0 where there is one bar. */
  readonly intervalMs: number;
  /** Steps longer than the interval. */
  readonly gaps: number;
  /** Bars that would fill the gaps. */
  readonly missingBars: number;
  /** The longest step between neighbours where it is a gap, else 0; and the open of the bar before it. */
  readonly longestGapMs: number;
  readonly longestGapAt: number;
  readonly zeroVolumeBars: number;
  /** Bars whose source states no volume. */
  readonly absentVolumeBars: number;
  /** Largest |close − previous close| ÷ previous close, and the open of that bar. */
  readonly largestMove: number;
  readonly largestMoveAt: number;
  /** Decimals that state every price exactly; see `DecimalsMeter`. */
  readonly priceDecimals: number;
  readonly volumeDecimals: number;
}

const PRICES = ['open', 'high', 'low', 'close'] as const;

/** Steps told apart; a series with more distinct steps than this has no interval to speak of. */
const MAX_STEPS = 65_536;

/** Decimals beyond these are not looked for: a double holds no more than fifteen digits in every case. */
const MAX_DECIMALS = 15;

/** 2^52: below it a double has room for a half. */
const HALF_SAFE = 2 ** 52;

/** 10^22 is the largest power of ten that a double holds exactly. */
const MAX_SCALE = 22;

/**
 * Checks bars block by block as they are read and counts their facts. A bar that is out of order, or
 * cannot be by `isPossibleBar`, raises one `BarFileError`, placed by `place(row)`, where rows count
 * from 0 over all blocks.
 */
export class QualityMeter {
  readonly #file: string;
  readonly #place: (row: number) => BarFilePlace;
  readonly #steps = new Map<number, number>();
  readonly #prices = new DecimalsMeter();
  readonly #volumes = new DecimalsMeter();
  #bars = 0;
  #from = 0;
  #last = -Infinity;
  #lastClose = Infinity;
  #longest = 0;
  #longestAt = 0;
  #zero = 0;
  #absent = 0;
  #move = 0;
  #moveAt = 0;

  constructor(file: string, place: (row: number) => BarFilePlace = (row) => ({ row })) {
    this.#file = file;
    this.#place = place;
  }

  /**
   * Checks and counts the next bars of the series. `decimalsOf` tells how many decimals are known to
   * state a column exactly, up to these bars, which spares looking for them.
   */
  add(bars: Bars, decimalsOf: (column: BarColumn) => number = () => Infinity): void {
    this.#checkBars(bars);
    for (const column of PRICES) this.#prices.add(bars[column], bars.length, decimalsOf(column));
    this.#volumes.add(bars.volume, bars.length, decimalsOf('volume'));
    this.#bars += bars.length;
  }

  /** Besides, the meters of decimals are told of the largest numbers: no price is larger than its high. */
  #checkBars({ length, timestamp, open, high, low, close, volume }: Bars): void {
    let last = this.#last;
    let lastClose = this.#lastClose;
    let move = this.#move;
    let step = 0;
    let steps = 0;
    let highest = 0;
    let most = 0;
    if (this.#bars === 0 && length > 0) this.#from = timestamp[0];
    for (let row = 0; row < length; row++) {
      const time = timestamp[row];
      const o = open[row];
      const h = high[row];
      const l = low[row];
      const c = close[row];
      const v = volume[row];
      if (!(time > last && isTimestamp(time) && isPossibleBar(o, h, l, c, v))) this.#refuse(row, [time, o, h, l, c, v], last);
      if (h > highest) highest = h;
      if (v > most) most = v;
      else if (v === 0) this.#zero++;
      else if (v !== v) this.#absent++;
      const change = Math.abs(c - lastClose);
      if (change > move * lastClose) {
        move = change / lastClose;
        this.#moveAt = time;
      }
      if (time - last !== step) {
        this.#countStep(step, steps);
        step = time - last;
        steps = 0;
        if (step > this.#longest && step < Infinity) {
          this.#longest = step;
          this.#longestAt = last;
        }
      }
      steps++;
      last = time;
      lastClose = c;
    }
    this.#countStep(step, steps);
    this.#last = last;
    this.#lastClose = lastClose;
    this.#move = move;
    this.#prices.reach(highest);
    this.#volumes.reach(most);
  }

  #countStep(step: number, count: number): void {
    if (step === Infinity || count === 0) return;
    const known = this.#steps.get(step);
    if (known !== undefined || this.#steps.size < MAX_STEPS) this.#steps.set(step, (known ?? 0) + count);
  }

  #refuse(row: number, [time, open, high, low, close, volume]: readonly number[], last: number): never {
    const place = this.#place(this.#bars + row);
    const refuse = (kind: 'value' | 'order' | 'price', field: string, what: string): never => {
      throw new BarFileError(kind, this.#file, what, { ...place, field });
    };
    const at = (value: number | undefined) => new Date(value as number).toISOString();
    if (time === undefined || !isTimestamp(Math.floor(time))) refuse('value', 'timestamp', `${time} is no time; use milliseconds UTC`);
    else if (!isTimestamp(time)) refuse('value', 'timestamp', `${time} is finer than a millisecond; bars open on whole milliseconds`);
    else if (time === last) refuse('order', 'timestamp', `${at(time)} stands twice; keep one bar per time`);
    else if (time < last) refuse('order', 'timestamp', `${at(time)} comes after ${at(last)}; sort the file by timestamp`);
    for (const [field, price] of Object.entries({ open, high, low, close })) {
      if (price === undefined || Number.isNaN(price)) refuse('value', field, 'is absent; every bar needs four prices');
      else if (!(price > 0 && price < Infinity)) refuse('price', field, `${price} is no price; prices are positive. Correct or remove the bar`);
    }
    if (Number(high) < Number(low)) refuse('price', 'high', `${high} is below the low ${low}; correct or remove the bar`);
    for (const [field, price] of Object.entries({ open, close })) {
      if (!(Number(price) >= Number(low) && Number(price) <= Number(high))) {
        refuse('price', field, `${price} is outside low ${low} to high ${high}; correct or remove the bar`);
      }
    }
    return refuse('value', 'volume', `${volume} is no volume; it is 0 or more, or absent`);
  }

  /** The facts of all bars added, gaps by the interval if it is known; a series without bars is refused. */
  report(intervalMs = this.#interval()): QualityReport {
    if (this.#bars === 0) throw new BarFileError('empty', this.#file, 'holds no bar');
    let gaps = 0;
    let missingBars = 0;
    for (const [step, count] of this.#steps) {
      if (step <= intervalMs) continue;
      gaps += count;
      missingBars += count * (Math.ceil(step / intervalMs) - 1);
    }
    return {
      bars: this.#bars, from: this.#from, to: this.#last, intervalMs, gaps, missingBars,
      longestGapMs: gaps > 0 ? this.#longest : 0,
      longestGapAt: gaps > 0 ? this.#longestAt : 0,
      zeroVolumeBars: this.#zero, absentVolumeBars: this.#absent,
      largestMove: this.#move, largestMoveAt: this.#moveAt,
      priceDecimals: this.#prices.decimals(), volumeDecimals: this.#volumes.decimals(),
    };
  }

  #interval(): number {
    let interval = 0;
    let most = 0;
    for (const [step, count] of this.#steps) {
      if (count > most || (count === most && step < interval)) {
        interval = step;
        most = count;
      }
    }
    return interval;
  }
}

/**
 * Finds the smallest d ≤ 15 with Math.round(x · 10^d) / 10^d = x for every number seen. Where there
 * is none, or the largest number times 10^d reaches 2^53, it is the largest d ≤ 22 that stays below:
 * the finest scale on which all of them are safe integers.
 */
export class DecimalsMeter {
  #found = 0;
  #largest = 0;

  /** Hears of a number that is the largest of some. */
  reach(number: number): void {
    if (number > this.#largest) this.#largest = number;
  }

  /** Looks at the first `count` numbers, which `known` decimals are known to state, and of which the largest is told; NaN is passed over. */
  add(numbers: Float64Array, count: number, known = Infinity): void {
    if (known <= this.#found) return;
    let scale = 10 ** this.#found;
    for (let index = 0; index < count; index++) {
      const number = numbers[index];
      const scaled = number * scale;
      // The same as Math.round for such numbers, and quicker; it holds for nearly all.
      if (scaled < HALF_SAFE && Math.floor(scaled + 0.5) / scale === number) continue;
      // A number exact at d is exact at every larger d below 2^53, so the scale only ever grows.
      while (Math.round(number * scale) / scale !== number && number === number && this.#found <= MAX_DECIMALS) {
        scale = 10 ** ++this.#found;
      }
    }
  }

  decimals(): number {
    let decimals = this.#found <= MAX_DECIMALS ? this.#found : MAX_SCALE;
    while (decimals > 0 && this.#largest * 10 ** decimals >= Number.MAX_SAFE_INTEGER + 1) decimals--;
    return decimals;
  }
}

/** Refuses, where reading is strict, the facts that are otherwise only counted. */
export function refuseIrregular(file: string, quality: QualityReport): void {
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const facts = [
    [quality.missingBars, 'missing bar', ` in ${counted(quality.gaps, 'gap')} (interval ${formatInterval(quality.intervalMs)})`],
    [quality.zeroVolumeBars, 'bar', ' of zero volume'],
    [quality.absentVolumeBars, 'bar', ' without volume'],
  ] as const;
  const found = facts.filter(([count]) => count > 0).map(([count, noun, what]) => counted(count, noun) + what);
  if (found.length === 0) return;
  throw new BarFileError('strict', file, `strict reading refuses ${found.join(', ')}; fill them at the source, or read without strict`);
}
