import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Account, type InstrumentScales } from './account.ts';
import { add, format, parseDecimal, sub, type Exact } from './exact.ts';

const SAFE = 2n ** 53n - 1n;
const exact = (a: bigint): Exact => a >= -SAFE && a <= SAFE ? Number(a) : a;

/** A million-dollar coin, a penny stock in whole shares, a meme coin at 1e-12 in lots of 1e-3. */
const INSTRUMENTS: readonly InstrumentScales[] = [
  { priceScale: 2, quantityScale: 8 }, { priceScale: 4, quantityScale: 0 }, { priceScale: 12, quantityScale: 3 },
];
const MONEY_SCALE = 17;

test('a purchase costs price times quantity and the fee; a sale brings them back less its fee', () => {
  const account = new Account(parseDecimal('10000000', 5), 5, [{ priceScale: 2, quantityScale: 0 }]);
  account.applyFill(0, 'buy', { price: 3000012, quantity: 2, fee: parseDecimal('60.00024', 5) });
  assert.equal(format(account.cash, 5), '9939939.75976');
  const realised = account.applyFill(0, 'sell', { price: 3000112, quantity: 2, fee: parseDecimal('60.00224', 5) });
  assert.equal(format(realised, 5), '2');
  assert.equal(format(account.cash, 5), '9999881.99752');
  assert.equal(format(account.fees, 5), '120.00248');
});

test('equity is cash and what is held at the mark; its gain is the unrealised profit', () => {
  const account = new Account(100_000, 2, [{ priceScale: 2, quantityScale: 0 }, { priceScale: 2, quantityScale: 0 }]);
  account.applyFill(0, 'buy', { price: 1000, quantity: 3, fee: 10 });
  account.applyFill(1, 'sell', { price: 500, quantity: 4, fee: 10 });
  assert.equal(account.equity([1000, 500]), 99_980);
  assert.equal(account.equity([1100, 450]), 99_980 + 300 + 200);
  assert.equal(account.unrealised(0, 1100), 300);
  assert.equal(account.unrealised(1, 450), 200);
});

test('a notional that money cannot hold is rounded half-even', () => {
  const account = new Account(0, 2, [{ priceScale: 2, quantityScale: 2 }]);
  assert.equal(account.notional(0, 150, 1), 2, '0.0150 becomes 0.02');
  assert.equal(account.notional(0, 250, 1), 2, '0.0250 becomes 0.02');
  assert.equal(account.notional(0, 250, -1), -2);
});

test('a quadrillion meme coins at a trillionth and a seven-figure coin are counted to the unit', () => {
  const account = new Account(parseDecimal('1e30', MONEY_SCALE), MONEY_SCALE, INSTRUMENTS);
  const dust = parseDecimal('1e-12', 12);
  account.applyFill(2, 'buy', { price: dust, quantity: parseDecimal('1e15', 3), fee: 1 });
  assert.equal(format(sub(parseDecimal('1e30', MONEY_SCALE), account.cash), MONEY_SCALE), '1000.00000000000000001');
  account.applyFill(2, 'sell', { price: dust, quantity: parseDecimal('0.001', 3), fee: 0 });
  assert.equal(format(account.positions[2]?.cost ?? 0, MONEY_SCALE), '999.999999999999999');
  account.applyFill(0, 'buy', { price: parseDecimal('1234567.89', 2), quantity: parseDecimal('0.00000001', 8), fee: 0 });
  assert.equal(format(account.positions[0]?.cost ?? 0, MONEY_SCALE), '0.0123456789');
});

const fills = fc.array(fc.record({
  instrument: fc.nat(2),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  price: fc.bigInt(1n, 10n ** 9n),
  quantity: fc.oneof(fc.bigInt(1n, 100n), fc.bigInt(1n, 10n ** 18n)),
  fee: fc.bigInt(-100n, 10n ** 20n),
}), { maxLength: 60 });

test('over any stream of fills equity is start + realised + unrealised − fees, from cash and from positions', () => {
  fc.assert(fc.property(fills, fc.bigInt(0n, 10n ** 25n), fc.array(fc.bigInt(1n, 10n ** 9n), { minLength: 3, maxLength: 3 }), (stream, start, prices) => {
    const account = new Account(exact(start), MONEY_SCALE, INSTRUMENTS);
    const marks = prices.map(exact);
    let realised: Exact = 0;
    for (const f of stream) {
      realised = add(realised, account.applyFill(f.instrument, f.side, { price: exact(f.price), quantity: exact(f.quantity), fee: exact(f.fee) }));
    }
    assert.equal(account.realised, realised);
    const unrealised = marks.reduce<Exact>((sum, mark, i) => add(sum, account.unrealised(i, mark)), 0);
    const expected = sub(add(add(exact(start), realised), unrealised), account.fees);
    assert.equal(account.equity(marks), expected);
  }), { numRuns: 500 });
});

/** A seeded stream of 32-bit integers (xorshift32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Books random fills on an account and, as BigInt sums over one denominator, on a reference; compares them all along. */
function compareWithReference(account: Account, count: number, sizes: { price: number; quantity: number; fee: number }): void {
  const random = generator(20240101);
  const start = account.cash;
  const units = account.instruments.map((scales) => 10n ** BigInt(account.moneyScale - scales.priceScale - scales.quantityScale));
  const held = units.map(() => 0n);
  let cash = BigInt(start);
  let fees = 0n;
  for (let i = 1; i <= count; i++) {
    const instrument = random() % units.length;
    const price = 1 + random() % sizes.price;
    const quantity = 1 + random() % sizes.quantity;
    const fee = random() % sizes.fee;
    const side = random() % 2 === 0 ? 'buy' : 'sell';
    account.applyFill(instrument, side, { price, quantity, fee });
    const signed = side === 'buy' ? BigInt(quantity) : BigInt(-quantity);
    cash -= signed * BigInt(price) * units[instrument] + BigInt(fee);
    fees += BigInt(fee);
    held[instrument] = held[instrument] + signed;
    if (i % 1000 > 0) continue;
    assert.equal(account.cash, exact(cash));
    assert.equal(account.fees, exact(fees));
    assert.deepEqual(account.positions.map((position) => position.quantity), held.map(exact));
    const equity = held.reduce((sum, quantity, k) => sum + quantity * BigInt(price) * units[k], cash);
    assert.equal(account.equity(units.map(() => price)), exact(equity));
    const open = account.positions.reduce<Exact>((sum, position) => add(sum, position.cost), 0);
    assert.equal(account.cash, sub(sub(add(start, account.realised), account.fees), open));
  }
}

test('a million random fills counted in numbers leave cash, positions, fees and equity of a rational reference', () => {
  const account = new Account(parseDecimal('1e7', 5), 5, [{ priceScale: 2, quantityScale: 0 }]);
  compareWithReference(account, 1_000_000, { price: 5_000_000, quantity: 3, fee: 1_000_003 });
  assert.equal(typeof account.cash, 'number');
});

test('a million random fills counted in bigints do so too', () => {
  const account = new Account(parseDecimal('1e9', MONEY_SCALE), MONEY_SCALE, INSTRUMENTS);
  compareWithReference(account, 1_000_000, { price: 250_000_000, quantity: 3_000_000, fee: 1_000_003 });
  assert.equal(typeof account.cash, 'bigint');
});
