import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DATA_FOLDER } from './venue-rules.ts';
import { NO_CONFIG } from '../config.ts';
import { openApiStores, type ApiStores } from './api-stores.ts';
import { printedBy } from './own-command.ts';

describe('what the API finds in a state folder', () => {
  const home = mkdtempSync(join(tmpdir(), 'api-stores-'));
  let stores: ApiStores;
  before(() => {
    // Commands that it has done are done in the same surroundings.
    process.env['ALGOTRENDY_HOME'] = home;
    stores = openApiStores({ ...NO_CONFIG, home });
  });
  after(() => {
    stores.close();
    delete process.env['ALGOTRENDY_HOME'];
    rmSync(home, { recursive: true });
  });

  test('is nothing at first, and no store of data is made by looking', async () => {
    assert.deepEqual([await stores.marketStore(), stores.seriesStore(), stores.runs.list(), stores.runs.get('r1'), stores.runs.remove('nothing')], [undefined, undefined, [], undefined, false]);
    assert.equal((await stores.desk.status(0)).series.length, 0);
    assert.ok(!existsSync(join(home, 'market')) && !existsSync(join(home, 'series.sqlite')));
    const { found, note } = await stores.desk.findSeries('cpi', 5);
    assert.deepEqual(found, []);
    assert.match(note ?? '', /key/);
    assert.ok((await stores.desk.sources()).some(({ instrument, intervals }) => instrument === 'BTC-USDT-PERP.BINANCE' && intervals.includes('15m')));
  });

  test('is there once the store of bars that was away answers again, and closing while it is away fails nothing', async () => {
    Object.assign(process.env, { ALGOTRENDY_MARKET_STORE: 'questdb', ALGOTRENDY_SECRET_QUESTDB_URL: 'http://127.0.0.1:1' });
    const away = openApiStores({ ...NO_CONFIG, home });
    try {
      await assert.rejects(away.marketStore(), /QuestDB does not answer/);
      const asked = away.marketStore();
      away.close();
      await assert.rejects(asked, /QuestDB does not answer/);
    } finally {
      delete process.env['ALGOTRENDY_MARKET_STORE'];
      delete process.env['ALGOTRENDY_SECRET_QUESTDB_URL'];
    }
    assert.equal(await away.marketStore(), undefined);
  });

  test('is worked out a few at a time, so that who asks for much leaves the machine to what trades', async () => {
    const answers = await Promise.all(Array.from({ length: 26 }, () => printedBy(['version'])));
    assert.deepEqual([answers.filter(({ ok }) => ok).length, answers.flatMap((answer) => (answer.ok ? [] : [answer.error.kind]))], [22, ['busy', 'busy', 'busy', 'busy']]);
    assert.equal((await printedBy(['version'])).ok, true, 'there is room again');
  });

  test('is a kept run, with its trades and its tear sheet worked out again, until it is removed', async () => {
    const bars = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');
    const ran = await printedBy(['backtest', 'macd', '--bars', bars, '--interval', '4h', '--json']);
    assert.ok(ran.ok, ran.ok ? '' : ran.error.message);
    const { trades } = JSON.parse(ran.value) as { trades: number };
    const [kept, ...others] = stores.runs.list();
    assert.deepEqual([kept.report.trades, others.length], [trades, 0]);
    const listed = await stores.runs.trades(kept.id);
    assert.ok(listed.ok && listed.value.length === trades && listed.value.every(({ entryTime, exitTime }) => entryTime < exitTime));
    const page = await stores.runs.tearSheet(kept.id);
    assert.ok(page.ok && page.value.startsWith('<!doctype html>'));
    assert.equal(stores.runs.remove(kept.id), true);
    assert.deepEqual(await stores.runs.trades(kept.id).then(({ ok }) => ok), false);
  });
});
