import { i32, load, op1, op2, repeat, store, storeQuarter, wasmFunction, wasmModule, wasmRunner, ZEROS, type WasmFunction } from '../../domain/wasm.ts';

/** Bars that all lines advance over before any goes on, a multiple of 32: the averages stay in the cache. */
export const STRETCH = 480;
/** Signal lines that advance together at most. */
export const MOST_LANES = 10;

/** Averages of a price and the signal lines on their differences, one stretch of bars at a time. */
export interface Lanes {
  /** The prices of the stretch. */
  readonly prices: Float64Array;
  /** The averages over the stretch, one after the other. */
  readonly averages: Float64Array;
  /** Where each average stands, and what share of it a new price becomes. */
  readonly level: Float64Array;
  readonly weight: Float64Array;
  /** The same of each signal line. */
  readonly signal: Float64Array;
  readonly alpha: Float64Array;
  /** A row of words for each signal line, set where it is below its MACD line: the oldest bar of a word is its highest bit. */
  readonly bits: Int32Array;
  /** Takes all averages over the first `count` prices. */
  average(count: number): void;
  /**
   * Takes `lanes` signal lines from `lane` on, a multiple of the step, over `count` bars, a multiple of 32. Their
   * MACD line is average `up` less average `down`; the comparisons go to `word` of each row and those that follow.
   */
  advance(up: number, down: number, count: number, lane: number, lanes: number, word: number): void;
}

/** Whoever takes lines over bars. All come to the same bits: the order of the arithmetic is that of `Ema`. */
export interface LaneMachine {
  /** Lanes come in so many: who has fewer lines leaves lanes idle. */
  readonly step: number;
  /** Room for so many averages and lanes, and words in a row; valid until the next call. */
  lanes(averages: number, lanes: number, words: number): Lanes;
}

/** The machine for this processor: vectors where it has them. */
export function laneMachine(): LaneMachine {
  return vectorMachine() ?? scalarMachine;
}

/** Lanes that advance together in TypeScript: each is a recurrence, and one alone would leave the processor waiting for its own last result. */
const SCALAR_LANES = 5;

/** In TypeScript, for where there are no vectors. */
export const scalarMachine: LaneMachine = {
  step: SCALAR_LANES,
  lanes(averages, lanes, words) {
    const places = placesFor(averages, lanes, words);
    const all = arraysIn(new ArrayBuffer(places.bytes), places);
    return {
      ...all,
      average(count) {
        for (let index = 0; index < averages; index++) all.level[index] = average(all.prices, count, all.level[index], all.weight[index], all.averages, index * STRETCH);
      },
      advance(up, down, count, lane, many, word) {
        for (let first = lane; first < lane + many; first += SCALAR_LANES) advance(all.averages, up * STRETCH, down * STRETCH, count, first, all.alpha, all.signal, all.bits, word, words);
      },
    };
  },
};

/** Where the arrays of some lanes lie in memory, in bytes. */
interface Places {
  readonly averages: number;
  readonly level: number;
  readonly weight: number;
  readonly signal: number;
  readonly alpha: number;
  readonly bits: number;
  readonly bytes: number;
}

function placesFor(many: number, lanes: number, words: number): Places {
  const averages = STRETCH * 8;
  const level = averages + many * STRETCH * 8;
  const weight = level + many * 8;
  const signal = weight + many * 8;
  const alpha = signal + lanes * 8;
  const bits = alpha + lanes * 8;
  return { averages, level, weight, signal, alpha, bits, bytes: bits + lanes * words * 4 };
}

function arraysIn(buffer: ArrayBuffer, { averages, level, weight, signal, alpha, bits, bytes }: Places): Omit<Lanes, 'average' | 'advance'> {
  const floats = (from: number, to: number) => new Float64Array(buffer, from, (to - from) / 8);
  return {
    prices: floats(0, averages), averages: floats(averages, level), level: floats(level, weight), weight: floats(weight, signal),
    signal: floats(signal, alpha).fill(0), alpha: floats(alpha, bits).fill(0), bits: new Int32Array(buffer, bits, (bytes - bits) / 4),
  };
}

/** The arithmetic of `Ema` from `value` on, in a local, which stays in a register. Returns the last value. */
function average(x: Float64Array, count: number, value: number, alpha: number, out: Float64Array, at: number): number {
  for (let i = 0; i < count; i++) {
    value += alpha * (x[i] - value);
    out[at + i] = value;
  }
  return value;
}

/**
 * Moves the five signal lines from `lane` on over `count` bars and writes the comparisons as words.
 * Locals, because they stay in registers; `| 0`, because it spares the overflow checks that would
 * keep every old value alive.
 */
function advance(
  averages: Float64Array, up: number, down: number, count: number, lane: number, alpha: Float64Array, signal: Float64Array,
  bits: Int32Array, word: number, words: number,
): void {
  const a0 = alpha[lane], a1 = alpha[lane + 1], a2 = alpha[lane + 2], a3 = alpha[lane + 3], a4 = alpha[lane + 4];
  let s0 = signal[lane], s1 = signal[lane + 1], s2 = signal[lane + 2], s3 = signal[lane + 3], s4 = signal[lane + 4];
  let at = lane * words + word;
  for (let from = 0; from < count; from = from + 32 | 0, at = at + 1 | 0) {
    const to = from + 32 | 0;
    let w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0;
    for (let i = from; i < to; i = i + 1 | 0) {
      const x = averages[up + i | 0] - averages[down + i | 0];
      s0 += a0 * (x - s0); s1 += a1 * (x - s1); s2 += a2 * (x - s2); s3 += a3 * (x - s3); s4 += a4 * (x - s4);
      w0 = w0 << 1 | +(s0 < x); w1 = w1 << 1 | +(s1 < x); w2 = w2 << 1 | +(s2 < x); w3 = w3 << 1 | +(s3 < x); w4 = w4 << 1 | +(s4 < x);
    }
    bits[at] = w0; bits[at + words | 0] = w1; bits[at + 2 * words | 0] = w2; bits[at + 3 * words | 0] = w3; bits[at + 4 * words | 0] = w4;
  }
  signal[lane] = s0; signal[lane + 1] = s1; signal[lane + 2] = s2; signal[lane + 3] = s3; signal[lane + 4] = s4;
}

/** Averages that the vector machine takes together. */
const CHAINS = 4;

/** What `vectorModule` exports: addresses are in bytes. */
type VectorExports = Readonly<Record<`average${1 | typeof CHAINS}`, (prices: number, end: number, out: number, level: number, weight: number) => void>>
  & Readonly<Record<`advance${number}`, (up: number, down: number, end: number, signal: number, alpha: number, bits: number, row: number) => void>>;

let vectorBytes: Uint8Array | undefined;

/** With two lines in each vector; undefined where the processor has none. */
export function vectorMachine(): LaneMachine | undefined {
  vectorBytes ??= wasmModule([averageFunction(1), averageFunction(CHAINS), ...Array.from({ length: MOST_LANES / 2 }, (_, i) => advanceFunction(i + 1))]);
  const run = wasmRunner<VectorExports>(vectorBytes);
  return run && {
    step: 2,
    lanes(averages, lanes, words) {
      const places = placesFor(averages, lanes, words);
      const { buffer, exports } = run(places.bytes);
      const moves = Array.from({ length: MOST_LANES / 2 }, (_, i) => exports[`advance${i + 1}`]);
      const average = (take: VectorExports['average1'], index: number, count: number) =>
        take(0, count * 8, places.averages + index * STRETCH * 8, places.level + index * 8, places.weight + index * 8);
      return {
        ...arraysIn(buffer, places),
        average(count) {
          let index = 0;
          for (; index + CHAINS <= averages; index += CHAINS) average(exports[`average${CHAINS}`], index, count);
          for (; index < averages; index++) average(exports.average1, index, count);
        },
        advance(up, down, count, lane, many, word) {
          const from = places.averages + up * STRETCH * 8;
          moves[many / 2 - 1](from, places.averages + down * STRETCH * 8, from + count * 8, places.signal + lane * 8, places.alpha + lane * 8, places.bits + (lane * words + word) * 4, words * 4);
        },
      };
    },
  };
}

/** So many averages that follow one another in memory. */
function averageFunction(chains: number): WasmFunction {
  return wasmFunction(`average${chains}`, ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, ([prices, end, out, level, weight], local) => {
    const price = local('f64');
    const all = Array.from({ length: chains }, (_, k) => ({ value: local('f64'), share: local('f64'), at: k * 8, out: k * STRETCH * 8 }));
    return [
      ...all.flatMap(({ value, share, at }) => [value.set(load('f64.load', level.get, at)), share.set(load('f64.load', weight.get, at))]),
      repeat([
        price.set(load('f64.load', prices.get)),
        ...all.map(({ value, share }) => value.set(op2('f64.add', value.get, op2('f64.mul', share.get, op2('f64.sub', price.get, value.get))))),
        ...all.map(({ value, out: at }) => store('f64.store', out.get, value.get, at)),
        out.set(op2('i32.add', out.get, i32(8))),
        prices.set(op2('i32.add', prices.get, i32(8))),
      ], op2('i32.lt_u', prices.get, end.get)),
      ...all.map(({ value, at }) => store('f64.store', level.get, value.get, at)),
    ];
  });
}

/** Two signal lines in each of so many vectors. Comparisons gather in the low words of vectors: doubled, and less the mask, which is −1 where it holds. */
function advanceFunction(vectors: number): WasmFunction {
  return wasmFunction(`advance${vectors}`, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined, ([up, down, end, signal, alpha, bits, row], local) => {
    const [stop, at, x] = [local('i32'), local('i32'), local('v128')];
    const all = Array.from({ length: vectors }, (_, k) => ({ value: local('v128'), share: local('v128'), word: local('v128'), at: k * 16 }));
    const bar = [
      x.set(op1('f64x2.splat', op2('f64.sub', load('f64.load', up.get), load('f64.load', down.get)))),
      ...all.map(({ value, share }) => value.set(op2('f64x2.add', value.get, op2('f64x2.mul', share.get, op2('f64x2.sub', x.get, value.get))))),
      ...all.map(({ value, word }) => word.set(op2('i64x2.sub', op2('i64x2.add', word.get, word.get), op2('f64x2.lt', value.get, x.get)))),
    ];
    return [
      ...all.flatMap(({ value, share, at: place }) => [value.set(load('v128.load', signal.get, place)), share.set(load('v128.load', alpha.get, place))]),
      repeat([
        ...all.map(({ word }) => word.set(ZEROS)),
        stop.set(op2('i32.add', up.get, i32(32 * 8))),
        repeat([...bar, ...[up, down].map((at) => at.set(op2('i32.add', at.get, i32(8))))], op2('i32.lt_u', up.get, stop.get)),
        at.set(bits.get),
        ...all.flatMap(({ word }) => [0, 2].flatMap((quarter) => [storeQuarter(at.get, word.get, quarter), at.set(op2('i32.add', at.get, row.get))])),
        bits.set(op2('i32.add', bits.get, i32(4))),
      ], op2('i32.lt_u', up.get, end.get)),
      ...all.map(({ value, at: place }) => store('v128.store', signal.get, value.get, place)),
    ];
  });
}
