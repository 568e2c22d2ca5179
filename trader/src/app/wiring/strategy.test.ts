import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OpinionError } from '../../domain/signal.ts';
import { Refusal } from '../refusal.ts';
import { faultOf, loadStrategy } from './strategy.ts';

/** An error that was thrown in this file, at line 33. */
function thrownIn(file: string): Error {
  const error = new Error('boom');
  error.stack = `Error: boom\n    at MyIdea.onBar (${pathToFileURL(resolve(file)).href}:33:11)\n    at Engine.onBar (engine.ts:116:21)`;
  return error;
}

test('what a strategy throws is told with its file and line, what it may not want with the book', () => {
  const thrown = faultOf('my-idea.ts', thrownIn('my-idea.ts'));
  assert.ok(thrown instanceof Refusal);
  assert.deepEqual([thrown.message, thrown.where], ['the strategy failed: boom', `${resolve('my-idea.ts')}, line 33`]);
  const wanted = faultOf('macd', new OpinionError('macd@X wants a target of 7'));
  assert.ok(wanted instanceof Refusal);
  assert.equal(wanted.message, 'macd@X wants a target of 7');
});

test('an error from elsewhere is not blamed on the strategy', () => {
  for (const error of [thrownIn('other.ts'), new Refusal('usage', 'no bars')]) assert.equal(faultOf('my-idea.ts', error), error);
  const shipped = thrownIn('macd.ts');
  assert.equal(faultOf('macd', shipped), shipped);
});

test('a strategy that is not there is refused with those that are', async () => {
  await assert.rejects(loadStrategy('mcd'), (error: Refusal) => error.hint?.includes('macd, bollinger') === true);
});
