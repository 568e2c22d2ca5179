import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Desk, holdDown, misfits, picture, VIEWS, violations, type Watched } from './browser-desk.ts';

let desk: Desk;
let watched: Watched;

before(async () => {
  desk = await Desk.start('--speed', '30', '--prop-firm', 'ftmo-challenge');
  watched = await desk.open();
  await desk.enroll(watched);
});
after(async () => {
  await desk.stop();
});

/** Opens the form of limits and fills some in. */
async function form(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  await page.getByRole('button', { name: 'Change…' }).click();
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label).fill(value);
}

/** What the server says that a limit is. */
async function limit(page: Page, name: string): Promise<number | undefined> {
  const { settings } = await page.evaluate<{ readonly settings: readonly { readonly name: string; readonly value: number }[] }>("fetch('/api/v1/limits').then((answer) => answer.json())");
  return settings.find((each) => each.name === name)?.value;
}

test('what a prop firm allows to be lost is shown by how much of it is lost', async () => {
  const { page } = watched;
  await page.goto(`${desk.url}/risk`);
  const panel = page.getByRole('region', { name: /^Rules of FTMO/ });
  // Nothing was traded yet, or next to nothing.
  for (const name of ['Daily loss', 'Loss after midnight', 'Overall loss']) await panel.getByText(name, { exact: true }).waitFor();
  assert.match(await panel.innerText(), /Daily loss\s+[\d.]+(%| bp) of what may be lost\s+[45],\d{3}\.\d\d USDT left/);
  assert.equal(await panel.getByText('✕ reached').count(), 0);
  await picture(page, 'prop-firm-desktop-dark');
});

test('limits are changed as a form: what cannot be is said, what changes is shown, and the last change is taken back', async () => {
  const { page, troubles, foreign } = watched;
  await page.goto(`${desk.url}/risk`);
  await form(page, { 'Value of one order': '5000', 'Jump of a price': '500' });
  await page.getByText('Must lie in 0.01 to 100').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByLabel('Jump of a price').fill('4');
  await page.getByRole('button', { name: 'Review…' }).click();
  await page.getByRole('row', { name: /Value of one order.*10,000.*5,000.*less/ }).waitFor();
  await picture(page, 'limits-review-desktop-dark');
  assert.deepEqual(await violations(page), []);
  await holdDown(page, page.getByRole('button', { name: /^Tighten — PAPER/ }));
  await page.getByText(/Jump of a price 5\.00% → 4\.00%/).waitFor();
  assert.deepEqual([await limit(page, 'maxNotional'), await limit(page, 'priceCollar')], [5_000, 0.04]);
  await page.getByRole('button', { name: 'Undo the last…' }).click();
  await page.getByText(/You confirm first who you are/).waitFor();
  await holdDown(page, page.getByRole('button', { name: /^Loosen — PAPER/ }), 1_600);
  await page.getByText(/Jump of a price 4\.00% → 5\.00%/).waitFor();
  assert.deepEqual([await limit(page, 'maxNotional'), await limit(page, 'priceCollar')], [10_000, 0.05]);
  assert.deepEqual([troubles, foreign], [[], []]);
});

test('on a phone the form and what is to change fit, and halts stand with their reasons after the product was killed', async () => {
  await watched.page.evaluate("fetch('/api/v1/control/halt', { method: 'POST', headers: { 'content-type': 'application/json', 'x-algotrendy': '1', 'idempotency-key': 'lunch' }, body: JSON.stringify({ scope: 'orders', reason: 'lunch' }) })");
  await desk.kill();
  await desk.restart();
  const phone = await desk.open(VIEWS[3], true);
  const { page } = phone;
  await page.goto(`${desk.url}/risk`);
  await page.getByText('ana halted trading and canceled orders').waitFor();
  assert.deepEqual(await misfits(page, 44), []);
  await form(page, { 'Exposure, all together': '30' });
  assert.deepEqual(await misfits(page, 44), []);
  await page.getByRole('button', { name: 'Review…' }).click();
  await page.getByText('▲ more').waitFor();
  assert.deepEqual(await misfits(page, 44), []);
  assert.deepEqual(await violations(page), []);
  await picture(page, 'limits-review-phone-light');
  assert.deepEqual(phone.troubles, []);
  await phone.context.close();
});
