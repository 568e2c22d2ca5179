import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSeries } from '../../src/app/wiring/economic.ts';
import { runProduct } from '../access/product-process.ts';
import { readJournal } from '../chaos/journal-ledger.ts';
import { journalOf } from '../chaos/small-run.ts';
import { ROOT } from '../docs/page.ts';
import { MarketServer } from '../venues/binance/market-server.ts';

const MINUTE = 60_000;

test('paper on a live market reads the series that were named, and a run that goes on takes no others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'series-feed-'));
  const home = join(folder, 'home');
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const market = new MarketServer({ rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines', symbols: ['BTCUSDT'], intervalMs: MINUTE, now: () => now + 10_000 * MINUTE });
  const [, port = ''] = (await market.listen()).split(':');
  const bar = (minutes: number) => ({ timestamp: now + minutes * MINUTE, open: '100.00', high: '100.00', low: '100.00', close: '100.00', volume: '10.00000' });
  market.remember(0, Array.from({ length: 5 }, (_, i) => bar(i - 5)));
  try {
    const store = openSeries(home);
    const [year, date] = [now - now % 86_400_000 - 370 * 86_400_000, now - now % 86_400_000];
    await store.append({ id: 'UNRATE', source: 'fred', title: '', units: '', frequency: '', adjustment: '' }, { fetchedAt: now, dueAt: undefined, vintages: false }, [{ date: year, value: 4, availableAt: now - 9 * MINUTE }, { date, value: 4, availableAt: now + 3 * MINUTE }]);
    await store.close();
    const paper = ['paper', '--feed', 'binance', '--json'];
    const environment = { ALGOTRENDY_LOOPBACK_PORT: port };
    let minutes = 0;
    const { code, stderr, stdout } = await runProduct({
      home, environment, words: [...paper, '--instrument', 'BTCUSDT', '--strategy', join(ROOT, 'trader/test/series/calm-economy.ts'), '--series', 'UNRATE'],
      onLine(text, child) {
        const { kind, connection } = JSON.parse(text) as { readonly kind: string; readonly connection?: string };
        if ((kind === 'feed' && connection === 'up') || (kind === 'minute' && minutes > 0 && minutes < 7)) market.closeBar(0, bar(minutes++));
        else if (minutes === 7) child.kill('SIGINT');
      },
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout.split('\n').filter((line) => line.includes('"kind":"fill"')).length, 1);
    const read = readJournal(journalOf(home)).records.filter(({ kind }) => kind === 'reading');
    assert.deepEqual(read.map((record) => record.kind === 'reading' && [record.value, record.yearBefore]), [[4, null], [4, 4]]);
    assert.equal((await runProduct({ home, environment, words: [...paper, '--series', 'OTHER', '--strategy', 'macd'] })).code, 2);
    assert.equal((await runProduct({ home, environment, words: ['replay', journalOf(home)] })).code, 0);
  } finally {
    await market.close();
    rmSync(folder, { recursive: true });
  }
});
