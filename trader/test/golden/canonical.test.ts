import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Bars } from '../../src/domain/bar.ts';
import { format } from '../../src/domain/exact.ts';
import { readParameters } from '../../src/domain/parameters.ts';
import { runBacktest } from '../../src/research/backtest.ts';
import { BasisPointFee } from '../../src/simulation/fees.ts';
import { macd } from '../../src/strategies/macd/macd.ts';
import { ROOT, runJson } from '../command-line.ts';
import { MINUTE, testInstrument, walkBars } from '../markets.ts';
import { seededRandom } from '../random.ts';

const home = mkdtempSync(join(tmpdir(), 'algotrendy-golden-'));
after(() => rmSync(home, { recursive: true }));

/**
 * The canonical backtest written out anew, with nothing of the product: EMAs seeded with the first
 * close, long one unit while MACD > signal from bar `warmup` on, 10 bp, money in units of 10⁻⁵.
 */
function reference({ length, open, close }: Bars, cash: bigint, warmup: number, fill: 'next-open' | 'close'): [fills: number, equity: bigint, fees: bigint] {
  const ema = (last: number, x: number, n: number) => last + (2 / (n + 1)) * (x - last);
  const cents = (price: number) => BigInt(Math.round(price * 100));
  let [fast, slow, line, held, fills, fees] = [close[0], close[0], 0, 0n, 0, 0n];
  let pending = 0n;
  const trade = (price: bigint, quantity: bigint) => {
    if (quantity === 0n) return;
    fees += price; // 10 bp of a price in cents is that number of 10⁻⁵
    cash -= price + quantity * price * 1000n;
    held += quantity;
    fills += 1;
  };
  for (let i = 0; i < length; i++) {
    if (fill === 'next-open') trade(cents(open[i]), pending);
    const x = close[i];
    [fast, slow] = [ema(fast, x, 12), ema(slow, x, 26)];
    line = ema(line, fast - slow, 9);
    pending = i >= warmup ? BigInt(fast - slow > line) - held : 0n;
    if (fill === 'close') trade(cents(x), pending);
  }
  return [fills, cash + held * cents(close[length - 1]) * 1000n, fees];
}

const WALK = { 'next-open': '2400 9999766.24055 254.04945', close: '2401 9999767.41647 254.15353' };

for (const fill of ['next-open', 'close'] as const) {
  test(`a walk of 30 000 bars gives what a reference in whole numbers gives, filled at the ${fill}`, () => {
    const bars = walkBars(seededRandom(20_240_101), { bars: 30_000, volatility: 0.001 });
    const values = readParameters(macd.parameters, { warmup: 34 });
    assert.ok(values.ok);
    const { portfolio } = runBacktest({
      markets: [{ instrument: testInstrument(), intervalMs: MINUTE }],
      books: [{ strategyName: 'macd', strategy: macd.create(values.value), market: 0, sizing: { kind: 'units', units: '1' } }],
      cash: '10000000', fees: new BasisPointFee('10'), guards: [], latencyMs: 0, marketFill: fill,
    }, [[bars]]);
    const [fills, equity, fees] = reference(bars, 10_000_000n * 100_000n, 34, fill);
    assert.ok(fills > 2_000, `${fills} fills say too little`);
    assert.equal(portfolio.account.moneyScale, 5);
    assert.deepEqual([portfolio.fills, BigInt(portfolio.exactEquity()), BigInt(portfolio.account.fees)], [fills, equity, fees]);
    assert.equal(`${fills} ${format(portfolio.exactEquity(), 5)} ${format(portfolio.account.fees, 5)}`, WALK[fill]);
  });
}

// A million bars that do not ship; where they lie beside the repository the published answers must come out.
const million = join(ROOT, '..', 'shared', 'bench', 'bars.parquet');
if (existsSync(million)) {
  const canonical = (...words: readonly string[]) => {
    const { fills, finalEquity, fees } = runJson(
      home, 'backtest', 'macd', '--bars', million, '--param', 'fast=12', '--param', 'slow=26', '--param', 'signal=9', '--param', 'warmup=34',
      '--param', 'seed=first', '--param', 'rule=cross', '--param', 'direction=long', '--cash', '10000000', '--fee-bps', '10', '--sizing', 'units:1', ...words,
    );
    return { fills, finalEquity, fees };
  };

  test('the canonical million bars give the published answer to the digit', () => {
    assert.deepEqual(canonical('--fill', 'next-open'), { fills: 81_767, finalEquity: '7245059.36845', fees: '2745546.34155' });
  });

  test('and the published answer at the close', () => {
    assert.equal(canonical('--fill', 'close').finalEquity, '7245131.09173');
  });
}
