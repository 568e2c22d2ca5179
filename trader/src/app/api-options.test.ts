import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_OPTIONS, readApiChoice } from './api-options.ts';
import { parseLine } from './options.ts';
import { Refusal } from './refusal.ts';

const choose = (words: readonly string[], json = false) => readApiChoice(parseLine(API_OPTIONS, words).options, json);

test('a run serves its API on this machine alone, unless it is told otherwise or read by a program', () => {
  assert.deepEqual(choose([]), { host: '127.0.0.1', port: 7_070, orNext: true, origin: undefined });
  assert.equal(choose([], true), undefined);
  assert.equal(choose(['--no-api']), undefined);
  assert.deepEqual(choose(['--api-port', '0'], true), { host: '127.0.0.1', port: 0, orNext: false, origin: undefined });
});

test('what browsers see is scheme, name and port, and nothing else', () => {
  assert.equal(choose(['--api-origin', 'https://Trade.Example/'])?.origin, 'https://trade.example');
  assert.equal(choose(['--api-origin', 'http://trader.lan:8080'])?.origin, 'http://trader.lan:8080');
  for (const text of ['trade.example', 'https://trade.example/a', 'https://ana:secret@trade.example', 'https://trade.example?a=1', 'ws://trade.example']) {
    assert.throws(() => choose(['--api-origin', text]), (error) => error instanceof Refusal && error.message.includes('takes an address'), text);
  }
  for (const words of [['--no-api', '--api-port', '7070'], ['--no-api', '--api-origin', 'https://trade.example'], ['--api-port', '65536']]) assert.throws(() => choose(words), Refusal);
});
