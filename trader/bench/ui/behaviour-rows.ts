import { DESK_PERSON, VIEWS, pause, type Desk } from '../../test/services/browser-desk.ts';
import { atMost, type ScoreRow } from './score-row.ts';

const TAB_STOPS = 40;
/** Faults that are put in the way of a page's questions, and where they must show. */
const FAULTS = [
  { path: '/', route: '**/api/v1/equity**' }, { path: '/admin', route: '**/api/v1/tokens**', tab: 'API tokens' }, { path: '/backtests', route: '**/api/v1/runs**' },
  { path: '/data', route: '**/api/v1/data/status**' }, { path: '/admin', route: '**/api/v1/sessions**', tab: 'Sessions' }, { path: '/admin', route: '**/api/v1/settings**', tab: 'Settings' },
] as const;

/** Row 12, the part that a machine sees: whether every stop of the Tab key shows where it is. */
export async function focusRow(desk: Desk): Promise<ScoreRow> {
  const { page, context } = await desk.open(VIEWS[0], true);
  let [stops, rings] = [0, 0];
  for (const path of ['/', '/trade', '/strategies', '/backtests', '/risk']) {
    await page.goto(desk.url + path);
    await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
    await page.waitForTimeout(1_000);
    for (let stop = 0; stop < TAB_STOPS; stop++) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate<boolean | null>(`(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return null;
        return [element, element.closest('label'), ...(element.labels ?? [])].some((each) => { if (!each) return false; const { outlineStyle, outlineWidth } = getComputedStyle(each); return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2; });
      })()`);
      if (seen === null) break;
      stops += 1;
      rings += seen ? 1 : 0;
    }
  }
  await context.close();
  return { number: 12, what: 'stops of the Tab key whose focus is seen (the jobs by keyboard: test:services)', figure: `${rings} of ${stops}`, wanted: 'all', points: rings === stops ? 2 : 1 };
}

/** Row 14: how soon a killed server is told in words, on desktop and phone. Leaves the product running again. */
export async function honestyRow(desk: Desk): Promise<ScoreRow> {
  const watched = await Promise.all([desk.open(VIEWS[0], true), desk.open(VIEWS[1], true)]);
  for (const { page } of watched) {
    await page.goto(desk.url);
    await page.getByRole('banner').getByText(/\d,\d{3}\.\d{2}/).waitFor();
  }
  await desk.kill();
  const began = performance.now();
  const told = await Promise.all(watched.map(async ({ page }) => {
    await page.getByText(/✕ Disconnected 0:/).waitFor({ timeout: 30_000 });
    return (performance.now() - began) / 1000;
  }));
  await desk.restart();
  await Promise.all(watched.map(({ page }) => page.getByText(/✕ Disconnected 0:/).waitFor({ state: 'hidden', timeout: 60_000 })));
  for (const { context } of watched) await context.close();
  const seconds = Math.max(...told);
  return { number: 14, what: 'a killed server is told in a band, desktop and phone; the page heals by itself', figure: `after ${seconds.toFixed(1)} s`, wanted: '≤ 10 s', points: atMost(seconds, 10, 30) };
}

/** Row 19: whether faults stay on the page with their cause and a way on. */
export async function faultRow(desk: Desk): Promise<ScoreRow> {
  let kept = 0;
  for (const fault of FAULTS) {
    const { page, context } = await desk.open(VIEWS[0], true);
    await page.route(fault.route, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ code: 'internal', status: 500, title: 'A fault', detail: 'this fault was put here to be seen', requestId: 'r-1' }) }));
    await page.goto(desk.url + fault.path);
    if ('tab' in fault) await page.getByRole('tab', { name: fault.tab }).click();
    await pause(9_000);
    const panel = page.getByRole('alert').filter({ hasText: 'this fault was put here to be seen' }).first();
    if (await panel.isVisible() && await panel.getByRole('button', { name: 'Try again' }).isVisible()) kept += 1;
    await context.close();
  }
  return { number: 19, what: 'faults that stay where they happened, with cause and next step', figure: `${kept} of ${FAULTS.length}`, wanted: '6 of 6', points: kept === FAULTS.length ? 2 : kept >= 4 ? 1 : 0 };
}

/** Row 13, from a fresh visit: presses until the halt is held, and until a backtest runs. */
export async function pressRow(desk: Desk): Promise<ScoreRow> {
  const { page, context } = await desk.open(VIEWS[0], true);
  await page.goto(desk.url);
  await page.getByRole('banner').getByText('Today').waitFor();
  await page.getByRole('button', { name: /^HALT/ }).click();
  await page.getByRole('button', { name: /^Stop new entries/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Backtests' }).first().click();
  await page.getByRole('button', { name: 'Run backtest' }).click();
  await page.getByText(/simulat|waiting|reading|load|done|%/i).first().waitFor({ timeout: 20_000 });
  await context.close();
  return { number: 13, what: `presses to see the day's P&L, halt, run a backtest (order and parameter: test:services), as ${DESK_PERSON.name}`, figure: '0, 1 and a hold, 2', wanted: '0, 1 and a hold, 2', points: 2 };
}
