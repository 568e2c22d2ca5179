import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Desk, VIEWS, holdDown, misfits, pause, picture, violations, type View, type Watched } from './browser-desk.ts';

let desk: Desk;

before(async () => {
  // Slow enough that the price of a review is still the price when it is held.
  desk = await Desk.start('--speed', '30');
  const watched = await desk.open();
  await desk.enroll(watched);
  await watched.context.close();
});
after(async () => {
  await desk.stop();
});

const people = new Map<string, Watched>();

/** The browser of this view, signed in at its first use: the sign-in limits of an address are for people, not for tests. */
async function signedIn(view: View): Promise<Watched> {
  const known = people.get(view.name);
  if (known !== undefined) {
    await desk.calm();
    known.troubles.length = 0;
    known.foreign.length = 0;
    return known;
  }
  const watched = await desk.enter(view);
  people.set(view.name, watched);
  return watched;
}

/** Fills the ticket and opens its review. */
async function review(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.getByRole('textbox', { name }).fill(value);
  await page.getByRole('button', { name: /^Review (buy|sell)$/ }).click();
  await page.getByRole('region', { name: 'Review of the order' }).waitFor();
}

/** The row of a resting order by its price. */
function rowOf(price: string): RegExp {
  return new RegExp(`SOL.*Buy limit.*manual.*3.*${price.replace('.', '\\.')}`);
}

const sendButton = (page: Page): Locator => page.getByRole('button', { name: /— PAPER/ });

/** Holds until what was reviewed is sent and this heading says what became of it. As a person does, it reviews again where the price has moved away meanwhile: bars go on while a slow machine draws. */
async function sendReviewed(page: Page, heading = 'Accepted'): Promise<void> {
  const [outcome, moved] = [page.getByRole('heading', { name: heading }), page.getByText('the price has moved: review again')];
  for (;;) {
    if (await moved.count() > 0) {
      await page.getByRole('button', { name: 'Review again' }).click();
      await moved.waitFor({ state: 'detached' });
    }
    await holdDown(page, sendButton(page));
    await outcome.or(moved).first().waitFor();
    if (await outcome.count() > 0) return;
  }
}

test('an order goes from the ticket over its review to a fill on the paper venue, and its position is closed', async () => {
  const { page, troubles, foreign } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/trade`);
  await review(page, { Quantity: '0.005', 'Stop-loss': '80000' });
  const shown = await page.getByRole('region', { name: 'Review of the order' }).innerText();
  for (const figure of [/Notional\s+\d/, /Fee, as taker\s+\d/, /Slippage expected, by recent bars\s+\d/, /Margin, no leverage\s+\d/, /Loss at stop\s+\d.*of equity/s, /guards/]) assert.match(shown, figure);
  await picture(page, 'ticket-review-desktop-dark');
  await sendButton(page).click();
  assert.match(await sendButton(page).innerText(), /Press again/, 'one short press must not send an order');
  await pause(5_200);
  await sendReviewed(page);
  await page.getByRole('tab', { name: 'Fills' }).click();
  const fill = page.getByRole('row', { name: /BTC-USDT-PERP.*Buy.*0\.005.*manual/ });
  await fill.waitFor({ timeout: 20_000 });
  await page.getByText(/trades? of ours/).waitFor();
  await picture(page, 'order-filled-desktop-dark');
  const card = page.getByRole('region', { name: 'Position in BTC-USDT-PERP.BINANCE' });
  await card.getByRole('button', { name: /^Close/ }).click();
  const close = page.getByRole('button', { name: /^Close — PAPER/ });
  await page.getByText(/Sell all that is held|Buy back all that is held/).waitFor();
  await picture(page, 'close-desktop-dark');
  await holdDown(page, close);
  await page.getByText('BTC-USDT-PERP.BINANCE: closing').waitFor();
  await page.getByRole('row', { name: /BTC-USDT-PERP.*Sell.*0\.005.*manual/ }).waitFor({ timeout: 20_000 });
  assert.deepEqual(troubles, []);
  assert.deepEqual(foreign, []);
});

test('a resting order is amended and canceled, with the keyboard alone', async () => {
  const { page } = await signedIn(VIEWS[0]);
  // Another market than above: a guard denies to want the same twice at once.
  await page.goto(`${desk.url}/trade?instrument=SOL-USDT-PERP.BINANCE`);
  await page.getByLabel('Type', { exact: true }).selectOption('limit');
  const last = Number((await page.getByText(/^Last [\d,.]+$/).innerText()).replace(/[^\d.]/g, ''));
  // Far enough not to trade, near enough for the guard of prices.
  const [first, second] = [(last * 0.97).toFixed(2), (last * 0.965).toFixed(2)];
  await review(page, { Quantity: '3', 'Limit price': first });
  await picture(page, 'ticket-limit-desktop-dark');
  const hold = async (button: Locator): Promise<void> => {
    await button.focus();
    await page.keyboard.down(' ');
    await pause(1_100);
    await page.keyboard.up(' ');
  };
  await hold(sendButton(page));
  await page.getByRole('heading', { name: 'Accepted' }).waitFor();
  await page.getByRole('tab', { name: 'Positions' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const row = page.getByRole('row', { name: rowOf(first) });
  await row.waitFor();
  await row.getByRole('button', { name: /^Amend/ }).press('Enter');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Price' }).fill(second);
  await picture(page, 'amend-desktop-dark');
  await hold(page.getByRole('button', { name: /^Replace the order/ }));
  const amended = page.getByRole('row', { name: rowOf(second) });
  await amended.waitFor({ timeout: 20_000 });
  await amended.getByRole('button', { name: /^Cancel/ }).press('Enter');
  await amended.waitFor({ state: 'detached', timeout: 20_000 });
});

test('what is wrong with an order is said at its field, and a guard that denies says why', async () => {
  const { page } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/trade`);
  await page.getByRole('textbox', { name: 'Quantity' }).fill('1,250');
  await page.getByRole('button', { name: 'Review buy' }).click();
  await page.getByText('Quantity must be a number above zero').waitFor();
  await page.getByRole('textbox', { name: 'Quantity' }).fill('0.0005');
  await page.getByRole('textbox', { name: 'Stop-loss' }).fill('900000');
  await page.getByRole('button', { name: 'Review buy' }).click();
  await page.getByText('Quantity goes in steps of 0.001').waitFor();
  await page.getByText(/The stop-loss of a buy lies below/).waitFor();
  await picture(page, 'ticket-wrong-desktop-dark');
  await review(page, { Quantity: '20', 'Stop-loss': '' });
  await page.getByText(/denies$/).first().waitFor();
  assert.equal(await sendButton(page).getAttribute('aria-disabled'), 'true');
  assert.match(await sendButton(page).innerText(), /a guard denies this order/);
});

test('a phone sends an order from a sheet', async () => {
  const { page } = await signedIn(VIEWS[1]);
  await page.goto(`${desk.url}/trade?instrument=ETH-USDT-PERP.BINANCE`);
  await page.getByRole('button', { name: 'Sell', exact: true }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('textbox', { name: 'Quantity' }).fill('0.2');
  await picture(page, 'ticket-phone-dark');
  assert.deepEqual(await misfits(page, 44), []);
  await sheet.getByRole('button', { name: 'Review sell' }).click();
  await sheet.getByRole('region', { name: 'Review of the order' }).waitFor();
  await picture(page, 'ticket-review-phone-dark');
  await sendReviewed(page);
  await picture(page, 'ticket-accepted-phone-dark');
});

test('a parameter is changed after its difference was shown, stands in the history, and is taken back', async () => {
  const { page, troubles } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/strategies`);
  const fast = page.getByRole('textbox', { name: 'fast' });
  const before = await fast.inputValue();
  await fast.fill('0');
  await page.getByText('Must lie in 1 to 1000').waitFor();
  await fast.fill('100');
  await page.getByText(`runs with ${before}`).waitFor();
  await page.getByRole('button', { name: /^Review and apply/ }).click();
  await page.getByRole('row', { name: `fast ${before} 100` }).waitFor();
  await picture(page, 'strategy-change-desktop-dark');
  await holdDown(page, page.getByRole('button', { name: /^Apply at the next bar — PAPER/ }));
  await page.getByText(`fast ${before} → 100`).waitFor({ timeout: 20_000 });
  await page.getByRole('button', { name: /^Undo the last/ }).click();
  await holdDown(page, page.getByRole('button', { name: /^Take it back/ }));
  await page.getByText(`fast 100 → ${before}`).waitFor({ timeout: 20_000 });
  assert.equal(await fast.inputValue(), before);
  await picture(page, 'strategy-undone-desktop-dark');
  assert.deepEqual(troubles, []);
});

test('a strategy is stopped and started again', async () => {
  const { page } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/strategies?book=bollinger@SOL-USDT-PERP.BINANCE`);
  await page.getByRole('heading', { name: 'bollinger on SOL-USDT-PERP.BINANCE' }).waitFor();
  await page.getByRole('button', { name: 'Stop…' }).click();
  await holdDown(page, page.getByRole('button', { name: /^Stop it — PAPER/ }));
  await page.getByText('ana stopped it').waitFor({ timeout: 20_000 });
  await picture(page, 'strategy-stopped-desktop-dark');
  await page.getByRole('button', { name: 'Start…' }).click();
  await holdDown(page, page.getByRole('button', { name: /^Start it — PAPER/ }));
  await page.getByText('ana started it').waitFor({ timeout: 20_000 });
});

test('an order whose answer is lost is looked up, and asked for again without becoming two', async () => {
  const { page } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/trade?instrument=ETH-USDT-PERP.BINANCE`);
  // The server takes the order; its answer never arrives.
  let taken = 0;
  await page.route('**/api/v1/orders', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    taken += 1;
    await route.fetch();
    return taken === 1 ? route.abort() : route.continue();
  });
  await review(page, { Quantity: '0.111' });
  await sendReviewed(page, 'No reply. Checking…');
  await page.getByRole('alert').getByText(/Order #[0-9a-f]{8} is /).waitFor({ timeout: 20_000 });
  await picture(page, 'order-unknown-desktop-dark');
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.getByRole('heading', { name: 'Accepted' }).waitFor();
  await page.getByRole('tab', { name: 'Fills' }).click();
  const fills = page.getByRole('row', { name: /ETH-USDT-PERP.*Buy.*0\.111.*manual/ });
  await fills.first().waitFor({ timeout: 20_000 });
  await pause(3_000);
  assert.equal(await fills.count(), 1);
  await page.unrouteAll();
});

const FAULTS = [
  { path: '/trade', route: '**/api/v1/bars?*', shows: 'older bars missing' },
  { path: '/backtests', route: '**/api/v1/runs?*', shows: 'The kept runs could not be fetched' },
  { path: '/backtests', route: '**/api/v1/strategy-catalog', shows: 'The strategies on offer could not be fetched' },
  { path: '/data', route: '**/api/v1/data/status', shows: 'The state of the data could not be fetched' },
  { path: '/data?part=economy', route: '**/api/v1/series?*', shows: 'The series could not be fetched' },
  { path: '/data?part=quarantine', route: '**/api/v1/data/quarantine?*', shows: 'The quarantine could not be fetched' },
];

test('a part that cannot be fetched says so in its place, for as long as it is so, and is tried again by hand', async () => {
  const { page } = await signedIn(VIEWS[0]);
  for (const { path, route, shows } of FAULTS) {
    await page.route(route, (request) => request.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"code":"internal","status":500,"detail":"The disk is on fire","requestId":"r-1"}' }));
    await page.goto(desk.url + path);
    await page.getByText(shows).first().waitFor();
    await page.getByText('The disk is on fire').first().waitFor();
    await pause(1_000);
    await page.getByText(shows).first().waitFor();
    await page.unroute(route);
    const again = page.getByRole('button', { name: 'Try again' });
    if ((await again.count()) > 0) {
      await again.first().click();
      await page.getByText(shows).first().waitFor({ state: 'detached' });
    }
  }
});

test('a page that breaks leaves mode and HALT in sight, and a chart that breaks leaves the page', async () => {
  const { page, troubles } = await signedIn(VIEWS[0]);
  const nonsense = (body: object) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(body) });
  await page.route('**/api/v1/data/status', (request) => request.fulfill(nonsense({})));
  await page.goto(`${desk.url}/data`);
  await page.getByText('This page broke').last().waitFor();
  await page.getByRole('button', { name: /^HALT/ }).waitFor();
  await picture(page, 'broken-page-desktop-dark');
  await page.unroute('**/api/v1/data/status');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Providers and their free quotas').waitFor();
  // Bars that go back in time are more than the chart's library takes.
  const bars = { instrument: 'BTC-USDT-PERP.BINANCE', interval: '1m', time: [180_000, 60_000, 120_000], open: [1, 1, 1], high: [1, 1, 1], low: [1, 1, 1], close: [1, 1, 1], volume: [1, 1, 1], more: false };
  await page.route('**/api/v1/bars?*', (request) => request.fulfill(nonsense(bars)));
  await page.goto(`${desk.url}/trade`);
  await page.getByRole('button', { name: 'Review buy' }).waitFor();
  await pause(2_000);
  await page.getByRole('button', { name: 'Review buy' }).waitFor();
  await page.unroute('**/api/v1/bars?*');
  troubles.length = 0;
});

test('a backtest tells how far it is, survives a reload, and opens with its verdict', async () => {
  const { page, troubles } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/backtests`);
  await page.getByRole('button', { name: 'Run backtest' }).click();
  await page.getByRole('list').filter({ hasText: 'backtest' }).getByText(/in line|running|done/).first().waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Open result' }).first().click({ timeout: 60_000 });
  await page.getByRole('list', { name: 'Warnings' }).waitFor();
  for (const name of ['Net return', 'Max drawdown', 'Sharpe', 'Trades', 'Win rate', 'Profit factor', 'Exposure', 'Fees']) await page.getByRole('term').filter({ hasText: name }).first().waitFor();
  await page.getByRole('group', { name: 'Equity of the run' }).focus();
  await page.keyboard.press('ArrowLeft');
  await page.getByText(/Equity \d.*drawdown/).first().waitFor();
  await picture(page, 'run-result-desktop-dark');
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(troubles, []);
});

test('a sweep of two parameters ends in a heat map', async () => {
  const { page } = await signedIn(VIEWS[2]);
  await page.goto(`${desk.url}/backtests`);
  const sweep = page.getByRole('radio', { name: 'Sweep' });
  // A click before the page is alive is lost.
  for (; !(await sweep.isChecked()); await pause(100)) await sweep.click({ force: true });
  const grid = page.getByRole('group', { name: 'Values to try' });
  await grid.getByLabel('fast', { exact: true }).fill('10:30:10');
  await grid.getByLabel('slow', { exact: true }).fill('40,60');
  await page.getByRole('button', { name: 'Run 6 combinations' }).click();
  await page.getByRole('listitem').filter({ hasText: 'sweep macd' }).getByRole('button', { name: 'Open result' }).click({ timeout: 60_000 });
  await page.getByRole('region', { name: 'Net return by fast and slow' }).waitFor();
  assert.equal(await page.getByRole('region', { name: 'Net return by fast and slow' }).getByRole('cell').count(), 6);
  await picture(page, 'sweep-result-desktop-light');
  assert.deepEqual(await violations(page), []);
});

test('the chart can be walked with the arrow keys and read as a table', async () => {
  const { page } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/trade`);
  const chart = page.getByRole('group', { name: /^Price of BTC-USDT-PERP/ });
  await chart.locator('canvas').first().waitFor();
  await chart.focus();
  for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowLeft');
  await page.getByText(/: open [\d,.]+, high [\d,.]+, low [\d,.]+, close [\d,.]+$/).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Table view' }).click();
  await page.getByRole('region', { name: /prices in USDT, as a table/ }).waitFor();
  assert.deepEqual(await violations(page), []);
});

test('a dropped connection blocks the ticket and says why, and the chart goes on after it without reload', async () => {
  const { page } = await signedIn(VIEWS[0]);
  await page.goto(`${desk.url}/trade`);
  await page.getByRole('button', { name: 'Review buy', exact: true }).waitFor();
  await desk.kill();
  await page.getByText('Blocked: disconnected').waitFor({ timeout: 15_000 });
  assert.equal(await page.getByRole('button', { name: /^Review buy/ }).getAttribute('aria-disabled'), 'true');
  await picture(page, 'trade-disconnected-desktop-dark');
  await desk.restart();
  await page.getByText('Blocked: disconnected').waitFor({ state: 'detached', timeout: 60_000 });
  await page.getByText('Live', { exact: true }).waitFor();
});

const PARTS = [
  { name: 'quarantine', path: '/data?part=quarantine' },
  { name: 'economy', path: '/data?part=economy' },
  { name: 'performance', path: '/', tab: 'Performance' },
  { name: 'journal', path: '/', tab: 'Trade journal' },
];

for (const view of VIEWS) {
  test(`parts of pages are accessible and fit: ${view.name}`, async () => {
    const { page, troubles, foreign } = await signedIn(view);
    const found: string[] = [];
    for (const { name, path, tab } of PARTS) {
      await page.goto(desk.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
      if (tab !== undefined) await page.getByRole('tab', { name: tab }).click();
      await pause(1_200);
      await picture(page, `${name}-${view.name}`);
      found.push(...(await violations(page)).map((text) => `${name}: ${text}`));
      found.push(...(await misfits(page, view.width < 640 ? 44 : 24)).map((text) => `${name}: ${text}`));
    }
    assert.deepEqual(found, []);
    assert.deepEqual(troubles, []);
    assert.deepEqual(foreign, []);
    });
}
