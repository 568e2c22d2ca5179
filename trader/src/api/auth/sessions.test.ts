import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { GOOD_PASSWORD, openAuthHouse, type AuthHouse, type HandBrowser } from '../../../test/auth-house.ts';
import type { SessionChange } from '../stream/gate.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let house: AuthHouse;
let ana: HandBrowser;
beforeEach(async () => {
  house = await openAuthHouse();
  ana = await house.signedIn('admin', 'ana');
});
afterEach(() => house.close());

/** A browser with the same cookies: another tab, or who has stolen them. */
function copyOf(browser: HandBrowser, address?: string): HandBrowser {
  const copy = house.browser(address);
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
}

describe('access', () => {
  test('ends after five minutes and comes back with a refresh', async () => {
    await house.pass(5 * MINUTE);
    await ana.fail('session-expired', 'GET', '/auth/me');
    await ana.succeed('POST', '/auth/refresh');
    await ana.succeed('GET', '/auth/me');
  });

  test('that was changed, signed by another key or not at all, opens nothing', async () => {
    const [header = '', payload = '', signature = ''] = (ana.cookies.get('algotrendy-access') ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      `${header}.${encode({ ...claims, exp: Number(claims['exp']) + 9_999 })}.${signature}`, `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${encode({ alg: 'HS256', kid: 'x' })}.${payload}.${signature}`, `${header}.${payload}.${signature.replace(/^../, 'AA')}`, 'nothing', '..',
    ];
    for (const token of forged) {
      const thief = house.browser();
      thief.cookies.set('algotrendy-access', token);
      await thief.fail('session-expired', 'GET', '/auth/me');
    }
  });

  test('that one process signed another one takes, also after its key was replaced', async () => {
    const beside = await openAuthHouse(house);
    const copy = beside.browser();
    copy.cookies.set('algotrendy-access', ana.cookies.get('algotrendy-access') ?? '');
    await copy.succeed('GET', '/auth/me');
    const keyOf = (browser: HandBrowser) => JSON.parse(Buffer.from((browser.cookies.get('algotrendy-access') ?? '').split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
    const first = keyOf(ana);
    for (let turn = 0; turn < 20; turn++) {
      await house.pass(20 * MINUTE);
      await ana.succeed('POST', '/auth/refresh');
    }
    assert.notEqual(keyOf(ana).kid, first.kid, 'keys rotate');
    copy.cookies.set('algotrendy-access', ana.cookies.get('algotrendy-access') ?? '');
    await copy.succeed('GET', '/auth/me');
    await beside.close();
  });
});

describe('a refresh', () => {
  test('by two tabs at once keeps both in, with the same successor', async () => {
    const tab = copyOf(ana);
    await Promise.all([ana.succeed('POST', '/auth/refresh'), tab.succeed('POST', '/auth/refresh')]);
    assert.equal(ana.cookies.get('algotrendy-refresh'), tab.cookies.get('algotrendy-refresh'));
    await ana.succeed('POST', '/auth/refresh');
  });

  test('that comes again after its successor was used ends the whole session, and is in the log', async () => {
    const thief = copyOf(ana, '10.66.0.1');
    await ana.succeed('POST', '/auth/refresh');
    await ana.succeed('POST', '/auth/refresh');
    await thief.fail('refresh-reused', 'POST', '/auth/refresh');
    await ana.fail('session-expired', 'POST', '/auth/refresh');
    await ana.fail('not-signed-in', 'GET', '/auth/me');
    const [entry] = await house.accounts.audit({ limit: 1, action: 'authRefresh', actor: 'ana' });
    assert.equal(entry?.address, '10.66.0.1');
    assert.match(entry?.detail ?? '', /came a second time/);
  });

  test('does not go on after half an hour of rest, nor after half a day', async () => {
    const rested = await house.signedIn('viewer');
    await house.pass(30 * MINUTE);
    await rested.fail('session-expired', 'POST', '/auth/refresh');
    const busy = house.browser();
    await busy.succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    for (let turn = 1; turn < 36; turn++) {
      await house.pass(20 * MINUTE);
      await busy.succeed('POST', '/auth/refresh');
    }
    await house.pass(20 * MINUTE);
    await busy.fail('session-expired', 'POST', '/auth/refresh');
  });
});

describe('sessions', () => {
  test('end by signing out, and nothing of them opens anything', async () => {
    const copy = copyOf(ana);
    await ana.succeed('POST', '/auth/sign-out');
    await copy.fail('session-expired', 'GET', '/auth/me');
    await copy.fail('session-expired', 'POST', '/auth/refresh');
    await ana.succeed('POST', '/auth/sign-out');
  });

  test('are listed for their owner, of everybody for administrators, and ended at once', async () => {
    const ben = await house.signedIn('trader', 'ben', '10.5.0.1');
    const own = (await ben.succeed('GET', '/sessions')).body['items'] as { id: string; userName: string; address: string; current: boolean }[];
    assert.deepEqual(own.map(({ userName, address, current }) => [userName, address, current]), [['ben', '10.5.0.1', true]]);
    const all = (await ana.succeed('GET', '/sessions')).body['items'] as { id: string; userName: string }[];
    const foreign = all.find(({ userName }) => userName === 'ana');
    await ben.fail('not-found', 'DELETE', `/sessions/${foreign?.id}`);
    await ana.succeed('DELETE', `/sessions/${own[0]?.id}`);
    await ben.fail('session-expired', 'GET', '/auth/me');
  });

  test('of one person are twenty at most: the one that rests longest ends', async () => {
    await house.pass(1_000);
    for (let count = 1; count < 20; count++) await house.browser().succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    await ana.succeed('GET', '/auth/me');
    await house.browser().succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    await ana.fail('session-expired', 'GET', '/auth/me');
  });

  test('but the present one end with a new password', async () => {
    const other = house.browser();
    await other.succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    await ana.fail('bad-credentials', 'POST', '/auth/password', { current: 'something else', next: 'four other good words' });
    await ana.fail('weak-password', 'POST', '/auth/password', { current: GOOD_PASSWORD, next: 'short' });
    await ana.succeed('POST', '/auth/password', { current: GOOD_PASSWORD, next: 'four other good words' });
    await ana.succeed('GET', '/auth/me');
    await other.fail('session-expired', 'GET', '/auth/me');
    await house.browser().fail('bad-credentials', 'POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
  });

  test('of somebody who is locked out, removed or has another role feel it with the next request', async () => {
    const ben = await house.signedIn('trader', 'ben');
    const { id } = (await ben.succeed('GET', '/auth/me')).body as { id: string };
    await ben.succeed('POST', '/control/halt', {});
    await ana.succeed('PATCH', `/users/${id}`, { role: 'viewer' });
    await ben.fail('role-too-low', 'POST', '/control/halt', {});
    await ana.succeed('PATCH', `/users/${id}`, { disabled: true });
    await ben.fail('session-expired', 'GET', '/auth/me');
    await house.browser('10.7.0.1').fail('bad-credentials', 'POST', '/auth/sign-in', { name: 'ben', password: GOOD_PASSWORD });
    await ana.succeed('DELETE', `/users/${id}`);
    await ana.fail('last-admin', 'PATCH', `/users/${((await ana.succeed('GET', '/auth/me')).body as { id: string }).id}`, { role: 'viewer' });
  });
});

describe('tokens of programs', () => {
  const make = async (browser: HandBrowser, role: string, days?: number) => (await browser.succeed('POST', '/tokens', { name: 'bot', role, ...(days !== undefined && { expiresInDays: days }) })).body as { secret: string; token: { id: string; lastFour: string } };
  const as = (secret: string) => ({ authorization: `Bearer ${secret}`, origin: undefined, 'x-algotrendy': undefined });

  test('open what their role may, need no cookie and no header of ours, and tell their last four letters', async () => {
    const { secret, token } = await make(ana, 'trader');
    assert.match(secret, /^algotrendy_[\w-]{43}$/);
    assert.equal(token.lastFour, secret.slice(-4));
    await house.browser().succeed('POST', '/control/halt', {}, as(secret));
    await house.browser().fail('role-too-low', 'GET', '/users', undefined, as(secret));
    assert.equal((await house.browser().succeed('GET', '/auth/me', undefined, as(secret))).body['via'], 'token');
    assert.ok(!JSON.stringify(await house.accounts.tokens()).includes(secret.slice(11, -4)));
  });

  test('are never above their owner, not even when the owner falls', async () => {
    const ben = await house.signedIn('trader', 'ben');
    await ben.fail('role-too-low', 'POST', '/tokens', { name: 'bot', role: 'admin' });
    const { secret } = await make(ben, 'trader');
    const { id } = (await ben.succeed('GET', '/auth/me')).body as { id: string };
    await ana.succeed('PATCH', `/users/${id}`, { role: 'viewer' });
    await house.browser().fail('role-too-low', 'POST', '/control/halt', {}, as(secret));
    await house.browser().succeed('GET', '/state', undefined, as(secret));
    await ana.succeed('PATCH', `/users/${id}`, { disabled: true });
    await house.browser().fail('session-expired', 'GET', '/state', undefined, as(secret));
  });

  test('cannot do what a person must confirm, nor touch passwords and factors', async () => {
    const { secret } = await make(ana, 'admin');
    await house.browser().fail('role-too-low', 'POST', '/users', { name: 'eve', role: 'admin' }, as(secret));
    await house.browser().fail('role-too-low', 'POST', '/tokens', { name: 'more', role: 'viewer' }, as(secret));
    await house.browser().fail('role-too-low', 'POST', '/auth/step-up', { password: GOOD_PASSWORD }, as(secret));
    await house.browser().fail('role-too-low', 'POST', '/auth/password', { current: GOOD_PASSWORD, next: 'four other good words' }, as(secret));
    await house.browser().succeed('GET', '/users', undefined, as(secret));
  });

  test('end when their owner is locked out, and do not come back with him', async () => {
    const ben = await house.signedIn('trader', 'ben');
    const { secret } = await make(ben, 'trader');
    const { id } = (await ben.succeed('GET', '/auth/me')).body as { id: string };
    await ana.succeed('PATCH', `/users/${id}`, { disabled: true });
    const [entry] = await house.accounts.audit({ limit: 1, action: 'changeUser' });
    assert.equal(entry?.detail, 'ben: trader, locked out, tokens revoked: 1');
    await ana.succeed('PATCH', `/users/${id}`, { disabled: false });
    await house.browser().fail('session-expired', 'POST', '/control/halt', {}, as(secret));
    await ben.succeed('POST', '/auth/sign-in', { name: 'ben', password: GOOD_PASSWORD });
  });

  test('end when their owner is reset, whose keys may be in wrong hands; the audit log says how many', async () => {
    const ben = await house.signedIn('trader', 'ben');
    const [first, own] = [await make(ben, 'trader'), await make(ana, 'viewer')];
    await make(ben, 'viewer');
    const { id } = (await ben.succeed('GET', '/auth/me')).body as { id: string };
    await ana.succeed('POST', `/users/${id}/reset`);
    await house.browser().fail('session-expired', 'POST', '/control/halt', {}, as(first.secret));
    assert.deepEqual(await house.accounts.tokens(id), []);
    await house.browser().succeed('GET', '/state', undefined, as(own.secret));
    const [entry] = await house.accounts.audit({ limit: 1, action: 'resetUser' });
    assert.equal(entry?.detail, 'ben, tokens revoked: 2');
  });

  test('end when they expire or are removed', async () => {
    const [short, long] = [await make(ana, 'viewer', 1), await make(ana, 'viewer')];
    await ana.succeed('DELETE', `/tokens/${long.token.id}`);
    await house.browser().fail('session-expired', 'GET', '/state', undefined, as(long.secret));
    await house.browser().succeed('GET', '/state', undefined, as(short.secret));
    await house.pass(24 * HOUR);
    await house.browser().fail('session-expired', 'GET', '/state', undefined, as(short.secret));
  });
});

describe('connections', () => {
  const request = (headers: Readonly<Record<string, string>>) => ({ headers: { host: '127.0.0.1:7070', ...headers }, socket: { remoteAddress: '10.0.0.3' } }) as unknown as Parameters<AuthHouse['auth']['sockets']['authenticate']>[0];
  const cookieOf = (browser: HandBrowser) => `algotrendy-access=${browser.cookies.get('algotrendy-access') ?? ''}`;

  test('are let in by the cookie from our own pages, or by a token; never from a foreign page', async () => {
    const mine = { cookie: cookieOf(ana), origin: 'http://127.0.0.1:7070' };
    const entry = await house.auth.sockets.authenticate(request(mine));
    assert.equal(entry.ok && entry.value.role, 'admin');
    for (const headers of [{ ...mine, origin: 'http://evil.example' }, { cookie: cookieOf(ana) }, { ...mine, host: 'evil.example', origin: 'http://evil.example' }, {}]) {
      const refused = await house.auth.sockets.authenticate(request(headers));
      assert.ok(!refused.ok && refused.error.kind === 'forbidden', JSON.stringify(headers));
    }
    const ended = await house.auth.sockets.authenticate(request({ ...mine, cookie: 'algotrendy-access=x.y.z' }));
    assert.ok(!ended.ok && ended.error.kind === 'unauthenticated');
    // A page of ours whose access has run out will refresh and come again: told so, and not listed.
    const idle = await house.auth.sockets.authenticate(request({ origin: 'http://127.0.0.1:7070' }));
    assert.ok(!idle.ok && idle.error.kind === 'unauthenticated');
    assert.deepEqual((await house.accounts.audit({ limit: 9, action: 'connect' })).map(({ outcome, address, detail }) => [outcome, address, detail.split(':')[0]]), [
      ['refused', '10.0.0.3', 'unauthenticated'], ...Array.from({ length: 4 }, () => ['refused', '10.0.0.3', 'forbidden']),
    ]);
  });

  test('hear of renewal, of another role, and of the end, also where another process ended it', async () => {
    const ben = await house.signedIn('trader', 'ben');
    const changes: SessionChange[] = [];
    house.auth.sockets.watch((change) => { changes.push(change); });
    const entry = await house.auth.sockets.authenticate(request({ cookie: cookieOf(ben), origin: 'http://127.0.0.1:7070' }));
    assert.ok(entry.ok);
    const { session } = entry.value;
    await house.pass(1_000);
    await ben.succeed('POST', '/auth/refresh');
    assert.deepEqual(changes.at(-1), { kind: 'renewed', session, role: 'trader', expiresAt: house.clock.now() + 5 * MINUTE });
    const { id } = (await ben.succeed('GET', '/auth/me')).body as { id: string };
    await ana.succeed('PATCH', `/users/${id}`, { role: 'viewer' });
    assert.deepEqual(changes.at(-1), { kind: 'renewed', session, role: 'viewer', expiresAt: house.clock.now() + 5 * MINUTE });
    await house.accounts.endSession(session);
    await house.pass(10_000);
    assert.deepEqual(changes.at(-1), { kind: 'ended', session });
  });
});
