import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, DESK_PERSON, VIEWS, pause, picture, violations, type Watched } from './browser-desk.ts';

const VIEWER = { name: 'vera', password: 'looking is quite enough for me' };

let desk: Desk;
let admin: Watched;

before(async () => {
  desk = await Desk.start('--speed', '3000');
  admin = await desk.open();
  await desk.enroll(admin);
});
after(async () => {
  await desk.stop();
});

test('an administrator invites a viewer by a one-time link, and the viewer chooses a password', async () => {
  const { page } = admin;
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('tab', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Invite…' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(VIEWER.name);
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByText(`${desk.url}/set-password#`).innerText();
  const guest = await desk.open();
  await guest.page.goto(link);
  await guest.page.getByRole('textbox', { name: 'Password' }).fill(VIEWER.password);
  await guest.page.getByRole('button', { name: 'Set the password' }).click();
  await guest.page.getByRole('button', { name: 'Later' }).click();
  await guest.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.deepEqual(guest.foreign, []);
  await guest.context.close();
});

test('a viewer sees everything that trades, and every control that is denied says which role it needs', async () => {
  const viewer = await desk.open(VIEWS[0]);
  const { page, context } = viewer;
  await desk.signIn(viewer, VIEWER);
  await page.getByRole('banner').getByText(/\d,\d{3}\.\d{2} USDT/).waitFor();
  await page.getByRole('button', { name: /^HALT/ }).click();
  const halt = page.getByRole('button', { name: /^Stop new entries/ });
  await halt.getByText('needs role: trader').waitFor();
  assert.equal(await halt.getAttribute('aria-disabled'), 'true');
  await halt.click({ force: true });
  await pause(300);
  assert.equal(await page.getByText('Press again').count(), 0);
  await picture(page, 'halt-denied-desktop-dark');
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('tab', { name: 'Audit log' }).click();
  await page.getByText('No permission: needs role: admin').waitFor();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('button', { name: /Keep/ }).and(page.locator('[aria-disabled=true]')).waitFor();
  const answer = await page.evaluate(`fetch('/api/v1/control/halt', { method: 'POST', headers: { 'content-type': 'application/json', 'x-algotrendy': '1', 'idempotency-key': 'k' }, body: '{"scope":"flatten","reason":"x"}' }).then((answer) => answer.status)`);
  assert.equal(answer, 403, 'what the page hides, the server must refuse too');
  await context.close();
});

test('a person who is locked out loses the open page at once', async () => {
  const viewer = await desk.open();
  await desk.signIn(viewer, VIEWER);
  await viewer.page.getByRole('banner').getByText(/\d,\d{3}\.\d{2} USDT/).waitFor();
  const { page } = admin;
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('tab', { name: 'People' }).click();
  await page.getByRole('button', { name: `Change ${VIEWER.name}` }).click();
  await page.getByRole('button', { name: 'Lock out' }).click();
  await viewer.page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 15_000 });
  await viewer.context.close();
});

test('every place is reached and trading is stopped with the keyboard alone, and the focus is always seen', async () => {
  const { page, context } = await desk.enter();
  for (const [key, title] of [['r', 'Risk'], ['a', 'Admin'], ['o', 'Overview']] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  }
  const unseen: string[] = [];
  await page.keyboard.press('Tab');
  for (let stop = 0; stop < 25; stop++) {
    unseen.push(...await page.evaluate<string[]>(FIND_UNSEEN_FOCUS));
    await page.keyboard.press('Tab');
  }
  assert.deepEqual(unseen, []);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').and(page.locator(':focus')).waitFor();
  for (let step = 0; step < 13; step++) await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate<boolean>(`(() => {
    const [list, entry] = ['[role=listbox]', '[role=option][aria-selected=true]'].map((place) => document.querySelector(place).getBoundingClientRect());
    return entry.top >= list.top - 1 && entry.bottom <= list.bottom + 1;
  })()`), true, 'what Enter would choose is in sight');
  await page.keyboard.type('light');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  const button = page.getByRole('button', { name: /^HALT/ });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByLabel(/Or type HALT/).focus();
  await page.keyboard.type('HALT');
  await page.keyboard.press('Enter');
  await page.getByText('✓ Done: trading is halted').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(`document.activeElement?.textContent?.startsWith('HALT')`), true, 'the focus goes back to where it came from');
  await context.close();
});

test('who cannot hold confirms by two presses', async () => {
  const { page, context } = await desk.enter();
  await page.getByRole('button', { name: /^You:/ }).click();
  await page.getByLabel('Confirm by two presses instead of holding').check();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^HALTED/ }).click();
  const resume = page.getByRole('button', { name: /^Resume trading/ });
  await resume.click();
  await resume.click();
  await page.getByText('Trading goes on').waitFor();
  for (const key of ['Enter', ' ']) {
    await page.getByRole('button', { name: /^HALT/ }).click();
    const stop = page.getByRole('button', { name: /^Stop (new entries|and cancel orders)/ });
    await stop.focus();
    await page.keyboard.press(key);
    await page.getByText('Press again to confirm').waitFor();
    await page.keyboard.press(key);
    await page.getByText('✓ Done: trading is halted').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
  await context.close();
});

test('a halt is sent as it was chosen, whoever else halts or resumes while the form is open', async () => {
  const { page, context } = await desk.enter();
  const elsewhere = (what: string, body: string): Promise<unknown> => page.evaluate(`fetch('/api/v1/control/${what}', { method: 'POST', headers: { 'content-type': 'application/json', 'x-algotrendy': '1', 'idempotency-key': 'elsewhere-${what}' }, body: '${body}' })`);
  await elsewhere('resume', '{}');
  await page.getByRole('button', { name: 'HALT trading' }).click();
  const hold = page.getByRole('button', { name: /^Stop new entries/ });
  await hold.waitFor();
  await elsewhere('halt', '{"scope":"entries","reason":"lunch"}');
  await page.getByRole('dialog', { name: 'Trading is halted' }).waitFor();
  assert.equal(await hold.count(), 1, 'what is held for stays what it was');
  const sent = page.waitForRequest(/control\/halt$/);
  await page.getByLabel(/Or type HALT/).fill('HALT');
  await page.keyboard.press('Enter');
  assert.equal((JSON.parse((await sent).postData() ?? '{}') as { scope: string }).scope, 'entries');
  await page.getByText('✓ Done: trading is halted').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^HALTED/ }).click();
  await page.getByRole('button', { name: /^Stop and cancel orders/ }).waitFor();
  assert.equal(await hold.count(), 0, 'what is done already is not offered by who opens it then');
  await context.close();
});

test('every page bears the name that an administrator gave, and a key goes to an account that its venue has', async () => {
  const { page, context } = await desk.enter();
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel('Name of this installation').fill('Desk of the north');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByText('Settings are kept').waitFor();
  await page.goto(`${desk.url}/risk`);
  await page.getByRole('banner').getByText('Desk of the north').waitFor();
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('tab', { name: 'Venue keys' }).click();
  await page.getByRole('button', { name: 'Add or replace…' }).click();
  await page.getByLabel('Venue', { exact: true }).selectOption('coinbase');
  await page.getByLabel('key', { exact: true }).fill('k');
  await page.getByLabel('secret', { exact: true }).fill('s');
  const asked = page.waitForRequest((request) => request.method() === 'PUT');
  await page.route('**/venue-keys/**', (route) => route.abort());
  await page.getByRole('button', { name: 'Keep it' }).click();
  assert.match((await asked).url(), /\/venue-keys\/coinbase\/live$/);
  await context.close();
});

test('what asks for your presence asks once, and then goes on with the very same request', async () => {
  const { page, context } = await desk.enter();
  const keys: (string | undefined)[] = [];
  await page.route('**/api/v1/tokens', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ code: 'step-up-needed', status: 403, title: 'Confirm that it is you', detail: 'Confirm that it is you' }) });
  });
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('tab', { name: 'API tokens' }).click();
  await page.getByRole('button', { name: 'New token…' }).click();
  await page.getByLabel('What it is for').fill('a program');
  await page.getByRole('button', { name: 'Make it' }).click();
  const sheet = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await picture(page, 'step-up-desktop-dark');
  await sheet.getByRole('textbox', { name: 'Password' }).fill(DESK_PERSON.password);
  await sheet.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('dialog', { name: 'The token' }).waitFor();
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  await context.close();
});

test('the page reflows in 320 pixels', async () => {
  const { page, context } = await desk.enter({ name: 'narrow', width: 320, height: 640, theme: 'dark' });
  for (const path of ['/', '/risk', '/admin', '/trade', '/strategies', '/backtests', '/data', '/models']) {
    await page.goto(desk.url + path);
    await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
    await pause(800);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    await picture(page, `narrow-${path === '/' ? 'overview' : path.slice(1)}`);
    assert.ok(width <= 320, `${path} is ${width} wide in 320`);
  }
  await context.close();
});

/** Whether what has the focus shows it: an outline of its own or of what it lies in. */
const FIND_UNSEEN_FOCUS = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return [];
  const ring = [element, ...(element.labels ?? [])].some((each) => { const { outlineStyle, outlineWidth } = getComputedStyle(each); return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2; });
  return ring ? [] : [element.outerHTML.slice(0, 120)];
})()`;
