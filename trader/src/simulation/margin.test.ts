import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { liquidationPrice, maintenanceMargin, maxLeverage, type MarginBracket } from './margin.ts';

/** BTCUSDT at Binance, as `GET /fapi/v1/leverageBracket` stated it on 2024-10-24: the first four steps. */
const BTC: readonly MarginBracket[] = [
  { upTo: 50_000, maxLeverage: 125, rate: 0.004, deduction: 0 },
  { upTo: 600_000, maxLeverage: 100, rate: 0.005, deduction: 50 },
  { upTo: 3_000_000, maxLeverage: 75, rate: 0.0065, deduction: 950 },
  { upTo: Infinity, maxLeverage: 50, rate: 0.01, deduction: 11_450 },
];

test('a continuous table asks for the same at the end of a step as at the beginning of the next', () => {
  for (const { upTo } of BTC.slice(0, -1)) {
    assert.ok(Math.abs(maintenanceMargin(BTC, upTo) - maintenanceMargin(BTC, upTo * (1 + 1e-12))) < 1e-6);
  }
  assert.equal(maintenanceMargin(BTC, 50_000), 200);
  assert.equal(maintenanceMargin(BTC, 100_000), 450);
  assert.deepEqual([50_000, 50_001, 3e6, 1e9].map((value) => maxLeverage(BTC, value)), [125, 100, 75, 50]);
});

test('the liquidation price is that of the published formula: (wallet + deduction − size × entry) / (size × (rate − 1)) for a long', () => {
  // Binance, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts": one position, one-way mode.
  const [size, entry, wallet] = [1, 60_000, 6_000];
  assert.equal(liquidationPrice(BTC, size, wallet - size * entry, entry), (wallet + 50 - size * entry) / (size * (0.005 - 1)));
  assert.equal(liquidationPrice(BTC, -size, wallet + size * entry, entry), (wallet + 50 + size * entry) / (size * (0.005 + 1)));
});

test('at the liquidation price equity is the maintenance margin; on one side of it less, on the other more', () => {
  const quantity = fc.double({ min: 0.001, max: 500, noNaN: true });
  const leverage = fc.double({ min: 1, max: 40, noNaN: true });
  fc.assert(fc.property(fc.boolean(), quantity, fc.double({ min: 10, max: 200_000, noNaN: true }), leverage, (long, size, entry, times) => {
    const signed = long ? size : -size;
    const funds = size * entry / times - signed * entry;
    const price = liquidationPrice(BTC, signed, funds, entry);
    const spare = (at: number) => funds + signed * at - maintenanceMargin(BTC, size * at);
    if (!Number.isFinite(price)) {
      assert.ok(spare(long ? 1e-9 : entry) >= -1e-6 * size * entry);
      return;
    }
    assert.ok(price > 0 && Math.abs(spare(price)) <= 1e-7 * size * entry, `${spare(price)} is left at ${price}`);
    assert.ok(spare(long ? price * 0.999 : price * 1.001) < 0 && spare(long ? price * 1.001 : price * 0.999) > 0);
  }));
});

test('a table that jumps liquidates where the price leaves a step short of its margin', () => {
  const jumps: MarginBracket[] = [{ upTo: 1_000, maxLeverage: 10, rate: 0.05, deduction: 0 }, { upTo: Infinity, maxLeverage: 5, rate: 0.1, deduction: 0 }];
  // Short 1 at 900 with 150: at 1000 there are 50 left, enough for 5 %, too little for the 10 % of the next step.
  assert.equal(liquidationPrice(jumps, -1, 1_050, 900), 1_000);
  assert.equal(liquidationPrice(jumps, 1, 0, 900), -Infinity);
});
