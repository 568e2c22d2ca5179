import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, DESK_PERSON, PAGES, VIEWS, authenticatorCode, holdDown, misfits, pause, picture, violations } from './browser-desk.ts';

let desk: Desk;

before(async () => {
  // Fifty bars a second: there is something to see within seconds.
  desk = await Desk.start('--speed', '3000');
});
after(async () => {
  await desk.stop();
});

test('the first person opens the printed link and sees the run trade, on paper in plain sight', async () => {
  const watched = await desk.open();
  const { page, context, troubles, foreign } = watched;
  await desk.enroll(watched);
  await page.getByText('PAPER').first().waitFor();
  assert.match(await page.title(), /^PAPER · Overview/);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('banner').getByText(/\d,\d{3}\.\d{2} USDT/).waitFor();
  assert.equal(new URL(page.url()).hash, '');
  assert.deepEqual(troubles, []);
  assert.deepEqual(foreign, []);
  await context.close();
});

test('the link of the first start works once', async () => {
  const { page, context } = await desk.open();
  await page.goto(desk.firstRun);
  await page.getByLabel('Your name').fill('eve');
  await page.getByRole('textbox', { name: 'Password' }).fill('another long enough phrase');
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await page.getByRole('alert').filter({ hasText: 'That did not work' }).waitFor();
  await context.close();
});

for (const view of VIEWS) {
  test(`every page is accessible, quiet and fits: ${view.name}`, async () => {
    const { page, context, troubles, foreign } = await desk.open(view, true);
    const found: string[] = [];
    for (const path of PAGES) {
      await page.goto(desk.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
      await pause(1_200);
      const name = path === '/' ? 'overview' : path.slice(1);
      await picture(page, `${name}-${view.name}`);
      found.push(...(await violations(page)).map((text) => `${path}: ${text}`));
      found.push(...(await misfits(page, view.width < 640 ? 44 : 24)).map((text) => `${path}: ${text}`));
      assert.match(await page.locator('body').innerText(), /PAPER/, `${path} hides the mode`);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(troubles, []);
    assert.deepEqual(foreign, []);
    await context.close();
  });
}

test('who is not signed in is led to the sign-in page, and back after it', async () => {
  const watched = await desk.open();
  const { page, context } = watched;
  await page.goto(`${desk.url}/risk`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Name').fill(DESK_PERSON.name);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'That did not work' }).waitFor();
  await picture(page, 'sign-in-refused');
  await page.getByRole('textbox', { name: 'Password' }).fill(DESK_PERSON.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Risk', level: 1 }).waitFor();
  await context.close();
});

test('trading is halted by holding one button, and resumed by a longer hold', async () => {
  const { page, context } = await desk.open(VIEWS[1], true);
  await page.goto(desk.url);
  await page.getByRole('button', { name: /^HALT/ }).click();
  const hold = page.getByRole('button', { name: /^Stop new entries/ });
  await hold.click();
  assert.match(await hold.innerText(), /Press again/, 'one short press must not halt');
  await page.getByLabel('Reason').fill('browser test');
  await pause(5_200);
  await holdDown(page, hold, 1_500);
  await page.getByText('✓ Done: trading is halted').waitFor();
  // Of the market's day, which in a replay is another than ours.
  await page.getByText(/HALTED \d\d \w+ 2025 .* by ana: browser test/).waitFor();
  await picture(page, 'halted-phone-dark');
  const resume = page.getByRole('button', { name: /^Resume trading/ });
  await resume.focus();
  await page.keyboard.down(' ');
  await pause(2_400);
  await page.keyboard.up(' ');
  await page.getByText(/^HALTED \d/).waitFor({ state: 'hidden' });
  await context.close();
});

test('a dead server is told in words within seconds, nothing pretends to be live, and the page heals without reload', async () => {
  const { page, context } = await desk.open(VIEWS[0], true);
  await page.goto(desk.url);
  await page.getByText('Live', { exact: true }).waitFor();
  // The run has told which money it is.
  await page.getByText(/· no real money/).first().waitFor();
  await page.evaluate(() => { (globalThis as { mark?: number }).mark = 1; });
  await desk.kill();
  await page.getByText(/✕ Disconnected 0:\d\d/).waitFor({ timeout: 10_000 });
  assert.match(await page.title(), /^⚠ Disconnected · PAPER/);
  await picture(page, 'disconnected-desktop-dark');
  await page.getByRole('button', { name: /^HALT/ }).click();
  await page.getByLabel(/Or type HALT/).fill('halt');
  await page.keyboard.press('Enter');
  await page.getByText('✕ Not confirmed.').waitFor();
  await picture(page, 'halt-undelivered-desktop-dark');
  await desk.restart();
  await page.getByText('✓ Done: trading is halted').waitFor({ timeout: 60_000 });
  assert.equal(await page.evaluate(() => (globalThis as { mark?: number }).mark), 1, 'the page was loaded anew');
  await context.close();
});

test('a second factor is set up, asked for at the next sign-in, and a recovery code replaces it once', async () => {
  const { page, context } = await desk.enter();
  await page.goto(`${desk.url}/admin`);
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Set it up' }).click();
  const secret = await page.locator('[data-secret]').getAttribute('data-secret') ?? '';
  await page.getByLabel(/six digits/).fill(await authenticatorCode(secret));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByRole('list', { name: 'Recovery codes' }).waitFor();
  const codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
  assert.ok(codes.length >= 8);
  await context.close();

  const again = await desk.open();
  await desk.signIn(again, DESK_PERSON);
  await again.page.getByLabel('Code').fill(await authenticatorCode(secret, 1));
  await picture(again.page, 'second-factor-desktop-dark');
  await again.page.getByRole('button', { name: 'Continue' }).click();
  await again.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await again.context.close();

  const third = await desk.open();
  await desk.signIn(third, DESK_PERSON);
  await third.page.getByRole('button', { name: 'Use a recovery code' }).click();
  await third.page.getByLabel('Recovery code').fill(codes[0]);
  await third.page.getByRole('button', { name: 'Continue' }).click();
  await third.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await third.context.close();
});
