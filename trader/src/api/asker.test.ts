import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { askerOf, OWN_PROXIES } from './asker.ts';

const connection = (remoteAddress: string, told?: string) => ({ socket: { remoteAddress }, headers: told === undefined ? {} : { 'x-forwarded-for': told } }) as unknown as IncomingMessage;

test('what a proxy of this machine says of who asks is believed, and what anybody else says is not', () => {
  assert.equal(askerOf(connection('127.0.0.1', '203.0.113.9, 198.51.100.7'), OWN_PROXIES), '198.51.100.7');
  assert.equal(askerOf(connection('::ffff:127.0.0.1', '198.51.100.7, 127.0.0.1'), OWN_PROXIES), '198.51.100.7');
  assert.equal(askerOf(connection('198.51.100.7', '203.0.113.9'), OWN_PROXIES), '198.51.100.7', 'a stranger would choose whom they are taken for');
  assert.equal(askerOf(connection('127.0.0.1', '203.0.113.9'), []), '127.0.0.1', 'without a proxy nobody is believed');
  assert.equal(askerOf(connection('127.0.0.1'), OWN_PROXIES), '127.0.0.1');
});
