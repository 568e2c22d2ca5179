import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { barsOf, make, opinions } from '../../test/opinions.ts';
import { readStrategy } from './catalog.ts';
import { strategyTemplate } from './template.ts';

const source = fileURLToPath(new URL('..', import.meta.url));
const root = resolve(source, '../..');
const folder = join(mkdtempSync(join(tmpdir(), 'strategy-')), 'night-breakout');
const file = join(folder, 'night-breakout.ts');
mkdirSync(folder);
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
for (const { path, text } of strategyTemplate('night-breakout', relative(folder, source)).files) writeFileSync(join(folder, path), text);
after(() => rmSync(resolve(folder, '..'), { recursive: true }));

test('a new strategy loads and trades without an edit', async () => {
  const read = readStrategy(await import(pathToFileURL(file).href), file);
  assert.ok(read.ok, read.ok ? '' : read.error.message);
  assert.equal(read.value.name, 'night-breakout');
  const rising = opinions(make(read.value, { period: 5 }), barsOf([10, 10, 10, 10, 10, 11, 12, 9]));
  assert.deepEqual(rising.map(({ target }) => target), [0, 0, 0, 0, 0, 1, 1, 0]);
  assert.deepEqual(rising.map(({ stop }) => stop), [NaN, NaN, NaN, NaN, NaN, 11 * 0.95, 11 * 0.95, NaN]);
});

test('its own test passes', () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync(process.execPath, ['--test', join(folder, 'night-breakout.test.ts')], { env, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /pass 1/);
});

test('it passes the type check of the repository', () => {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), { types: [] }, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} });
  assert.ok(config);
  const program = ts.createProgram([file], config.options);
  const found = ts.getPreEmitDiagnostics(program).filter((diagnostic) => diagnostic.file?.fileName === file);
  assert.deepEqual(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), []);
});

test('without another source it imports from its place in the repository, strategies/NAME', () => {
  const imports = strategyTemplate('mine').files.flatMap(({ text }) => [...text.matchAll(/from '(\.\.[^']*)'/g)].map(([, path]) => path));
  assert.ok(imports.length > 5);
  for (const path of imports) assert.ok(ts.sys.fileExists(resolve(root, 'strategies/mine', path)), path);
});
