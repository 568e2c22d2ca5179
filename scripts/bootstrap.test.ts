import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';

const ROOT = path.dirname(import.meta.dirname);
const folder = mkdtempSync(path.join(tmpdir(), 'bootstrap-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A repository with nothing installed. */
function emptyRepository(name: string): string {
  const repository = path.join(folder, name);
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'trader/package.json', 'scripts/bootstrap.mjs']) {
    cpSync(path.join(ROOT, file), path.join(repository, file));
  }
  return repository;
}

function bootstrap(repository: string, environment: Record<string, string> = {}, flags: readonly string[] = []): { code: number | null; stdout: string; stderr: string } {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  for (const name of Object.keys(env)) if (/^npm_/i.test(name) && environment[name] === undefined) delete env[name];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, path.join(repository, 'scripts/bootstrap.mjs')], { encoding: 'utf8', env });
  return { code: status, stdout, stderr };
}

test('when all is installed the bootstrap says nothing', () => {
  assert.deepEqual(bootstrap(ROOT), { code: 0, stdout: '', stderr: '' });
});

test('a Node that is too old is named, with what to do', () => {
  const old = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process.versions, 'node', { value: '18.19.1' })")}`;
  const { code, stdout, stderr } = bootstrap(emptyRepository('old'), {}, ['--import', old]);
  assert.equal(code, 1);
  assert.match(stderr, /Node 18\.19\.1 is too old; 20 or newer is needed\.\n {2}What to do: install/);
  assert.equal(stdout, '');
});

test('a machine without npm is told to install it', () => {
  const bare = path.join(folder, 'bare-path');
  mkdirSync(bare);
  symlinkSync(process.execPath, path.join(bare, 'node'));
  const { code, stderr } = bootstrap(emptyRepository('no-npm'), { PATH: bare });
  assert.equal(code, 1);
  assert.match(stderr, /npm was not found.*\n {2}What to do: install Node with npm/);
});

test('without a network the advice is to connect, the lock is released and nothing counts as installed', () => {
  const repository = emptyRepository('offline');
  const { code, stderr } = bootstrap(repository, {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
    npm_config_cache: path.join(folder, 'empty-cache'),
  });
  assert.equal(code, 1);
  assert.match(stderr, /ECONNREFUSED[^]*What to do: the package registry cannot be reached/);
  assert.equal(existsSync(path.join(repository, 'node_modules/.algotrendy-install')), false);
  assert.equal(existsSync(path.join(repository, 'node_modules/.algotrendy-ready')), false);
});

test('the lock of an installer that died is broken', () => {
  const repository = emptyRepository('stale');
  mkdirSync(path.join(repository, 'node_modules'));
  const lock = path.join(repository, 'node_modules/.algotrendy-install');
  writeFileSync(lock, JSON.stringify({ pids: [2 ** 30], host: 'another-machine', started: 0 }));
  const aged = spawnSync(process.execPath, ['-e', `require('fs').utimesSync(${JSON.stringify(lock)}, 1, 1)`]);
  assert.equal(aged.status, 0);
  const bare = path.join(folder, 'bare-path');
  const { stderr } = bootstrap(repository, { PATH: bare });
  assert.match(stderr, /npm was not found/, 'it went on to install');
  assert.equal(existsSync(lock), false);
});
