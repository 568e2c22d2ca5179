import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BACKTEST_OPTIONS, readBacktestRequest } from '../backtest-options.ts';
import { parseLine } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { readVenueModels, VENUE_MODEL_OPTIONS } from '../venue-model-options.ts';
import { backtest, optimisticBound } from './backtest.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const home = mkdtempSync(join(tmpdir(), 'venue-models-'));
after(() => rmSync(home, { recursive: true }));

const BITCOIN = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');

/** A backtest of 200 hours of shipped bars as it is asked for on the command line. */
function asked(words: string, bars = BITCOIN) {
  const { options } = parseLine({ ...BACKTEST_OPTIONS, ...VENUE_MODEL_OPTIONS }, [
    '--bars', bars, '--interval', '1h', '--first', '200', '--param', 'stop=0.003', '--param', 'target=0.003', ...words.split(' ').filter((word) => word !== ''),
  ]);
  return { ...readBacktestRequest('macd', options), models: readVenueModels(options) };
}

test('each model costs, and the same models cost the same again', async () => {
  const plain = await backtest(asked(''), { home });
  assert.deepEqual([plain.venueModels, plain.optimistic], [null, null]);
  for (const words of ['--slippage bps:5', '--slippage impact:1', '--latency lognormal:80,0.5', '--volume-share 0.001%']) {
    const one = await backtest(asked(words), { home });
    assert.ok(one.fills > 0 && one.finalEquity !== plain.finalEquity, words);
    assert.equal((await backtest(asked(words), { home })).finalEquity, one.finalEquity, words);
  }
  assert.ok(Number((await backtest(asked('--slippage bps:5'), { home })).finalEquity) < Number(plain.finalEquity));
});

test('the optimistic bound keeps every other model', async () => {
  const request = asked('--slippage bps:5 --volume-share 5%');
  const [worst, best] = [await backtest(request, { home }), await optimisticBound(request, { home })];
  assert.ok(best.netReturn > worst.netReturn);
  assert.equal(best.finalEquity, (await backtest(asked('--slippage bps:5 --volume-share 5% --fill-policy optimistic'), { home })).finalEquity);
  assert.ok((await optimisticBound(asked(''), { home })).netReturn > best.netReturn);
});

test('a share of a volume that is not told is refused', async () => {
  const file = join(home, 'silent.csv');
  writeFileSync(file, ['timestamp,open,high,low,close,volume', ...Array.from({ length: 300 }, (_, hour) => `${hour * 3_600_000},100,101,99,100,`)].join('\n'));
  await assert.rejects(backtest(asked('--volume-share 5%', file), { home }), (error) => error instanceof Refusal && /no volume/.test(error.message));
  assert.equal((await backtest(asked('--volume-share units:5', file), { home })).bars, 200);
});
