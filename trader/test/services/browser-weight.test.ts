import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Desk, PAGES, pause } from './browser-desk.ts';

let desk: Desk;

before(async () => {
  desk = await Desk.start();
  const first = await desk.open();
  await desk.enroll(first);
  await first.context.close();
});
after(async () => {
  await desk.stop();
});

/** Kilobytes of all scripts that a page takes, as gzip sends them. */
async function scriptKb(path: string, signedIn: boolean): Promise<number> {
  const { page, context } = await desk.open(undefined, signedIn);
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (/\.js(\?|$)/.test(response.url())) sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length, () => 0));
  });
  await page.goto(desk.url + path);
  if (path === '/trade') await page.locator('canvas').first().waitFor();
  // What comes behind the first sight, too, however slow the machine is.
  await page.waitForLoadState('networkidle');
  await pause(2_500);
  await page.waitForLoadState('networkidle');
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  await context.close();
  return bytes / 1000;
}

test('the sign-in page takes at most 200 kB of scripts, the trade page 300', async () => {
  const [signIn, trade] = [await scriptKb('/sign-in', false), await scriptKb('/trade', true)];
  assert.ok(signIn > 50 && signIn <= 200, `sign-in takes ${signIn.toFixed(0)} kB`);
  assert.ok(trade > 100 && trade <= 300, `trade takes ${trade.toFixed(0)} kB`);
});

test('the trade page names the library of its chart, so that it is fetched beside its own scripts', async () => {
  const html = await (await fetch(`${desk.url}/trade`)).text();
  const named = [...html.matchAll(/<link rel="preload"[^>]*href="([^"]+\.js)"/g)].map(([, path]) => path ?? '');
  const texts = await Promise.all(named.map(async (path) => (await fetch(desk.url + path)).text()));
  assert.ok(texts.some((text) => text.includes('lightweight-charts')));
});

test('every page is served with a policy that names its inline scripts by hash and allows no other', async () => {
  for (const path of [...PAGES, '/sign-in', '/first-run', '/set-password', '/no-such-page']) {
    const answer = await fetch(desk.url + path, { headers: { accept: 'text/html' } });
    const policy = answer.headers.get('content-security-policy') ?? '';
    const html = await answer.text();
    assert.equal(answer.status, path === '/no-such-page' ? 404 : 200);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
    assert.doesNotMatch(html, /\sstyle="|noModule/, path);
    const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text]) => `'sha256-${createHash('sha256').update(text ?? '').digest('base64')}'`);
    assert.ok(inline.length > 0, path);
    for (const hash of inline) assert.ok(policy.includes(hash), `${path}: a script of its own is not in its policy`);
  }
});

test('an injected script does not run', async () => {
  const { page, context, troubles } = await desk.open(undefined, true);
  await page.goto(desk.url);
  await page.evaluate(`{ const script = document.createElement('script'); script.textContent = 'window.injected = 1'; document.head.append(script); }`);
  assert.equal(await page.evaluate('window.injected'), undefined);
  assert.ok(troubles.some((text) => text.includes('Content Security Policy')));
  await context.close();
});
