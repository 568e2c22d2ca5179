import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar } from '../../test/markets.ts';
import { FixedSlippage, SpreadSlippage, SquareRootImpact, VolumeShareSlippage } from './slippage.ts';

/** A bar with this volume, and with a high and a low where they matter. */
const traded = (volume: number, high = 100, low = 100) => ({ ...bar(0, 100, high, low), volume });

test('a fixed slippage is that share of every price, a spread half of it', () => {
  assert.equal(new FixedSlippage(5).share(), 0.0005);
  assert.equal(new SpreadSlippage(5).share(), 0.000_25);
});

test('the volume share\'s impact is what zipline publishes', () => {
  // zipline (Apache-2.0), tests/finance/test_slippage.py: 50 of 2000 at 3.5, 50 of 200 at 3, 10 of 100 at 5.
  for (const [price, quantity, volume, impact, most, expected] of [
    [3.5, 50, 2_000, 0.1, 0.025, 3.500_218_75], [4, 50, 2_000, 0.1, 0.025, 4.000_25],
    [3, 50, 200, 0.1, 0.25, 3.018_75], [5, 10, 100, 0.3, 1, 5.015],
  ] as const) {
    const share = new VolumeShareSlippage(impact, most).share(quantity, traded(volume));
    assert.ok(Math.abs(price * (1 + share) - expected) < 1e-12, `${price * (1 + share)}`);
  }
  assert.equal(3 * (1 - new VolumeShareSlippage(0.1, 0.025).share(50, traded(2_000))), 2.999_812_5);
});

test('a share counts no further than its most, which a bar without volume costs as well', () => {
  const slippage = new VolumeShareSlippage(0.1, 0.025);
  const most = 0.1 * 0.025 ** 2;
  assert.deepEqual([slippage.share(1_000, traded(2_000)), slippage.share(1, traded(0)), slippage.share(1, traded(NaN))], [most, most, most]);
});

test('impact grows with the root of the share and with the range of the bar', () => {
  const impact = new SquareRootImpact(1);
  const [high, low] = [102, 100];
  // Parkinson (1980): σ² = ln(high / low)² / (4 ln 2).
  const deviation = Math.sqrt(Math.log(high / low) ** 2 / (4 * Math.log(2)));
  assert.ok(Math.abs(impact.share(100, traded(10_000, high, low)) - deviation * 0.1) < 1e-15);
  assert.ok(Math.abs(impact.share(400, traded(10_000, high, low)) - deviation * 0.2) < 1e-15);
  assert.ok(Math.abs(new SquareRootImpact(0.5).share(400, traded(10_000, high, low)) - deviation * 0.1) < 1e-15);
});

test('no market is so still that size costs nothing', () => {
  const impact = new SquareRootImpact(1);
  assert.ok(impact.share(100, traded(100)) > 0);
  assert.equal(impact.share(7, traded(0, 102, 100)), impact.share(100, traded(100, 102, 100)));
});
