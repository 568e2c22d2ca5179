import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  flag, list, pairs, parseLine, readChoice, readDecimal, readInteger, readInterval, readText, readTime, value, withDefault,
} from './options.ts';
import { Refusal } from './refusal.ts';

const OPTIONS = {
  bars: list('FILE', 'bars', readText),
  first: value('N', 'first bars', readInteger(1)),
  from: value('TIME', 'start', readTime),
  interval: value('1h', 'interval', readInterval),
  cash: withDefault(value('N', 'cash', readDecimal), '100000'),
  fill: withDefault(value('WHEN', 'fill', readChoice('next-open', 'close')), 'next-open'),
  param: pairs('parameters'),
  strict: flag('strict'),
};

function refusalOf(words: readonly string[]): Refusal {
  try {
    parseLine(OPTIONS, words);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`${words.join(' ')} was accepted`);
}

test('options take their value as the next word or after =, and positionals stand anywhere', () => {
  const { options, positionals } = parseLine(OPTIONS, ['macd', '--bars', 'a.csv', '--bars=b.csv', '--first=10', 'x', '--strict']);
  assert.deepEqual(options.bars, ['a.csv', 'b.csv']);
  assert.equal(options.first, 10);
  assert.equal(options.strict, true);
  assert.deepEqual(positionals, ['macd', 'x']);
});

test('an option that is not given holds its default', () => {
  const { options } = parseLine(OPTIONS, []);
  assert.equal(options.cash, '100000');
  assert.equal(options.fill, 'next-open');
  assert.equal(options.first, undefined);
  assert.deepEqual(options.param, {});
  assert.equal(options.strict, false);
});

test('parameters keep what stands after their first =', () => {
  const { options } = parseLine(OPTIONS, ['--param', 'fast=12', '--param', 'rule=a=b', '--param', 'threshold=-1']);
  assert.deepEqual(options.param, { fast: '12', rule: 'a=b', threshold: '-1' });
});

test('a name that every object has is a parameter like any other, and not lost', () => {
  const { options } = parseLine(OPTIONS, ['--param', '__proto__=1', '--param', 'constructor=2']);
  assert.deepEqual(Object.entries(options.param), [['__proto__', '1'], ['constructor', '2']]);
  assert.match(refusalOf(['--param', '__proto__=1', '--param', '__proto__=2']).message, /gives "__proto__" twice/);
});

test('an unknown option is refused with the one that was meant', () => {
  assert.match(refusalOf(['--frist', '3']).message, /unknown option --frist/);
  assert.equal(refusalOf(['--frist', '3']).hint, 'Did you mean --first?');
  assert.equal(refusalOf(['--zzzzzz']).hint, 'Give --help in its place to see what the command takes.');
  assert.match(refusalOf(['-x']).message, /unknown option -x/);
  assert.equal(refusalOf(['--toString']).message, 'unknown option --toString');
});

test('what an option cannot be is said with what it can', () => {
  const messages = [
    ['--first', '0'], ['--first', '1e3'], ['--cash', '-5'], ['--cash', '1,000'], ['--from', 'yesterday'], ['--interval', '7x'],
    ['--fill', 'clsoe'], ['--param', 'fast'], ['--param', 'a=1', '--param', 'a=2'], ['--first', '1', '--first', '2'], ['--first'],
    ['--first', '--strict'], ['--strict=yes'], ['--bars='],
  ].map((words) => refusalOf(words).message);
  assert.deepEqual(messages, [
    '--first takes a whole number of at least 1, not "0"',
    '--first takes a whole number of at least 1, not "1e3"',
    '--cash takes a number such as 1000 or 0.25, not "-5"',
    '--cash takes a number such as 1000 or 0.25, not "1,000"',
    '--from takes a date such as 2024-03-01, or milliseconds, not "yesterday"',
    '--interval takes an interval such as 1m, 4h or 1d, not "7x"',
    '--fill takes one of next-open, close, not "clsoe"',
    '--param takes NAME=VALUE, not "fast"',
    '--param gives "a" twice',
    '--first is given twice; it may be given once',
    '--first needs a value: --first N',
    '--first needs a value: --first N',
    '--strict takes no value, but was given "yes"',
    '--bars must not be empty',
  ]);
  assert.equal(refusalOf(['--fill', 'clsoe']).hint, 'Did you mean close?');
});

test('times are UTC wherever no zone is given', () => {
  const read = (text: string) => readTime(text, 'from');
  assert.equal(read('2024-03-01'), Date.UTC(2024, 2, 1));
  assert.equal(read('2024-03-01T12:30'), Date.UTC(2024, 2, 1, 12, 30));
  assert.equal(read('2024-03-01 12:30:05.250'), Date.UTC(2024, 2, 1, 12, 30, 5, 250));
  assert.equal(read('2024-03-01T12:30Z'), Date.UTC(2024, 2, 1, 12, 30));
  assert.equal(read('2024-03-01T12:30+02:00'), Date.UTC(2024, 2, 1, 10, 30));
  assert.equal(read('1709251200000'), 1_709_251_200_000);
  assert.throws(() => read('2024-13-01'), Refusal);
  assert.throws(() => read('2024-02-30'), Refusal);
  assert.throws(() => read('2024'), Refusal);
});
