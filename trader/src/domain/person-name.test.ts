import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personName } from './person-name.ts';

test('who gave a command is called as people call them', () => {
  assert.deepEqual(['user:ana', 'cli', 'signal', 'something new'].map(personName), ['ana', 'the command line', 'a signal', 'something new']);
});
