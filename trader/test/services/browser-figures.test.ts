import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { BookFact, MarketFact, PositionFact } from '../../src/ports/engine-feed.ts';
import { Desk, misfits, picture, VIEWS, violations } from './browser-desk.ts';

// What a run tells is changed on its way to the page: sums, names and prices that a run of some seconds does not come to.

type Item = Readonly<Record<string, unknown>>;
type Change = (channel: string, items: readonly Item[]) => readonly Item[];

let desk: Desk;

before(async () => {
  desk = await Desk.start('--speed', '3000');
  const first = await desk.open();
  await desk.enroll(first);
  await first.page.getByRole('banner').getByText(/\d,\d{3}\.\d{2} USDT/).waitFor();
  await first.context.close();
});
after(async () => {
  await desk.stop();
});

async function tellOtherwise(page: Page, change: Change): Promise<void> {
  await page.routeWebSocket(/\/api\/v1\/stream$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => { server.send(text); });
    server.onMessage((text) => {
      const message = JSON.parse(String(text)) as { readonly channel?: string; readonly data?: readonly Item[] };
      socket.send(message.channel === undefined || message.data === undefined ? text : JSON.stringify({ ...message, data: change(message.channel, message.data) }));
    });
  });
}

const NAMES = Array.from({ length: 28 }, (_, i) => (i % 3 === 0 ? `1000000MOGCATOFSOMELENGTH${i}-USDT-PERP.BINANCEUSDM` : `COIN${i}-USDT.BINANCE`));
const isTiny = (name: string) => NAMES.indexOf(name) % 2 === 1;
const priceOf = (name: string) => (isTiny(name) ? '0.00000123' : '12345678.9');

/** Thirty markets and more, with prices of every size. */
const large: Change = (channel, items) => {
  const market = items.find(({ part }) => part === 'market')?.['market'] as MarketFact | undefined;
  switch (channel) {
    case 'equity': return items.map((item) => (item['kind'] !== 'account' ? item : { ...item, account: {
      ...item['account'] as object, equity: '12345678.9', dayPnl: '-11041.55', weekPnl: '-999999.99', totalPnl: '-12345678.90', grossValue: '98765432.10', exposure: 8.0004, drawdown: 0.99999,
    } }));
    case 'state': return market === undefined ? items : [...items, ...NAMES.map((instrument) => ({ part: 'market', market: {
      ...market, instrument, last: priceOf(instrument), dayAgo: isTiny(instrument) ? '0.00000120' : '12000000.0', priceDecimals: isTiny(instrument) ? 8 : 1,
    } }))];
    case 'positions': return [...items, ...NAMES.flatMap((instrument) => holding(instrument, 'a-strategy-with-quite-a-long-name', '1'))];
    default: return items;
  }
};

/** A book, and the position that it makes by itself. */
function holding(instrument: string, strategy: string, quantity: string): Item[] {
  const mark = priceOf(instrument);
  const position: PositionFact = { instrument, quantity, averagePrice: mark, mark, value: mark, unrealised: '-123456.78', realised: '0', fees: '1' };
  const book: BookFact = {
    book: `${strategy}@${instrument}`, kind: 'strategy', strategy, instrument, state: 'running', parameters: {}, schema: {}, warmupLeft: 0, target: 1, reasons: {}, quantity, averagePrice: mark, mark,
    unrealised: '5', realised: '283.99', fees: '1500.25', stop: null, takeProfit: null, lossAtStop: null, history: [],
  };
  return [{ kind: 'position', position }, { kind: 'book', book }];
}

for (const view of [VIEWS[0], { ...VIEWS[0], name: 'tablet-dark', width: 1024, height: 768 }, VIEWS[1]]) {
  test(`large sums, tiny prices, long names and many markets are neither cut off nor in the way: ${view.name}`, async () => {
    const { page, context } = await desk.open(view, true);
    await tellOtherwise(page, large);
    const found: string[] = [];
    for (const path of ['/', '/trade', '/strategies', '/risk', '/data']) {
      await page.goto(desk.url + path);
      await page.getByText(/12,345,678\.90/).first().waitFor();
      if (path === '/trade') await page.getByText('0.00000123').first().waitFor();
      found.push(...(await misfits(page, view.width < 640 ? 44 : 24)).map((text) => `${path}: ${text}`), ...(await violations(page)).map((text) => `${path}: ${text}`));
      await picture(page, `large-${path === '/' ? 'overview' : path.slice(1)}-${view.name}`);
    }
    assert.deepEqual(found, []);
    await context.close();
  });
}

test('a strategy is told by what it made after fees, and two that hold against each other are both exposed and both flattened', async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  // Nothing but these two, whatever the run holds.
  await tellOtherwise(page, (channel, items) => (channel !== 'positions' ? items : [
    ...holding('COIN2-USDT.BINANCE', 'up', '0.5'), ...holding('COIN2-USDT.BINANCE', 'down', '-0.5'),
    { kind: 'position', position: { ...(holding('COIN2-USDT.BINANCE', 'up', '0')[0]['position'] as PositionFact), value: '0' } },
  ]));
  await page.goto(desk.url);
  await page.getByRole('row', { name: /^up · COIN2.*−1,211\.26$/ }).waitFor();
  await page.getByRole('button', { name: /^HALT/ }).click();
  await page.getByText('2 positions, ≈ +10.00 USDT open now').waitFor();
  await page.keyboard.press('Escape');
  await page.goto(`${desk.url}/risk`);
  await page.getByRole('row', { name: /^COIN2-USDT.*long and short.*12,345,678\.90/ }).waitFor();
  await context.close();
});

test('a halt that is refused says in so many words that trading goes on, and how to stop it', async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  // As a process answers that tells of a run and does not trade it.
  await page.route('**/api/v1/control/halt', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: '{"code":"not-offered","status":422,"detail":"this process only tells of the run"}' }));
  await page.goto(desk.url);
  await page.getByRole('button', { name: /^HALT/ }).click();
  await page.getByLabel(/Or type HALT/).fill('HALT');
  await page.keyboard.press('Enter');
  await page.getByText('✕ Not done: trading is as it was.').waitFor();
  await page.getByText('./algotrendy halt').waitFor();
  assert.deepEqual(await violations(page), []);
  await picture(page, 'halt-refused-desktop-dark');
  await context.close();
});

test('ages are those of the server, whatever the clock of the browser says', async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  await page.addInitScript('{ const now = Date.now; Date.now = () => now() + 3_600_000; }');
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('tab', { name: 'Sessions' }).click();
  const own = page.getByRole('row').filter({ hasText: 'this one' });
  await own.getByText(/^(\d+\.\d s|\d+ s|\d m) ago$/).waitFor();
  await context.close();
});
