import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { ROOT } from '../command-line.ts';
import { startServedRun, type ServedRun } from '../served-run.ts';
import { MarketServer } from '../venues/binance/market-server.ts';
import { CHROMIUM, misfits, pause, picture, VIEWS, violations } from './browser-desk.ts';

const MINUTE = 60_000;
const level = (from: number, step: number) => Array.from({ length: 20 }, (_, i) => [(from + i * step).toFixed(2), (1 + i / 10).toFixed(5)] as const);

/** The Trade page as the first person has it open. */
async function opened({ url, cookie }: ServedRun, { width, height, theme }: (typeof VIEWS)[number], browser: Awaited<ReturnType<typeof chromium.launch>>): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, hasTouch: width < 640, isMobile: width < 640 });
  await context.addCookies(cookie.split('; ').map((text) => ({ name: text.slice(0, text.indexOf('=')), value: text.slice(text.indexOf('=') + 1), url: `${url}/api/v1` })));
  const page = await context.newPage();
  await page.goto(`${url}/trade`);
  return page;
}

test('the order book and the trades of a live market are on the Trade page as its venue tells them', { timeout: 180_000 }, async () => {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/dashboard.mjs'), '--if-stale'], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stdout + built.stderr);
  const venue = new MarketServer({ rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines', symbols: ['BTCUSDT'], intervalMs: MINUTE, now: Date.now });
  const host = await venue.listen();
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  venue.remember(0, Array.from({ length: 400 }, (_, i) => ({ timestamp: now - (400 - i) * MINUTE, open: '50000.00', high: '50010.00', low: '49990.00', close: '50000.00', volume: '1' })));
  const run = await startServedRun({ words: ['--feed', 'binance', '--instrument', 'BTC-USDT.BINANCE'], environment: { ALGOTRENDY_LOOPBACK_PORT: host.split(':')[1] } });
  const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: CHROMIUM });
  try {
    while (venue.streams === 0) await pause(50);
    venue.changeBook(0, level(49_999, -0.5), level(50_000.5, 0.5));
    for (const view of VIEWS) {
      const page = await opened(run, view, browser);
      await page.getByRole('rowheader', { name: 'Spread' }).waitFor();
      const rows = page.getByRole('table', { name: /^Order book/ }).getByRole('row');
      assert.match(await rows.nth(8).innerText(), /50,000\.50\s+1\.00000/, 'the best ask stands last above the spread');
      assert.match(await rows.nth(9).innerText(), /Spread\s+1\.50 · 0\.3 bp/);
      assert.match(await rows.nth(10).innerText(), /49,999\.00/);
      // Nothing of now was heard yet: that is no alarm. Later a minute may have ended.
      if (view === VIEWS[0]) await page.getByText('· catching up', { exact: true }).waitFor();
      assert.equal(await page.getByText('HALTED').count(), 0);
      assert.deepEqual([await violations(page), await misfits(page, view.width < 640 ? 44 : 24)], [[], []], view.name);
      await picture(page, `trade-book-${view.name}`);
      await page.context().close();
    }
    const page = await opened(run, VIEWS[0], browser);
    const rows = page.getByRole('table', { name: /^Order book/ }).getByRole('row');
    await page.getByRole('rowheader', { name: 'Spread' }).waitFor();
    venue.changeBook(0, [], [['50000.50', '0']]);
    await rows.nth(8).getByText('50,001.00').waitFor();
    await page.getByRole('tab', { name: 'Trades' }).click();
    venue.trade(0, '50001.25', Date.now(), '0.12345');
    await page.getByRole('row', { name: /sold.*50,001\.25.*0\.12345/ }).waitFor();
    await picture(page, 'trade-trades-desktop-dark');
    await page.context().close();
    await checkDock(run, venue, now, browser);
    const cut = await opened(run, VIEWS[0], browser);
    await cut.getByRole('rowheader', { name: 'Spread' }).waitFor();
    await cut.getByText('Live', { exact: true }).waitFor();
    venue.cut(1_000);
    await cut.getByText('The order book is not known').waitFor();
    await cut.getByText('Feed down', { exact: true }).waitFor();
    assert.equal(await cut.getByText('Live', { exact: true }).count(), 0, 'prices that stand still look live');
    await cut.getByText('Blocked: the feed of prices is down').waitFor();
    await picture(cut, 'trade-feed-down-desktop-dark');
  } finally {
    await browser.close();
    await run.stop();
    await venue.close();
  }
});

/** What is held, works and was filled stands in full below the book at every width of a desk, and on a phone no word of a button is broken. */
async function checkDock(run: ServedRun, venue: MarketServer, now: number, browser: Awaited<ReturnType<typeof chromium.launch>>): Promise<void> {
  const order = (id: string, body: object) => fetch(`${run.url}/api/v1/orders`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-algotrendy': '1', 'idempotency-key': id, cookie: run.cookie }, body: JSON.stringify({ instrument: 'BTC-USDT.BINANCE', side: 'buy', ...body }),
  });
  const close = (minutes: number) => { venue.closeBar(0, { timestamp: now + minutes * MINUTE, open: '50000.00', high: '50010.00', low: '49990.00', close: '50000.00', volume: '1' }); };
  // The run trades from its first bar of now on.
  close(0);
  for (;;) {
    const answer = await order('first', { type: 'market', size: { kind: 'quantity', quantity: '0.02' }, stop: '49000.00', takeProfit: '52000.00' });
    if (answer.ok) break;
    await pause(200);
  }
  assert.equal((await order('second', { type: 'stop-limit', trigger: '50900.00', price: '50950.00', size: { kind: 'quantity', quantity: '0.01' } })).status, 200);
  close(1);
  for (const width of [1280, 1440, 1920, 390]) {
    const page = await opened(run, { ...VIEWS[0], width, name: `dock-${width}` }, browser);
    for (const tab of [/^Positions 1/, /^Working orders 3/, /^Fills/]) {
      await page.getByRole('tab', { name: tab }).click();
      await pause(300);
      const told = await page.evaluate<string[]>(`[...document.querySelectorAll('section[aria-label=Account] table')].flatMap((table) => [
        ...(innerWidth < 640 ? [] : [...table.querySelectorAll('th')].filter((head) => !head.checkVisibility()).map((head) => head.textContent + ' is hidden')),
        ...(table.parentElement.scrollWidth > table.parentElement.clientWidth ? ['the table needs ' + table.parentElement.scrollWidth + ' and has ' + table.parentElement.clientWidth] : []),
        ...[...table.querySelectorAll('button')].filter((button) => button.clientHeight > 48).map((button) => button.textContent + ' is broken over lines'),
      ])`);
      assert.deepEqual(told, [], `${width}: ${tab}`);
    }
    await picture(page, `trade-book-dock-${width}`);
    await page.context().close();
  }
}
