import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionCookies } from './cookies.ts';

test('behind TLS cookies are Secure and bound to this host; without it they go no further than they must', () => {
  assert.equal(new SessionCookies(true).write('refresh', 'abc', 90_000), '__Host-algotrendy-refresh=abc; Path=/; Max-Age=90; HttpOnly; SameSite=Strict; Secure');
  assert.equal(new SessionCookies(false).write('refresh', 'abc', 90_000), 'algotrendy-refresh=abc; Path=/api/v1/auth; Max-Age=90; HttpOnly; SameSite=Strict');
});

test('the cookie that is read is the one of that very name', () => {
  const header = 'xalgotrendy-access=wrong; algotrendy-access-2=wrong; algotrendy-access=right=; algotrendy-refresh=other';
  assert.equal(new SessionCookies(false).read('access', header), 'right=');
  assert.equal(new SessionCookies(true).read('access', header), undefined, 'what a plain connection has set is not taken behind TLS');
  assert.equal(new SessionCookies(false).read('challenge', undefined), undefined);
});
