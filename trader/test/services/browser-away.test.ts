import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Desk, holdDown, pause, picture, VIEWS } from './browser-desk.ts';

const PLACES = ['Trade', 'Strategies', 'Backtests', 'Risk', 'Models', 'Data', 'Admin', 'Overview'];
/** When the server is killed, in milliseconds after a press on a tab: before it, while its page and its code are fetched, and after. */
const MOMENTS = [-40, 0, 3, 8, 15, 30, 60, 120, 250, 600];

let desk: Desk;

before(async () => {
  desk = await Desk.start('--speed', '3000');
  const first = await desk.open();
  await desk.enroll(first);
  await first.context.close();
});
after(async () => {
  await desk.stop();
});

const tab = (page: Page, name: string) => page.getByRole('navigation', { name: 'Pages' }).first().getByRole('link', { name, exact: true });
const headed = (page: Page, name: string) => page.getByRole('heading', { level: 1, name: new RegExp(`^${name}`) }).waitFor({ state: 'attached', timeout: 30_000 });
/** Resolves when the router keeps a page: its files were fetched once more, and there was time to hear that the server is alive. */
async function isKept(fetched: ReadonlySet<string>, name: string): Promise<void> {
  const file = `${name === 'Overview' ? '' : `/${name.toLowerCase()}`}/__next.`;
  while (![...fetched].some((path) => path.startsWith(file) && path.includes('__PAGE__'))) await pause(50);
  await pause(1_300);
}

/** What the window shows where the dashboard was lost: the browser's own page, or that of the framework. */
const isLost = async (page: Page) => page.url().startsWith('chrome-error:') || await page.getByText(/This page couldn.t load/).count() > 0;

test('without the server every page that was shown opens again, the others say that they wait, and open by themselves', { timeout: 240_000 }, async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  const fetched = new Set<string>();
  page.on('requestfinished', (request) => { fetched.add(new URL(request.url()).pathname); });
  await page.goto(desk.url);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.evaluate(() => { (globalThis as { mark?: number }).mark = 1; });
  for (const name of ['Trade', 'Risk', 'Overview']) {
    await tab(page, name).click();
    await headed(page, name);
    await isKept(fetched, name);
  }
  await desk.kill();
  await page.getByText(/✕ Disconnected 0:\d\d/).waitFor();
  for (const name of ['Trade', 'Risk', 'Overview']) {
    await tab(page, name).click();
    await headed(page, name);
  }
  await tab(page, 'Risk').click();
  await page.getByText('So it was when it was last heard of').waitFor();
  await tab(page, 'Overview').click();
  for (const name of ['Strategies', 'Backtests', 'Models', 'Data', 'Admin']) {
    await tab(page, name).click();
    await page.getByText(`◷ ${name} opens as soon as the server answers.`).waitFor();
    await headed(page, 'Overview');
  }
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.getByText('◷ Data opens as soon as the server answers.').waitFor();
  await picture(page, 'waiting-for-a-page-desktop-dark');
  await page.getByRole('button', { name: /^HALT/ }).waitFor();
  await desk.restart();
  await headed(page, 'Data');
  assert.equal(await page.evaluate(() => (globalThis as { mark?: number }).mark), 1, 'the window was loaded anew');
  await context.close();
});

test('a page whose files were on their way to be kept when the server died waits for it, too', { timeout: 120_000 }, async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  const fetched = new Set<string>();
  page.on('requestfinished', (request) => { fetched.add(new URL(request.url()).pathname); });
  await page.goto(desk.url);
  await page.getByText('Live', { exact: true }).waitFor();
  await isKept(fetched, 'Overview');
  const hanging = new Promise<void>((done) => { void page.route(/\/risk\/__next\..*__PAGE__/, () => { done(); }); });
  await tab(page, 'Risk').click();
  await headed(page, 'Risk');
  await hanging;
  await desk.kill();
  await page.getByText(/✕ Disconnected 0:\d\d/).waitFor();
  await page.unroute(/\/risk\/__next\..*__PAGE__/);
  await tab(page, 'Overview').click();
  await headed(page, 'Overview');
  await tab(page, 'Risk').click();
  await page.getByText('◷ Risk opens as soon as the server answers.').waitFor();
  assert.equal(await isLost(page), false);
  await desk.restart();
  await headed(page, 'Risk');
  await context.close();
});

test('a halt that waits for the server is sent as it was confirmed, whatever is chosen meanwhile', { timeout: 120_000 }, async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  await page.goto(desk.url);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^HALT/ }).click();
  const panel = page.getByRole('dialog', { name: 'Halt trading' });
  await desk.kill();
  await holdDown(page, panel.getByRole('button', { name: /Stop new entries \(sent when reconnected\)/ }), 1_500);
  await panel.getByText('the halt waits in this window').waitFor();
  await panel.getByRole('radio', { name: /Flatten all/ }).check();
  await desk.restart();
  await page.getByText(/✓ Done: trading is halted/).waitFor({ timeout: 60_000 });
  const { trading } = await page.evaluate<{ trading: { state: string; flat: boolean } }>(`fetch('/api/v1/state').then((answer) => answer.json())`);
  assert.deepEqual([trading.state, trading.flat], ['halted', false]);
  await page.evaluate(`fetch('/api/v1/control/resume', { method: 'POST', headers: { 'x-algotrendy': '1', 'idempotency-key': 'go-on' } })`);
  await context.close();
});

test('on a phone the rest of the pages are in reach without the server, too', { timeout: 120_000 }, async () => {
  const { page, context } = await desk.open(VIEWS[1], true);
  await page.goto(desk.url);
  await page.getByText(/· no real money/).first().waitFor();
  await desk.kill();
  await page.getByText(/✕ Disconnected 0:\d\d/).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('dialog', { name: 'More' }).getByRole('link', { name: 'Data' }).click();
  await page.getByText('◷ Data opens as soon as the server answers.').waitFor();
  await picture(page, 'waiting-for-a-page-phone-dark');
  await desk.restart();
  await headed(page, 'Data');
  await context.close();
});

test('whenever the server is killed around a press on a tab, the dashboard stays, and comes to the page that was asked for', { timeout: 480_000 }, async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  for (const [at, moment] of MOMENTS.entries()) {
    const name = PLACES[at % PLACES.length];
    await page.goto(desk.url + (name === 'Overview' ? '/risk' : '/'));
    await page.getByText('Live', { exact: true }).waitFor();
    const killed = (async () => { await pause(Math.max(0, moment)); await desk.kill(); })();
    await pause(Math.max(0, -moment));
    await tab(page, name).click();
    await killed;
    await page.getByText(/✕ Disconnected/).first().waitFor();
    assert.equal(await isLost(page), false, `${name} at ${moment} ms`);
    await desk.restart();
    await headed(page, name);
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 30_000 });
    assert.equal(await isLost(page), false, `${name} at ${moment} ms, afterwards`);
  }
  await context.close();
});

test('a page whose code does not arrive says so in its place, and opens by itself', { timeout: 120_000 }, async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  await page.goto(desk.url);
  await page.getByText('Live', { exact: true }).waitFor();
  let cut = true;
  await page.route(/\/_next\/static\/chunks\/|\/api\/v1\/health/, (route) => (cut ? route.abort() : route.continue()));
  await page.getByRole('tab', { name: 'Performance' }).click();
  await page.getByText('Performance did not arrive').waitFor();
  await page.getByText('The rest of this page works.').waitFor();
  await tab(page, 'Data').click();
  await page.getByText('This page did not arrive').waitFor();
  await picture(page, 'page-did-not-arrive-desktop-dark');
  await page.getByRole('button', { name: /^HALT/ }).waitFor();
  cut = false;
  await headed(page, 'Data');
  await context.close();
});

test('where even the surroundings of the pages break, a page of our own says what goes on and how to stop', { timeout: 60_000 }, async () => {
  for (const view of [VIEWS[0], VIEWS[3]]) {
    const { page, context } = await desk.open(view, true);
    await page.route('**/api/v1/auth/me', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...await answer.json() as object, name: { broken: true } } });
    });
    await page.goto(desk.url);
    if (view.width < 640) await page.getByRole('button', { name: 'More' }).click();
    else await page.getByRole('button', { name: /^You/ }).click();
    await page.getByRole('heading', { name: 'The dashboard broke', level: 1 }).waitFor();
    await page.getByText('./algotrendy halt').waitFor();
    await picture(page, `dashboard-broke-${view.name}`);
    await page.unroute('**/api/v1/auth/me');
    await page.getByRole('button', { name: 'Try again' }).click();
    await headed(page, 'Overview');
    await context.close();
  }
});
