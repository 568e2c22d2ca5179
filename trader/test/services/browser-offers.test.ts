import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, PAGES, pause, picture, VIEWS, type Watched } from './browser-desk.ts';

const PASSWORD = 'a long enough phrase of their own';
let desk: Desk;

before(async () => {
  desk = await Desk.start('--speed', '3000');
  const admin = await desk.open();
  await desk.enroll(admin);
  for (const role of ['viewer', 'trader'] as const) await join(admin, role);
  await admin.context.close();
});
after(async () => {
  await desk.stop();
});

/** Lets somebody in with a role, as an administrator and they do together. */
async function join({ page }: Watched, role: 'viewer' | 'trader'): Promise<void> {
  const path = await page.evaluate<string>(`fetch('/api/v1/users', { method: 'POST', headers: { 'content-type': 'application/json', 'x-algotrendy': '1', 'idempotency-key': '${role}' }, body: JSON.stringify({ name: 'the ${role}', role: '${role}' }) }).then((answer) => answer.json()).then(({ invitation }) => invitation.path)`);
  const guest = await desk.open();
  await guest.page.goto(desk.url + path);
  await guest.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await guest.page.getByRole('button', { name: 'Set the password' }).click();
  await guest.page.getByRole('button', { name: 'Later' }).click();
  await guest.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await guest.context.close();
}

for (const role of ['viewer', 'trader'] as const) {
  test(`nothing that is offered to a ${role} is refused`, { timeout: 240_000 }, async () => {
    const watched = await desk.open();
    const { page, context } = watched;
    const wrong: string[] = [];
    page.on('response', (response) => { if (response.status() === 403) wrong.push(`${page.url()}: ${response.request().method()} ${response.url()} was refused`); });
    await desk.signIn(watched, { name: `the ${role}`, password: PASSWORD });
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    let pressed = 0;
    for (const path of PAGES) {
      await page.goto(desk.url + path);
      await page.getByText(/· no real money/).first().waitFor();
      await pause(900);
      const walked = await page.evaluate<{ readonly pressed: number; readonly denied: readonly string[] }>(WALK);
      pressed += walked.pressed;
      wrong.push(...walked.denied.map((text) => `${path}: ${text}`));
    }
    await picture(page, `offers-${role}-desktop-dark`);
    assert.deepEqual([...new Set(wrong)], []);
    assert.ok(pressed > (role === 'viewer' ? 40 : 80), `only ${pressed} pressed`);
    await context.close();
  });
}

test('what a viewer may not do is in sight and says which role it takes', { timeout: 240_000 }, async () => {
  const watched = await desk.open();
  const { page, context } = watched;
  await desk.signIn(watched, { name: 'the viewer', password: PASSWORD });
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  for (const [path, name] of [['/strategies', /^Add a strategy/], ['/risk', /^Change…/], ['/trade', /^Review buy/], ['/backtests', /^Run backtest/]] as const) {
    await page.goto(desk.url + path);
    // So many presses before may have used up what an address may ask in a minute: then the page asks again.
    const button = page.getByRole('button', { name }).and(page.locator('[aria-disabled=true]')).filter({ hasText: 'needs role: trader' });
    await button.first().waitFor({ timeout: 90_000 });
  }
  await page.goto(`${desk.url}/trade`);
  assert.equal(await page.getByRole('form', { name: /^Order for/ }).getByLabel('Stop-loss').isDisabled(), true);
  await picture(page, 'trade-viewer-desktop-dark');
  await context.close();
  const phone = await desk.open(VIEWS[1]);
  await desk.signIn(phone, { name: 'the viewer', password: PASSWORD });
  await phone.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await phone.page.goto(`${desk.url}/trade`);
  for (const name of [/^Sell/, /^Buy/]) await phone.page.getByRole('button', { name }).and(phone.page.locator('[aria-disabled=true]')).last().waitFor();
  await picture(phone.page, 'trade-viewer-phone-dark');
  await phone.context.close();
});

/**
 * Presses every button that is offered on a page, under each of its tabs and in each window that opens, twice where it wants to be
 * held; tells what opened only to say that it is not allowed. HALT is offered to all and says inside whom it takes.
 */
const WALK = `(async () => {
  const rest = (ms) => new Promise((done) => setTimeout(done, ms));
  const named = (button) => (button.getAttribute('aria-label') || button.textContent || '').trim();
  const offered = (within) => [...within.querySelectorAll('button')].filter((button) => button.checkVisibility() && !button.disabled && button.getAttribute('aria-disabled') !== 'true' && button.getAttribute('role') !== 'tab' && !/^(Sign out|End|Halt…|Resume or flatten…)/.test(named(button)));
  const sheet = () => document.querySelector('[role=dialog]');
  const denied = [];
  let pressed = 0;
  const close = async () => {
    for (let depth = 0; depth < 5 && sheet() !== null; depth++) {
      (document.activeElement || document.body).dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      await rest(150);
    }
  };
  const press = async (within) => {
    const seen = new Set();
    for (const button of offered(within)) {
      if (!button.isConnected || seen.has(named(button))) continue;
      seen.add(named(button));
      pressed++;
      button.click();
      await rest(100);
      const opened = sheet();
      if (opened === null) continue;
      const role = /needs role: \\w+/.exec(opened.textContent);
      if (role !== null) denied.push('"' + named(button) + '" opens a window that says ' + role[0]);
      for (const inner of offered(opened)) {
        if (!inner.isConnected) continue;
        pressed++;
        inner.click();
        await rest(30);
        if (inner.isConnected) inner.click();
        await rest(60);
      }
      await close();
    }
  };
  const main = document.querySelector('main');
  const tabs = [...main.querySelectorAll('[role=tab]')];
  await press(main);
  for (const tab of tabs) {
    if (!tab.isConnected) continue;
    tab.click();
    await rest(600);
    await press(main);
  }
  return { pressed, denied };
})()`;
