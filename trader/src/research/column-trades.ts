import { i32, load, op1, op2, repeat, store, wasmFunction, wasmModule, wasmRunner, when, type Code, type Local, type WasmFunction, type WasmInstance } from '../domain/wasm.ts';

/**
 * Adds up the prices at which columns of targets trade. Prices are integers, in groups of 32 bars
 * with a zero after each, where is looked for what is not there.
 */
export interface TradeSums {
  /** By each end, the one after the other: Σ prices paid − Σ prices received, and Σ prices of all trades. Valid until somebody else's are taken. */
  readonly sums: Float64Array;
  /** Takes the trades of a long column and of a short one, whose buying is selling, and returns their number. */
  take(long: Int32Array | undefined, short: Int32Array | undefined): number;
}

/** Makes sums of these prices until each of these ends, in bars; each is made once and taken often. */
export type MakeTradeSums = (prices: Float64Array, ends: Int32Array) => TradeSums;

/** The sums for this processor. */
export const tradeSums: MakeTradeSums = (prices, ends) => machineTradeSums(prices, ends) ?? scalarTradeSums(prices, ends);

/** In TypeScript, for where there is no WebAssembly. */
export const scalarTradeSums: MakeTradeSums = (prices, ends) => {
  const sums = new Float64Array(2 * ends.length);
  return {
    sums,
    take(long, short) {
      sums.fill(0);
      return (long ? trade(long, ends, prices, 1, sums) : 0) + (short ? trade(short, ends, prices, -1, sums) : 0);
    },
  };
};

/** What some changes come to: bought − sold, all of them, and their number. */
const TRADED = new Float64Array(3);

/**
 * Adds up the prices at every change of a column until each of the `ends`: bought − sold, and all of
 * them, and returns the number of changes. Words go whole; of the one in which a day ends, the bars
 * until then are looked at once more. Sums are of integers, so nothing hangs on their order.
 */
function trade(bits: Int32Array, ends: Int32Array, prices: Float64Array, side: number, sums: Float64Array): number {
  let cost = 0, turnover = 0, changes = 0, begun = 0, done = 0;
  for (let day = 0; day < ends.length; day++) {
    const end = ends[day];
    const words = end >> 5;
    if (words > done) {
      tradeWords(bits, done, words, prices);
      cost += TRADED[0];
      turnover += TRADED[1];
      changes += TRADED[2];
      done = words;
    }
    tradeBegun(bits, end, prices);
    sums[2 * day] += side * (cost + TRADED[0]);
    sums[2 * day + 1] += turnover + TRADED[1];
    begun = TRADED[2];
  }
  return changes + begun;
}

/**
 * The changes of whole words. Two at a time, four without a branch, as many as a word of 32 bars
 * seldom exceeds: what is not there trades at the price of zero that follows the 32 of each word.
 */
function tradeWords(bits: Int32Array, from: number, to: number, prices: Float64Array): void {
  let cost = 0, turnover = 0, changes = 0, held = from === 0 ? 0 : bits[from - 1] & 1;
  for (let w = from, at = from * 33; w < to; w = w + 1 | 0, at = at + 33 | 0) {
    const word = bits[w];
    let left = word ^ (word >>> 1 | held << 31);
    changes = changes + ones(left) | 0;
    let i = Math.clz32(left); left &= 0x7fffffff >>> i;
    let j = Math.clz32(left); left &= 0x7fffffff >>> j;
    const first = prices[at + i | 0], second = prices[at + j | 0];
    i = Math.clz32(left); left &= 0x7fffffff >>> i;
    j = Math.clz32(left); left &= 0x7fffffff >>> j;
    const third = prices[at + i | 0], fourth = prices[at + j | 0];
    let net = first - second + (third - fourth);
    turnover += first + second + (third + fourth);
    while (left !== 0) {
      i = Math.clz32(left); left &= 0x7fffffff >>> i;
      j = Math.clz32(left); left &= 0x7fffffff >>> j;
      net += prices[at + i | 0] - prices[at + j | 0];
      turnover += prices[at + i | 0] + prices[at + j | 0];
    }
    // Changes alternate: the first of a word buys where nothing was held, else it sells.
    cost += (1 - (held << 1)) * net;
    held = word & 1;
  }
  TRADED[0] = cost;
  TRADED[1] = turnover;
  TRADED[2] = changes;
}

/** The changes on the bars until `end` of the word that it lies in; none where it begins there. */
function tradeBegun(bits: Int32Array, end: number, prices: Float64Array): void {
  let cost = 0, turnover = 0, changes = 0;
  if ((end & 31) !== 0) {
    const w = end >> 5;
    const word = bits[w];
    let left = (word ^ (word >>> 1 | (w === 0 ? 0 : bits[w - 1] << 31))) & ~(-1 >>> (end & 31));
    while (left !== 0) {
      const i = Math.clz32(left);
      left &= 0x7fffffff >>> i;
      const price = prices[w * 33 + i];
      cost += (word >>> 31 - i & 1) === 1 ? price : -price;
      turnover += price;
      changes += 1;
    }
  }
  TRADED[0] = cost;
  TRADED[1] = turnover;
  TRADED[2] = changes;
}

/** How many bits of a word are set. */
export function ones(word: number): number {
  const pairs = word - (word >>> 1 & 0x55555555) | 0;
  const fours = (pairs & 0x33333333) + (pairs >>> 2 & 0x33333333) | 0;
  return Math.imul(fours + (fours >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** What the module exports: addresses are in bytes. */
interface TradeExports {
  readonly trade: (bits: number, ends: number, endsEnd: number, prices: number, sums: number, side: number) => number;
}

/** The module of this thread, made when it is first wanted, and whose prices lie in its memory. */
let machine: { readonly run: ((size: number) => WasmInstance<TradeExports>) | undefined; owner: TradeSums | undefined } | undefined;

/** By the machine's own instructions, in one memory that all sums of a thread use in turn; undefined where there are none. */
export function machineTradeSums(prices: Float64Array, ends: Int32Array): TradeSums | undefined {
  machine ??= { run: wasmRunner<TradeExports>(wasmModule([tradeFunction()])), owner: undefined };
  const shared = machine;
  const { run } = shared;
  if (run === undefined) return undefined;
  const words = prices.length / 33;
  const endsAt = prices.length * 8;
  const sumsAt = endsAt + Math.ceil(ends.length / 2) * 8;
  const bitsAt = sumsAt + ends.length * 16;
  let at: { readonly sums: Float64Array; readonly bits: Int32Array; readonly trade: TradeExports['trade'] } | undefined;
  const takePlace = () => {
    const { buffer, exports } = run(bitsAt + words * 4);
    new Float64Array(buffer, 0, prices.length).set(prices);
    new Int32Array(buffer, endsAt, ends.length).set(ends);
    return { sums: new Float64Array(buffer, sumsAt, 2 * ends.length), bits: new Int32Array(buffer, bitsAt, words), trade: exports.trade };
  };
  const self: TradeSums = {
    get sums() { return at?.sums ?? new Float64Array(0); },
    take(long, short) {
      if (shared.owner !== self || at === undefined) at = takePlace();
      shared.owner = self;
      const { sums, bits, trade: take } = at;
      sums.fill(0);
      if (ends.length === 0) return 0;
      let changes = 0;
      for (const [column, side] of [[long, 1], [short, -1]] as const) {
        if (column === undefined) continue;
        bits.set(column.subarray(0, words));
        changes += take(bitsAt, endsAt, endsAt + ends.length * 4, 0, sumsAt, side);
      }
      return changes;
    },
  };
  return self;
}

/** `trade` in the machine's instructions, which count bits, and look prices up without asking whether they are there. */
function tradeFunction(): WasmFunction {
  return wasmFunction('trade', ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'], 'i32', ([bits, ends, endsEnd, prices, sums, side], local) => {
    const [end, done, word, left, held, place, changes, begun] = [local('i32'), local('i32'), local('i32'), local('i32'), local('i32'), local('i32'), local('i32'), local('i32')];
    const [net, cost, turnover, costBegun, turnoverBegun] = [local('f64'), local('f64'), local('f64'), local('f64'), local('f64')];
    const found = [local('f64'), local('f64'), local('f64'), local('f64')];
    /** The price at the first change that is left, which is then none. */
    const next = (price: Local) => [
      place.set(op1('i32.clz', left.get)),
      left.set(op2('i32.and', left.get, op2('i32.shr_u', i32(0x7fffffff), place.get))),
      price.set(load('f64.load', op2('i32.add', prices.get, op2('i32.shl', place.get, i32(3))))),
    ];
    const add = (sum: Local, value: Code) => sum.set(op2('f64.add', sum.get, value));
    const [first, second, third, fourth] = found.map(({ get }) => get);
    /** Adds the changes that are left to two sums. */
    const changesLeft = (bought: Local, all: Local) => [
      ...found.flatMap(next),
      net.set(op2('f64.add', op2('f64.sub', first, second), op2('f64.sub', third, fourth))),
      add(all, op2('f64.add', op2('f64.add', first, second), op2('f64.add', third, fourth))),
      when(left.get, [repeat([
        ...next(found[0]), ...next(found[1]),
        add(net, op2('f64.sub', first, second)),
        add(all, op2('f64.add', first, second)),
      ], left.get)]),
      add(bought, op2('f64.mul', op1('f64.convert_i32_s', op2('i32.sub', i32(1), op2('i32.shl', held.get, i32(1)))), net.get)),
    ];
    const look = [
      word.set(load('i32.load', bits.get)),
      left.set(op2('i32.xor', word.get, op2('i32.or', op2('i32.shr_u', word.get, i32(1)), op2('i32.shl', held.get, i32(31))))),
    ];
    const zero = op1('f64.convert_i32_s', i32(0));
    const further = (what: Local, by: number) => what.set(op2('i32.add', what.get, i32(by)));
    const anotherWord = op2('i32.lt_u', op2('i32.add', done.get, i32(31)), end.get);
    return [
      repeat([
        end.set(load('i32.load', ends.get)),
        when(anotherWord, [repeat([
          ...look,
          changes.set(op2('i32.add', changes.get, op1('i32.popcnt', left.get))),
          ...changesLeft(cost, turnover),
          held.set(op2('i32.and', word.get, i32(1))),
          further(bits, 4), further(prices, 33 * 8), further(done, 32),
        ], anotherWord)]),
        begun.set(i32(0)), costBegun.set(zero), turnoverBegun.set(zero),
        when(op2('i32.and', end.get, i32(31)), [
          ...look,
          left.set(op2('i32.and', left.get, op2('i32.xor', op2('i32.shr_u', i32(-1), op2('i32.and', end.get, i32(31))), i32(-1)))),
          begun.set(op1('i32.popcnt', left.get)),
          ...changesLeft(costBegun, turnoverBegun),
        ]),
        store('f64.store', sums.get, op2('f64.add', load('f64.load', sums.get), op2('f64.mul', side.get, op2('f64.add', cost.get, costBegun.get)))),
        store('f64.store', sums.get, op2('f64.add', load('f64.load', sums.get, 8), op2('f64.add', turnover.get, turnoverBegun.get)), 8),
        further(sums, 16), further(ends, 4),
      ], op2('i32.lt_u', ends.get, endsEnd.get)),
      op2('i32.add', changes.get, begun.get),
    ];
  });
}
