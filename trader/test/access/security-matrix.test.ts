import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES } from '../../src/api/routes.ts';
import { TOPICS } from '../../src/api/stream/messages.ts';
import { MATRIX_CALLERS, tryEverything } from '../../src/app/wiring/security-matrix.ts';

test('a started server lets everybody into what the tables of routes and topics say, and into nothing else', async () => {
  const { routes, topics, tries, mismatches, rows } = await tryEverything();
  assert.deepEqual([routes, topics, tries], [Object.keys(ROUTES).length, Object.keys(TOPICS).length, (routes + topics) * MATRIX_CALLERS.length]);
  assert.deepEqual(rows.filter(({ wrong }) => wrong.length > 0), []);
  assert.equal(mismatches, 0);
  const verdictsOf = (name: string) => rows.find((row) => row.name === name)?.verdicts;
  assert.deepEqual(verdictsOf('placeOrder'), {
    nobody: 'refused', viewer: 'refused', trader: 'allowed', admin: 'allowed', 'admin, not confirmed': 'refused', 'token viewer': 'refused', 'token trader': 'allowed', 'token admin': 'allowed',
  });
  assert.deepEqual(verdictsOf('logs'), {
    nobody: 'refused', viewer: 'refused', trader: 'allowed', admin: 'allowed', 'admin, not confirmed': 'allowed', 'token viewer': 'refused', 'token trader': 'allowed', 'token admin': 'allowed',
  });
});
