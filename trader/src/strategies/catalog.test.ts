import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ParameterSpecs } from '../domain/parameters.ts';
import { integer } from '../domain/parameters.ts';
import { findStrategy, readStrategy, readStrategyName, STRATEGIES } from './catalog.ts';
import { macd } from './macd/macd.ts';

const folder = new URL('./', import.meta.url);

function table(parameters: ParameterSpecs): string {
  const rows = Object.entries(parameters).map(([name, spec]) =>
    `| ${name} | ${spec.default} | ${spec.kind === 'choice' ? spec.choices.join(', ') : `${spec.min} to ${spec.max}`} | ${spec.help} |\n`);
  return `| parameter | default | range | meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

test('every folder is a strategy of the catalog, found by its name', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(STRATEGIES.map(({ name }) => name).toSorted(), folders.toSorted());
  for (const strategy of STRATEGIES) assert.equal(findStrategy(strategy.name), strategy);
  assert.equal(findStrategy('no-such'), undefined);
});

test('every README has the parameters as the code has them, and says what the strategy does badly', () => {
  for (const { name, parameters } of STRATEGIES) {
    const readme = readFileSync(new URL(`${name}/README.md`, folder), 'utf8');
    assert.ok(readme.includes(table(parameters)), `${name}/README.md should contain:\n${table(parameters)}`);
    for (const heading of ['believes', 'Rules', 'does badly']) assert.match(readme, new RegExp(`^\\*\\*.*${heading}`, 'm'));
    assert.ok(existsSync(new URL(`${name}/${name}.ts`, folder)));
  }
});

test('every strategy that ships would pass as a foreign one', () => {
  for (const strategy of STRATEGIES) assert.deepEqual(readStrategy({ strategy }, 'x.ts'), { ok: true, value: strategy });
});

test('a foreign module that is no strategy is refused with what is wrong', () => {
  const good = { name: 'mine', summary: 'Mine.', parameters: { n: integer(5, 1, 10, 'bars') }, warmup: () => 0, create: () => ({ onBar() {} }) };
  const refused: [unknown, RegExp][] = [
    [undefined, /^a\.ts: no export named strategy/],
    [{ default: good }, /no export named strategy/],
    [{ strategy: 5 }, /no export named strategy/],
    [{ strategy: { ...good, name: 'My Own' } }, /strategy\.name/],
    [{ strategy: { ...good, summary: undefined } }, /strategy\.summary/],
    [{ strategy: { ...good, parameters: undefined } }, /strategy\.parameters must/],
    [{ strategy: { ...good, parameters: { n: 5 } } }, /strategy\.parameters\.n must/],
    [{ strategy: { ...good, parameters: { n: { kind: 'choice', choices: [], default: 'a', help: '' } } } }, /strategy\.parameters\.n must/],
    [{ strategy: { ...good, parameters: { n: { ...good.parameters.n, max: '9' } } } }, /strategy\.parameters\.n must/],
    [{ strategy: { ...good, parameters: { n: integer(50, 1, 10, 'bars') } } }, /default is not allowed.*n must lie in 1 to 10, not 50/],
    [{ strategy: { ...good, warmup: 5 } }, /strategy\.warmup must be a function/],
    [{ strategy: { ...good, warmup: () => NaN } }, /strategy\.warmup must give a whole number of bars, not NaN/],
    [{ strategy: { ...good, create: undefined } }, /strategy\.create must be a function/],
    [{ strategy: { ...good, create: () => ({ onbar() {} }) } }, /must return an object with onBar/],
    [{ strategy: { ...good, create: () => { throw new Error('period missing'); } } }, /cannot be made with its defaults: period missing/],
    [{ strategy: { ...good, check: true } }, /strategy\.check must be a function/],
    [{ strategy: { ...good, check: () => 'n is odd' } }, /refuses the defaults: n is odd/],
  ];
  for (const [module, message] of refused) {
    const read = readStrategy(module, 'a.ts');
    assert.ok(!read.ok);
    assert.equal(read.error.kind, 'strategy');
    assert.match(read.error.message, message);
  }
  assert.ok(readStrategy({ strategy: good }, 'a.ts').ok);
});

test('a new name is lower-case words, and none that ships', () => {
  for (const name of ['a', 'night-breakout', 'rsi2']) assert.deepEqual(readStrategyName(name), { ok: true, value: name });
  for (const name of ['', 'Night', '2fast', 'a--b', 'a-', '../x', 'a b', 'a_b', macd.name]) assert.equal(readStrategyName(name).ok, false, name);
});
