import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'node:test';
import fc from 'fast-check';
import { Secret } from '../../domain/secret.ts';
import { SecretFile, SecretFileError } from './secret-file.ts';

const FREE = () => ({ release: () => undefined });

async function inFolder(check: (file: SecretFile, path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const path = join(folder, 'home', 'secrets.env');
  try {
    await check(new SecretFile(path, FREE), path, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const kind = (wanted: string) => (error: unknown) => error instanceof SecretFileError && error.kind === wanted;

test('a secret is kept, read again, replaced and forgotten, in a file that its owner alone may read', () => inFolder(async (file, path) => {
  assert.equal(await file.read('A_KEY'), undefined);
  await file.write('A_KEY', new Secret('one'));
  await file.write('B_KEY', new Secret('two'));
  await file.write('A_KEY', new Secret('three'));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(file.names(), ['A_KEY', 'B_KEY']);
  assert.equal((await new SecretFile(path, FREE).read('A_KEY'))?.reveal(), 'three');
  await file.remove('A_KEY');
  await file.remove('A_KEY');
  assert.deepEqual(file.names(), ['B_KEY']);
  assert.deepEqual(readdirSync(join(path, '..')), ['secrets.env'], 'no draft is left');
}));

test('what a person wrote beside the secrets stays there, and lines may end as on Windows', () => inFolder(async (file, path, folder) => {
  mkdirSync(join(folder, 'home'));
  writeFileSync(path, '# renew in May\r\nA_KEY=one\r\n\n# of the old account\nB_KEY=two\n', { mode: 0o600 });
  assert.equal((await file.read('A_KEY'))?.reveal(), 'one');
  await file.write('C_KEY', new Secret('three'));
  await file.write('A_KEY', new Secret('four'));
  await file.remove('B_KEY');
  assert.equal(readFileSync(path, 'utf8'), '# renew in May\nA_KEY=four\n\n# of the old account\nC_KEY=three\n');
}));

test('of two that make the same secret for the first time, one keeps it and both get that one', () => inFolder(async (file, path) => {
  const other = new SecretFile(path, FREE);
  assert.deepEqual([await file.read('A_KEY'), await other.read('A_KEY')], [undefined, undefined]);
  const [first, second] = [await file.writeFirst('A_KEY', new Secret('one')), await other.writeFirst('A_KEY', new Secret('two'))];
  assert.deepEqual([first.reveal(), second.reveal(), (await file.read('A_KEY'))?.reveal()], ['one', 'one', 'one']);
  await assert.rejects(file.writeFirst('a name', new Secret('x')), kind('format'));
}));

test('any text comes back as it was, a key of several lines too', () => inFolder(async (file, path) => {
  await fc.assert(fc.asyncProperty(fc.oneof(fc.string({ minLength: 1 }), fc.constant('-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----\n')), async (value) => {
    await file.write('PEM', new Secret(value));
    assert.equal((await new SecretFile(path, FREE).read('PEM'))?.reveal(), value);
  }), { numRuns: 100 });
}));

test('a file that others may read is refused, and so is every change of it', () => inFolder(async (file, path) => {
  await file.write('A_KEY', new Secret('hidden-value'));
  for (const mode of [0o640, 0o604, 0o660, 0o666]) {
    chmodSync(path, mode);
    await assert.rejects(file.read('A_KEY'), kind('open'));
    await assert.rejects(file.write('A_KEY', new Secret('x')), kind('open'));
    assert.throws(() => file.names(), /chmod 600/);
  }
  chmodSync(path, 0o600);
  assert.equal((await file.read('A_KEY'))?.reveal(), 'hidden-value');
}));

test('a line that is no secret is refused by its number, without what stands there', () => inFolder(async (file, path) => {
  await file.write('A_KEY', new Secret('x'));
  for (const line of ['hidden-value', 'lower=hidden-value', 'A="hidden-value', 'A=']) {
    writeFileSync(path, `# comment\n\n${line}\n`);
    await assert.rejects(file.read('A_KEY'), (error: Error) => kind('format')(error) && error.message.includes('line 3') && !error.message.includes('hidden-value'));
  }
  await assert.rejects(file.write('a name', new Secret('x')), kind('format'));
}));

test('while another process changes it nothing is written, and it says to try again', () => inFolder(async (file, path) => {
  await file.write('A_KEY', new Secret('one'));
  const waiting = new SecretFile(path, () => undefined);
  await assert.rejects(waiting.write('A_KEY', new Secret('two')), kind('locked'));
  await assert.rejects(waiting.remove('A_KEY'), kind('locked'));
  assert.equal((await waiting.read('A_KEY'))?.reveal(), 'one');
}));

test('where the file cannot be written the old one stands, and the error holds no value', () => inFolder(async (_, path, folder) => {
  writeFileSync(join(folder, 'home'), 'a file where the folder should be');
  await assert.rejects(new SecretFile(path, FREE).write('A_KEY', new Secret('hidden-value')), (error: Error) => kind('disk')(error) && !inspect(error, { depth: 9 }).includes('hidden-value'));
  assert.equal(readFileSync(join(folder, 'home'), 'utf8'), 'a file where the folder should be');
}));
