import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { VenueStreet, type Line } from '../live/venue-street.ts';
import { enroll, holdDown, openBrowser, picture } from './browser-desk.ts';

/** The colour of real money: nothing on a testnet may have it. */
const REAL_MONEY = 'rgb(163, 0, 107)';

/** What of a page has the colour of real money. */
function realMoneyColours(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('*')].filter((element) => element.checkVisibility() && [getComputedStyle(element).backgroundColor, getComputedStyle(element).borderTopColor].includes('${REAL_MONEY}')).map((element) => element.outerHTML.slice(0, 80))`);
}

/** Trades by hand at the venue, in a browser, and halts. While an order is reviewed and sent the market is still, since a page asks to review again where its price has moved. */
async function tradeAndHalt(page: Page, link: string, market: { isStill: boolean }): Promise<void> {
  await enroll(page, link);
  const url = new URL(link).origin;
  await page.getByText('no real money · binance testnet').waitFor();
  assert.match(await page.title(), /^DEMO · /);
  assert.deepEqual(await realMoneyColours(page), []);
  await picture(page, 'testnet-overview-desktop-dark');

  await page.goto(`${url}/trade`);
  await page.getByRole('textbox', { name: 'Quantity' }).fill('0.02');
  market.isStill = true;
  await page.getByRole('button', { name: 'Review buy' }).click();
  await page.getByRole('region', { name: 'Review of the order' }).waitFor();
  assert.deepEqual(await realMoneyColours(page), []);
  await holdDown(page, page.getByRole('button', { name: /— DEMO/ }));
  await page.getByRole('heading', { name: 'Accepted' }).waitFor();
  market.isStill = false;
  await page.getByRole('tab', { name: 'Fills' }).click();
  await page.getByRole('row', { name: /BTC-USDT.*Buy.*0\.02/ }).waitFor();
  await picture(page, 'testnet-filled-desktop-dark');

  await page.getByRole('button', { name: /^HALT/ }).click();
  await page.getByLabel('Reason').fill('a test of the testnet');
  await holdDown(page, page.getByRole('button', { name: /^Stop new entries/ }), 1_500);
  await page.getByText('✓ Done: trading is halted').waitFor();
  await page.getByText(/HALTED .* by ana: a test of the testnet/).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New order' }).click();
  await page.getByText('Blocked: trading is halted').waitFor();
  assert.deepEqual(await realMoneyColours(page), []);
  await picture(page, 'testnet-halted-desktop-dark');
}

test('at a venue\'s testnet a person signs in, sees no colour of real money, trades, and halts', () => VenueStreet.open(async (street) => {
  const browser = await openBrowser();
  try {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    const troubles: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') troubles.push(message.text()); });
    page.on('pageerror', (error) => { troubles.push(error.message); });
    const market = { isStill: false };
    let walked: Promise<void> | undefined;
    let ticking: NodeJS.Timeout | undefined;
    const ended = await street.run(['live', '--json', '--api-port', '0'], {
      timeoutMs: 180_000,
      onLine(text, child) {
        const line = JSON.parse(text) as Line & { readonly firstRun?: string };
        if (line.kind === 'feed' && line.connection === 'up' && line.catchingUp === false) ticking ??= setInterval(() => { if (!market.isStill) street.tick(); }, 500);
        if (line.kind !== 'api') return;
        walked = tradeAndHalt(page, String(line.firstRun), market).finally(() => { clearInterval(ticking); child.kill('SIGINT'); });
        // It is looked at when the product has ended.
        walked.catch(() => undefined);
      },
    });
    await walked;
    assert.equal(ended.code, 0, ended.stderr);
    const records = street.records();
    const manual = records.filter(({ kind, leg }) => kind === 'order' && leg === 'manual');
    assert.equal(manual.length, 1);
    assert.equal(street.account.orders.filter(({ clientOrderId }) => clientOrderId === manual[0]['clientOrderId']).length, 1);
    assert.ok(records.some(({ kind, command }) => kind === 'command' && (command as { readonly kind: string }).kind === 'halt'));
    assert.deepEqual(troubles, []);
  } finally {
    await browser.close();
  }
}));
