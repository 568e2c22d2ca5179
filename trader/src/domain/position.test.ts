import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { neg, type Exact } from './exact.ts';
import { Position } from './position.ts';

const SAFE = 2n ** 53n - 1n;
const exact = (a: bigint): Exact => a >= -SAFE && a <= SAFE ? Number(a) : a;

test('adding grows the cost, reducing releases it in proportion', () => {
  const position = new Position();
  assert.equal(position.applyFill(2, 200, 1), 0);
  assert.equal(position.applyFill(2, 300, 1), 0);
  assert.equal(position.cost, 500);
  assert.equal(position.applyFill(-1, 150, 1), 25, 'sold at 150 what cost 125 on average');
  assert.deepEqual([position.quantity, position.cost, position.realised, position.fees], [3, 375, 25, 3]);
  assert.deepEqual([position.bought, position.sold], [4, 1]);
});

test('a short gains when it is bought back for less', () => {
  const position = new Position();
  position.applyFill(-4, 400, 0);
  assert.equal(position.cost, -400);
  assert.equal(position.applyFill(3, 240, 0), 60);
  assert.equal(position.applyFill(1, 120, 0), -20);
  assert.deepEqual([position.quantity, position.cost, position.realised], [0, 0, 40]);
});

test('a fill beyond the position closes it and opens the other side at its own price', () => {
  const position = new Position();
  position.applyFill(3, 300, 0);
  assert.equal(position.applyFill(-5, 600, 0), 60);
  assert.deepEqual([position.quantity, position.cost, position.realised], [-2, -240, 60]);
  assert.equal(position.applyFill(4, 400, 0), 40);
  assert.deepEqual([position.quantity, position.cost, position.realised], [2, 200, 100]);
});

test('what rounding leaves stays in the basis and comes out when the position is flat', () => {
  const position = new Position();
  position.applyFill(3, 10, 0);
  assert.equal(position.applyFill(-1, 4, 0), 1, 'releases 3 of 10/3');
  assert.equal(position.cost, 7);
  assert.equal(position.applyFill(-1, 4, 0), 1, 'releases 3 of 7/2');
  assert.equal(position.applyFill(-1, 4, 0), 0, 'releases the last 4');
  assert.deepEqual([position.cost, position.realised], [0, 2]);
});

/** A fill and its value, from a satoshi's worth to what no double can count. */
const fill = fc.record({
  quantity: fc.oneof(fc.bigInt(1n, 9n), fc.bigInt(1n, 10n ** 15n)),
  notional: fc.oneof(fc.bigInt(1n, 99n), fc.bigInt(1n, 10n ** 30n)),
  fee: fc.bigInt(-5n, 10n ** 12n),
  buy: fc.boolean(),
  closes: fc.integer({ min: 0, max: 4 }),
});

test('over any stream of fills the position is their sum and cash is realised less fees less open cost', () => {
  fc.assert(fc.property(fc.array(fill, { maxLength: 40 }), (fills) => {
    const position = new Position();
    let held = 0n;
    let cash = 0n;
    let fees = 0n;
    let bought = 0n;
    for (const { quantity, notional, fee, buy, closes } of fills) {
      const signed = closes === 0 && held !== 0n ? -held : buy ? quantity : -quantity;
      const realised = BigInt(position.realised);
      const returned = position.applyFill(exact(signed), exact(notional), exact(fee));
      held += signed;
      cash += (signed > 0n ? -notional : notional) - fee;
      fees += fee;
      if (signed > 0n) bought += signed;
      assert.equal(position.quantity, exact(held));
      assert.equal(position.fees, exact(fees));
      assert.equal(position.bought, exact(bought));
      assert.equal(position.sold, exact(bought - held));
      assert.equal(BigInt(position.realised) - realised, BigInt(returned));
      assert.equal(BigInt(position.realised) - BigInt(position.fees) - BigInt(position.cost), cash);
      assert.ok(held === 0n ? position.cost === 0 : held > 0n ? position.cost >= 0 : position.cost <= 0);
    }
  }), { numRuns: 1000 });
});

test('released cost is the proportion, short of it by less than one unit', () => {
  const size = fc.bigInt(1n, 10n ** 18n);
  fc.assert(fc.property(size, size, fc.bigInt(1n, 10n ** 30n), fc.boolean(), (a, b, cost, long) => {
    const [part, whole] = a < b ? [a, b] : [b, a];
    const position = new Position();
    const side = (quantity: bigint) => long ? exact(quantity) : neg(exact(quantity));
    position.applyFill(side(whole), exact(cost), 0);
    position.applyFill(side(-part), exact(cost), 0);
    const released = cost - BigInt(position.cost) * (long ? 1n : -1n);
    const short = cost * part - released * whole;
    assert.ok(short >= 0n && short < whole);
  }), { numRuns: 1000 });
});
