import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fastify } from 'fastify';
import { GOOD_PASSWORD, openAuthHouse, totpAt, type AuthHouse, type HandBrowser } from '../../../test/auth-house.ts';
import { ROUTES, type RouteFacts, type RouteName } from '../routes.ts';
import { holds, ROLES } from './access.ts';
import { verifyAudit } from './security-handlers.ts';

const MINUTE = 60_000;

let house: AuthHouse;
let ana: HandBrowser;
beforeEach(async () => {
  house = await openAuthHouse();
  ana = await house.signedIn('admin', 'ana');
});
afterEach(() => house.close());

const routes = Object.entries(ROUTES) as [RouteName, RouteFacts][];
/** A path with something in the place of each parameter. */
const pathOf = ({ path }: RouteFacts) => path.replaceAll(/:\w+/g, 'x');

describe('the route table', () => {
  for (const role of [undefined, ...ROLES]) {
    test(`lets ${role ?? 'nobody in particular'} into what it says and into nothing else`, async () => {
      const browser = role === undefined ? house.browser() : role === 'admin' ? ana : await house.signedIn(role);
      const [cookies, wrong] = [[...browser.cookies], [] as string[]];
      for (const [name, route] of routes) {
        for (const [cookie, value] of cookies) browser.cookies.set(cookie, value);
        // Signing out is as allowed as the rest, and would end the walk.
        if (name === 'authSignOut' || name === 'authRefresh') continue;
        const { status, body } = await browser.ask(route.method, pathOf(route), route.method === 'GET' ? undefined : {});
        const refused = ['not-signed-in', 'session-expired', 'role-too-low', 'csrf', 'step-up-needed'].includes(String(body['code']));
        const allowed = role === undefined ? route.access.role === 'public' : holds(role, route.access.role);
        if (refused === allowed) wrong.push(`${name}: ${status} ${String(body['code'])}`);
      }
      assert.deepEqual(wrong, []);
    });
  }

  test('is the only way to add a route: one that does not say who may use it stops the start', () => {
    const app = fastify();
    house.auth.install(app);
    app.get('/', () => 'a page');
    assert.throws(() => { app.get('/api/v1/forgotten', () => ({})); }, /GET \/api\/v1\/forgotten does not say who may use it/);
  });
});

describe('a forged request', () => {
  test('from another page, without our header or under another name is refused, with the cookie or without', async () => {
    const foreign = [
      { 'x-algotrendy': undefined }, { 'x-algotrendy': '0' }, { origin: 'http://evil.example' }, { origin: 'null' }, { origin: 'http://127.0.0.1:7071' },
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { host: 'evil.example', origin: 'http://evil.example' },
    ];
    for (const headers of foreign) {
      await ana.fail('csrf', 'POST', '/control/halt', {}, headers);
      await house.browser().fail('csrf', 'POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD }, headers);
    }
    await ana.fail('csrf', 'GET', '/state', undefined, { host: 'evil.example:7070' });
    for (const host of ['localhost:7070', '[::1]:7070', '192.168.1.20:7070', 'trader.example']) await ana.succeed('POST', '/control/halt', {}, { host, origin: `http://${host}` });
  });
});

describe('step-up', () => {
  test('counts for five minutes after signing in or confirming, by password where there is no second factor', async () => {
    await house.pass(4 * MINUTE);
    await ana.succeed('POST', '/auth/refresh');
    await ana.succeed('POST', '/users', { name: 'ben', role: 'viewer' });
    await house.pass(2 * MINUTE);
    await ana.succeed('POST', '/auth/refresh');
    await ana.fail('step-up-needed', 'POST', '/users', { name: 'cem', role: 'viewer' });
    await ana.fail('bad-credentials', 'POST', '/auth/step-up', { password: 'wrong password' });
    const before = ana.cookies.get('algotrendy-refresh');
    await ana.succeed('POST', '/auth/step-up', { password: GOOD_PASSWORD });
    assert.notEqual(ana.cookies.get('algotrendy-refresh'), before, 'who had read the old tokens has not confirmed');
    await ana.succeed('POST', '/users', { name: 'cem', role: 'viewer' });
  });

  test('takes the second factor where there is one, and then no password', async () => {
    const { secret } = (await ana.succeed('POST', '/auth/totp')).body as { secret: string };
    await ana.succeed('POST', '/auth/totp/confirm', { code: totpAt(secret, house.clock.now()) });
    await house.pass(6 * MINUTE);
    await ana.succeed('POST', '/auth/refresh');
    await ana.fail('step-up-needed', 'DELETE', '/auth/totp');
    await ana.fail('bad-credentials', 'POST', '/auth/step-up', { password: GOOD_PASSWORD });
    await ana.succeed('POST', '/auth/step-up', { code: totpAt(secret, house.clock.now()) });
    await ana.succeed('DELETE', '/auth/totp');
    assert.equal((await ana.succeed('GET', '/auth/me')).body['secondFactor'], false);
  });

  test('is asked of orders only where they cost real money, and never of stopping', async () => {
    await house.pass(6 * MINUTE);
    await ana.succeed('POST', '/auth/refresh');
    await ana.succeed('POST', '/orders', {});
    await ana.succeed('POST', '/auth/step-up', { password: GOOD_PASSWORD });
    const { secret } = (await ana.succeed('POST', '/auth/totp')).body as { secret: string };
    await ana.succeed('POST', '/auth/totp/confirm', { code: totpAt(secret, house.clock.now()) });
    await house.pass(6 * MINUTE);
    await ana.succeed('POST', '/auth/refresh');
    house.real = true;
    await ana.fail('step-up-needed', 'POST', '/orders', {});
    for (const [method, path] of [['POST', '/control/halt'], ['DELETE', '/orders/x'], ['POST', '/orders/cancel-all']] as const) await ana.succeed(method, path, {});
  });
});

/** Where real money is traded, a second factor is demanded of whoever trades. */
async function setUpFactor(browser: HandBrowser): Promise<string> {
  const { secret } = (await browser.succeed('POST', '/auth/totp')).body as { secret: string };
  await browser.succeed('POST', '/auth/totp/confirm', { code: totpAt(secret, house.clock.now()) });
  return secret;
}

describe('four eyes', () => {
  test('are for real money: on paper each of two administrators, and a trader, resumes alone', async () => {
    const [ben, trader] = [await house.signedIn('admin', 'ben'), await house.signedIn('trader')];
    for (const each of [ana, ben, trader]) await each.succeed('POST', '/control/resume', {});
    assert.deepEqual((await ben.succeed('GET', '/approvals')).body['items'], []);
  });

  test('of one administrator decide alone; where there are two the other one approves, that very request, once', async () => {
    await setUpFactor(ana);
    house.real = true;
    await ana.succeed('POST', '/control/resume', {});
    const ben = await house.signedIn('admin', 'ben');
    await setUpFactor(ben);
    const { body } = await ana.fail('second-admin-needed', 'POST', '/control/resume', { reason: 'calm again' });
    const id = String(body['approval']);
    assert.equal((await ana.fail('second-admin-needed', 'POST', '/control/resume', { reason: 'calm again' })).body['approval'], id, 'asking again asks for the same');
    await ana.fail('role-too-low', 'POST', `/approvals/${id}/approve`);
    await ana.fail('second-admin-needed', 'POST', '/control/resume', { reason: 'calm again' }, { 'x-approval': id });
    const waiting = (await ben.succeed('GET', '/approvals')).body['items'] as { id: string; by: string; action: string; detail: string; state: string }[];
    assert.deepEqual(waiting.map(({ by, action, state }) => [by, action, state]), [['ana', 'resume', 'waiting']]);
    assert.match(waiting[0]?.detail ?? '', /calm again/);
    await ben.succeed('POST', `/approvals/${id}/approve`);
    await ana.fail('second-admin-needed', 'POST', '/control/resume', { reason: 'something else' }, { 'x-approval': id });
    await ben.fail('second-admin-needed', 'POST', '/control/resume', { reason: 'calm again' }, { 'x-approval': id });
    await ana.succeed('POST', '/control/resume', { reason: 'calm again' }, { 'x-approval': id });
    await ana.fail('second-admin-needed', 'POST', '/control/resume', { reason: 'calm again' }, { 'x-approval': id });
  });

  test('an approval that was refused or lay for a quarter of an hour is worth nothing', async () => {
    const ben = await house.signedIn('admin', 'ben');
    const [secret] = [await setUpFactor(ana), await setUpFactor(ben)];
    house.real = true;
    const first = String((await ana.fail('second-admin-needed', 'POST', '/control/resume', {})).body['approval']);
    await ben.succeed('POST', `/approvals/${first}/refuse`);
    const second = String((await ana.fail('second-admin-needed', 'POST', '/control/resume', {}, { 'x-approval': first })).body['approval']);
    assert.notEqual(second, first);
    await house.pass(4 * MINUTE);
    await ben.succeed('POST', `/approvals/${second}/approve`);
    await house.pass(11 * MINUTE);
    await ana.succeed('POST', '/auth/refresh');
    await ana.succeed('POST', '/auth/step-up', { code: totpAt(secret, house.clock.now()) });
    await ana.fail('second-admin-needed', 'POST', '/control/resume', {}, { 'x-approval': second });
  });
});

describe('a demanded second factor', () => {
  test('is demanded of traders and administrators wherever real money is traded', async () => {
    const viewer = await house.signedIn('viewer');
    house.real = true;
    await house.pass(2_000);
    await ana.fail('second-factor-needed', 'POST', '/orders', {});
    await ana.fail('second-factor-needed', 'GET', '/users');
    await viewer.succeed('GET', '/state');
  });

  test('shuts everything but setting one up, signing out and confirming', async () => {
    const ben = await house.signedIn('trader', 'ben');
    await ana.succeed('PATCH', '/settings', { requireSecondFactor: true });
    await ben.fail('second-factor-needed', 'GET', '/state');
    assert.equal((await ben.succeed('GET', '/auth/me')).body['enrolling'], true);
    const { secret } = (await ben.succeed('POST', '/auth/totp')).body as { secret: string };
    await ben.succeed('POST', '/auth/totp/confirm', { code: totpAt(secret, house.clock.now()) });
    await ben.succeed('GET', '/state');
  });
});

describe('the audit log', () => {
  test('has every change, sign-in and refusal: who, from where, what, outcome; and its chain is whole', async () => {
    const ben = await house.signedIn('viewer', 'ben', '10.8.0.1');
    await ben.ask('POST', '/orders', { side: 'buy' });
    await ben.ask('GET', '/users');
    await ana.succeed('POST', '/control/halt', {});
    await house.browser('10.8.0.2').ask('POST', '/auth/sign-in', { name: 'ben', password: 'wrong password' });
    const { items } = (await ana.succeed('GET', '/audit?limit=4')).body as { items: { actor: string; via: string; action: string; subject: string; outcome: string; address: string; detail: string }[] };
    assert.deepEqual(items.map(({ actor, action, subject, outcome, address, detail }) => [actor, action, subject, outcome, address, detail]), [
      ['nobody', 'authSignIn', 'ben', 'refused', '10.8.0.2', 'bad-credentials'],
      ['ana', 'halt', '', 'done', '127.0.0.1', ''],
      ['ben', 'listUsers', '', 'refused', '10.8.0.1', 'role-too-low'],
      ['ben', 'placeOrder', '', 'refused', '10.8.0.1', 'role-too-low'],
    ]);
    assert.match(items[1]?.via ?? '', /^session [0-9a-f]{20}$/);
    const check = (await ana.succeed('GET', '/audit/verify')).body;
    assert.deepEqual([check['whole'], check['brokenAt']], [true, null]);
  });

  test('does not list what a page reads, and goes on from a cursor without gap or repetition', async () => {
    for (let turn = 0; turn < 7; turn++) {
      await ana.succeed('GET', '/state');
      await ana.succeed('POST', '/control/halt', {});
    }
    const seen: number[] = [];
    let cursor = '';
    for (;;) {
      const { items, next } = (await ana.succeed('GET', `/audit?limit=3${cursor}`)).body as { items: { sequence: number }[]; next: string | null };
      seen.push(...items.map(({ sequence }) => sequence));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    assert.deepEqual(seen, Array.from({ length: seen.length }, (_, index) => seen.length - index));
    await ana.fail('bad-cursor', 'GET', '/audit?cursor=zero');
  });

  test('is not flooded by strangers, and says how many it did not list', async () => {
    const before = await house.accounts.auditCount();
    for (let turn = 0; turn < 40; turn++) await house.browser('10.9.0.1').ask('POST', '/orders', {});
    assert.equal(await house.accounts.auditCount() - before, 10);
    await house.pass(MINUTE);
    await house.browser('10.9.0.1').ask('POST', '/orders', {});
    const [entry] = await house.accounts.audit({ limit: 1 });
    assert.match(entry?.detail ?? '', /and 30 more before, not listed/);
    assert.equal((await verifyAudit(house.accounts)).whole, true);
  });

  test('holds no secret, whatever is sent where', async () => {
    const planted = 'pLaNtEd-s3cret-value-0123456789';
    const browser = house.browser('10.10.0.1');
    await browser.ask('POST', '/auth/sign-in', { name: planted, password: planted });
    await browser.ask('POST', '/auth/set-password', { token: planted, password: planted });
    await ana.ask('POST', '/auth/password', { current: planted, next: planted });
    await ana.ask('POST', '/auth/step-up', { password: planted, code: planted });
    await ana.succeed('PUT', '/venue-keys/mock/demo', { fields: { key: `id ${planted}`, secret: planted } });
    await ana.ask('GET', '/auth/me', undefined, { authorization: `Bearer ${planted}` });
    const { secret } = (await ana.succeed('POST', '/tokens', { name: 'bot', role: 'viewer' })).body as { secret: string };
    const log = JSON.stringify(await house.accounts.auditAfter(0, 1_000));
    for (const value of [planted, secret, GOOD_PASSWORD, ana.cookies.get('algotrendy-access') ?? '', ana.cookies.get('algotrendy-refresh') ?? '']) assert.ok(!log.includes(value), value);
    assert.equal(house.shelf.given.length, 1, 'the key has arrived where it belongs');
    const answers = JSON.stringify((await ana.succeed('GET', '/venue-keys')).body);
    assert.ok(!answers.includes(planted) && answers.includes('"changedBy":"ana"'), answers);
  });
});
