import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { GOOD_PASSWORD, openAuthHouse, totpAt, type AuthHouse, type HandBrowser } from '../../../test/auth-house.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let house: AuthHouse;
beforeEach(async () => { house = await openAuthHouse(); });
afterEach(() => house.close());

async function tokenOfFirstRun(): Promise<string> {
  return (await house.auth.firstRunPath())?.split('#')[1] ?? '';
}

describe('the first run', () => {
  test('its link makes an administrator who is signed in, once', async () => {
    const browser = house.browser();
    assert.deepEqual((await browser.succeed('GET', '/auth/setup')).body, { firstRun: true });
    const token = await tokenOfFirstRun();
    const { body } = await browser.succeed('POST', '/auth/first-run', { token, name: 'ana', password: GOOD_PASSWORD });
    assert.equal((body['me'] as { role: string }).role, 'admin');
    assert.deepEqual((await browser.succeed('GET', '/auth/me')).body['name'], 'ana');
    await house.browser().fail('first-run-over', 'POST', '/auth/first-run', { token, name: 'ben', password: GOOD_PASSWORD });
    assert.equal(await house.auth.firstRunPath(), undefined);
    assert.deepEqual((await browser.succeed('GET', '/auth/setup')).body, { firstRun: false });
  });

  test('its link ends after an hour, and with the next start', async () => {
    const first = await tokenOfFirstRun();
    const second = await tokenOfFirstRun();
    await house.browser().fail('bad-credentials', 'POST', '/auth/first-run', { token: first, name: 'ana', password: GOOD_PASSWORD });
    await house.pass(HOUR);
    await house.browser().fail('bad-credentials', 'POST', '/auth/first-run', { token: second, name: 'ana', password: GOOD_PASSWORD });
  });

  test('two who use it at once do not both become administrator', async () => {
    const token = await tokenOfFirstRun();
    const answers = await Promise.all(['ana', 'ben'].map((name) => house.browser().ask('POST', '/auth/first-run', { token, name, password: GOOD_PASSWORD })));
    assert.deepEqual(answers.map(({ status }) => status).sort((a, b) => a - b), [200, 403]);
    assert.equal((await house.accounts.users()).length, 1);
  });

  test('a weak password does not use the link up', async () => {
    const token = await tokenOfFirstRun();
    for (const password of ['short', 'password1234', 'ana-ana-ana-ana', 'aaaaaaaaaaaaaaa', 'Bitcoin123456!!']) {
      await house.browser().fail('weak-password', 'POST', '/auth/first-run', { token, name: 'ana', password });
    }
    await house.browser().succeed('POST', '/auth/first-run', { token, name: 'ana', password: GOOD_PASSWORD });
  });
});

describe('name and password', () => {
  beforeEach(async () => { await house.signedIn('admin', 'ana'); });

  test('open a session whose cookies no script and no other site gets', async () => {
    const browser = house.browser();
    const { headers } = await browser.succeed('POST', '/auth/sign-in', { name: 'ANA', password: GOOD_PASSWORD });
    const set = headers['set-cookie'] as string[];
    assert.match(set[0] ?? '', /^algotrendy-access=[\w-]+\.[\w-]+\.[\w-]+; Path=\/api\/v1; Max-Age=300; HttpOnly; SameSite=Strict$/);
    assert.match(set[1] ?? '', /^algotrendy-refresh=[\w-]{43}; Path=\/api\/v1\/auth; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    assert.equal((await browser.succeed('GET', '/auth/me')).body['via'], 'session');
  });

  test('that are wrong are told the same, whether there is such a name or not', async () => {
    const [wrong, unknown] = [
      await house.browser().fail('bad-credentials', 'POST', '/auth/sign-in', { name: 'ana', password: 'not the right one' }),
      await house.browser().fail('bad-credentials', 'POST', '/auth/sign-in', { name: 'nobody', password: 'not the right one' }),
    ];
    assert.deepEqual({ ...wrong.body, requestId: '' }, { ...unknown.body, requestId: '' });
  });

  test('take the same work for a name that nobody has', async () => {
    const time = async (name: string) => {
      const begin = process.cpuUsage();
      await house.browser(`10.1.${name.length}.1`).ask('POST', '/auth/sign-in', { name, password: 'not the right one' });
      const { user, system } = process.cpuUsage(begin);
      return user + system;
    };
    await time('warm up');
    const [known, unknown] = [[], []] as [number[], number[]];
    for (let round = 0; round < 4; round++) {
      known.push(await time('ana'));
      unknown.push(await time('nobody'));
    }
    const ratio = Math.min(...known) / Math.min(...unknown);
    assert.ok(ratio > 0.5 && ratio < 2, `processor time of a known name over an unknown one: ${ratio}`);
  });

  test('the eleventh failure bans the address for an hour, and a right password with it; others and who is in are not touched', async () => {
    const inside = house.browser('10.0.0.9');
    await inside.succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    for (let attempt = 1; attempt <= 10; attempt++) await house.browser('10.0.0.9').fail('bad-credentials', 'POST', '/auth/sign-in', { name: `guess ${attempt}`, password: 'wrong password' });
    const { headers } = await house.browser('10.0.0.9').fail('address-banned', 'POST', '/auth/sign-in', { name: 'guess', password: 'wrong password' });
    assert.equal(headers['retry-after'], '3600');
    assert.deepEqual((await house.accounts.audit({ limit: 9, action: 'banAddress' })).map(({ actor, address }) => [actor, address]), [['the gate', '10.0.0.9']]);
    await house.browser('10.0.0.9').fail('address-banned', 'POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    await house.browser('10.0.0.9').fail('address-banned', 'GET', '/auth/setup');
    await inside.succeed('POST', '/control/halt', {});
    await house.browser('10.0.0.8').succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    await house.pass(HOUR);
    await house.browser('10.0.0.9').succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
  });

  test('a name that was tried too often from strange addresses is locked there, whether anybody has it or not; its owner still comes in from home', async () => {
    await house.browser('192.168.1.5').succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    for (const name of ['ana', 'nobody']) {
      for (let attempt = 0; attempt < 11; attempt++) await house.browser(`10.2.${name.length}.${attempt}`).fail('bad-credentials', 'POST', '/auth/sign-in', { name, password: 'wrong password' });
      const { headers } = await house.browser('10.3.0.1').fail('too-many-requests', 'POST', '/auth/sign-in', { name, password: GOOD_PASSWORD });
      assert.equal(headers['retry-after'], '900');
    }
    assert.deepEqual((await house.accounts.audit({ limit: 9, action: 'lockName' })).map(({ subject }) => subject), ['an unknown name', 'ana']);
    await house.browser('192.168.1.5').succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    await house.pass(15 * MINUTE);
    await house.browser('10.3.0.1').succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
  });

  test('signing in anew leaves the session that the browser had', async () => {
    const browser = house.browser();
    await browser.succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    const before_ = (await house.accounts.sessions()).length;
    await browser.succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD });
    assert.equal((await house.accounts.sessions()).length, before_);
  });
});

describe('the second factor', () => {
  let browser: HandBrowser;
  let secret: string;
  let codes: readonly string[];
  const codeNow = () => totpAt(secret, house.clock.now());
  beforeEach(async () => {
    browser = await house.signedIn('admin', 'ana');
    const begun = (await browser.succeed('POST', '/auth/totp')).body as { secret: string; uri: string };
    secret = begun.secret;
    assert.match(begun.uri, /^otpauth:\/\/totp\/AlgoTrendy:ana\?secret=[A-Z2-7]+&issuer=AlgoTrendy/);
    await browser.fail('bad-value', 'POST', '/auth/totp/confirm', { code: codeNow() === '000000' ? '000001' : '000000' });
    codes = ((await browser.succeed('POST', '/auth/totp/confirm', { code: codeNow() })).body as { recoveryCodes: string[] }).recoveryCodes;
    await house.pass(MINUTE);
  });
  const begin = async (address?: string) => {
    const fresh = house.browser(address);
    assert.deepEqual((await fresh.succeed('POST', '/auth/sign-in', { name: 'ana', password: GOOD_PASSWORD })).body, { state: 'second-factor' });
    return fresh;
  };

  test('is asked for after the password, and nothing is open before', async () => {
    const fresh = await begin();
    await fresh.fail('not-signed-in', 'GET', '/auth/me');
    await fresh.succeed('POST', '/auth/second-factor', { code: codeNow() });
    await fresh.succeed('GET', '/auth/me');
  });

  test('takes each code once, and of a step before or after the present one', async () => {
    await (await begin()).succeed('POST', '/auth/second-factor', { code: codeNow() });
    await (await begin()).fail('bad-credentials', 'POST', '/auth/second-factor', { code: codeNow() });
    await (await begin()).succeed('POST', '/auth/second-factor', { code: totpAt(secret, house.clock.now() + 30_000) });
    await (await begin()).fail('bad-credentials', 'POST', '/auth/second-factor', { code: codeNow() });
    await house.pass(10 * MINUTE);
    await (await begin()).fail('bad-credentials', 'POST', '/auth/second-factor', { code: totpAt(secret, house.clock.now() - 61_000) });
  });

  test('without a password given in the last five minutes it opens nothing', async () => {
    await house.browser().fail('not-signed-in', 'POST', '/auth/second-factor', { code: codeNow() });
    const fresh = await begin();
    await house.pass(6 * MINUTE);
    await fresh.fail('not-signed-in', 'POST', '/auth/second-factor', { code: codeNow() });
  });

  test('an access cookie is no challenge, and a challenge no access', async () => {
    const fresh = await begin();
    const challenge = fresh.cookies.get('algotrendy-challenge') ?? '';
    fresh.cookies.set('algotrendy-access', challenge);
    await fresh.fail('session-expired', 'GET', '/auth/me');
    const thief = house.browser();
    thief.cookies.set('algotrendy-challenge', browser.cookies.get('algotrendy-access') ?? '');
    await thief.fail('not-signed-in', 'POST', '/auth/second-factor', { code: codeNow() });
  });

  test('a recovery code stands in for it, once', async () => {
    assert.equal(codes.length, 10);
    assert.match(codes[0] ?? '', /^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/);
    await (await begin()).succeed('POST', '/auth/second-factor', { code: codes[0]?.toUpperCase() });
    await (await begin()).fail('bad-credentials', 'POST', '/auth/second-factor', { code: codes[0] });
    assert.equal((await browser.succeed('GET', '/auth/me')).body['recoveryCodes'], 9);
    const renewed = ((await browser.succeed('POST', '/auth/recovery-codes')).body as { recoveryCodes: string[] }).recoveryCodes;
    await (await begin()).fail('bad-credentials', 'POST', '/auth/second-factor', { code: codes[1] });
    await (await begin()).succeed('POST', '/auth/second-factor', { code: renewed[1] });
  });

  test('guesses are counted like passwords', async () => {
    const fresh = await begin('10.4.0.1');
    for (let guess = 0; guess < 10; guess++) await fresh.fail('bad-credentials', 'POST', '/auth/second-factor', { code: `99${guess}zzz` });
    await fresh.fail('address-banned', 'POST', '/auth/second-factor', { code: '99zzzzz' });
    await fresh.fail('address-banned', 'POST', '/auth/second-factor', { code: codeNow() });
  });

  test('its secret is kept sealed, recovery codes as hashes: the accounts alone give neither away', async () => {
    const [user] = await house.accounts.users();
    assert.ok(user?.totpSealed !== undefined && !user.totpSealed.includes(secret));
    assert.ok(!JSON.stringify(await house.accounts.users()).includes(secret));
  });
});

describe('somebody who has lost something', () => {
  test('sets a new password by a link, and still needs the second factor; an administrator takes that away apart', async () => {
    const ana = await house.signedIn('admin', 'ana');
    const ben = await house.signedIn('trader', 'ben');
    const { secret } = (await ben.succeed('POST', '/auth/totp')).body as { secret: string };
    await ben.succeed('POST', '/auth/totp/confirm', { code: totpAt(secret, house.clock.now()) });
    const { id } = (await ben.succeed('GET', '/auth/me')).body as { id: string };
    const renew = async () => {
      const { invitation } = (await ana.succeed('POST', `/users/${id}/reset`)).body as { invitation: { path: string } };
      return (await ben.succeed('POST', '/auth/set-password', { token: invitation.path.split('#')[1], password: GOOD_PASSWORD })).body['state'];
    };
    assert.equal(await renew(), 'second-factor');
    await ben.fail('session-expired', 'GET', '/state');
    await ana.succeed('PATCH', `/users/${id}`, { secondFactor: false });
    assert.equal(await renew(), 'signed-in');
  });
});

describe('an invitation', () => {
  test('lets a person choose a password, once and within two days', async () => {
    const admin = await house.signedIn('admin', 'ana');
    const { invitation, user } = (await admin.succeed('POST', '/users', { name: 'ben', role: 'trader' })).body as { invitation: { path: string }; user: { id: string } };
    const token = invitation.path.split('#')[1];
    await house.browser().fail('bad-credentials', 'POST', '/auth/sign-in', { name: 'ben', password: GOOD_PASSWORD });
    const ben = house.browser();
    await ben.succeed('POST', '/auth/set-password', { token, password: GOOD_PASSWORD });
    assert.equal((await ben.succeed('GET', '/auth/me')).body['role'], 'trader');
    await house.browser().fail('bad-credentials', 'POST', '/auth/set-password', { token, password: 'another fine password' });
    const again = (await admin.succeed('POST', `/users/${user.id}/reset`)).body as { invitation: { path: string } };
    await ben.fail('session-expired', 'GET', '/auth/me');
    await house.pass(48 * HOUR);
    await house.browser().fail('bad-credentials', 'POST', '/auth/set-password', { token: again.invitation.path.split('#')[1], password: GOOD_PASSWORD });
  });
});
