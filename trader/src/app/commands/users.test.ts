import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SqliteAccounts } from '../../adapters/accounts/sqlite-accounts.ts';

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));
const PASSWORD = 'correct horse battery staple';

test('whoever is reset has no tokens any more, and the audit log says how many there were', async () => {
  const home = mkdtempSync(join(tmpdir(), 'users-'));
  const run = (input: string, ...words: readonly string[]) => JSON.parse(spawnSync(process.execPath, [MAIN, ...words, '--json'], { env: { ...process.env, ALGOTRENDY_HOME: home }, encoding: 'utf8', input }).stdout) as Record<string, unknown>;
  try {
    const { id } = run(PASSWORD, 'users', 'add', 'ana', '--role', 'admin')['user'] as { id: string };
    const accounts = new SqliteAccounts(join(home, 'accounts.sqlite'));
    await accounts.addToken({ id: 't1', userId: id, name: 'bot', role: 'admin', secretHash: 'h', lastFour: 'abcd', createdAt: 0, expiresAt: undefined, lastUsedAt: undefined });
    run(PASSWORD, 'users', 'reset', 'ana');
    assert.deepEqual(await accounts.tokens(), []);
    await accounts.close();
    assert.equal((run('', 'audit', 'list')['entries'] as { detail: string }[])[0]?.detail, 'ana, tokens revoked: 1');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test('people are added, given a way in, a role and an end; all of it stands in the audit log, and a password nowhere', () => {
  const home = mkdtempSync(join(tmpdir(), 'users-'));
  const run = (input: string, ...words: readonly string[]) => {
    const { status, stdout } = spawnSync(process.execPath, [MAIN, ...words, '--json'], { env: { ...process.env, ALGOTRENDY_HOME: home }, encoding: 'utf8', input });
    return { status, answer: JSON.parse(stdout) as Record<string, unknown>, stdout };
  };
  try {
    assert.equal(run('password1234\n', 'users', 'add', 'ana', '--role', 'admin').status, 2, 'a weak password');
    const added = run(`${PASSWORD}\nignored`, 'users', 'add', 'ana', '--role', 'admin');
    assert.deepEqual([added.status, added.answer['path']], [0, null]);
    assert.equal(run(PASSWORD, 'users', 'add', 'ANA').status, 2, 'the name is taken');
    assert.match(String(run('', 'users', 'add', 'ben', '--invite').answer['path']), /^\/set-password#[\w-]{43}$/);
    for (const words of [['role', 'ana', 'viewer'], ['remove', 'ana'], ['role', 'nobody', 'admin'], ['role', 'ben', 'king'], ['role', 'ben'], ['frob'], ['add'], ['unban', 'ben']]) assert.equal(run(PASSWORD, 'users', ...words).status, 2, words.join(' '));
    assert.match(run('', 'users', 'role', 'ben').stdout, /which role for ben\?.*Give viewer, trader, admin/);
    assert.equal(run('', 'users', 'role', 'ben', 'trader').status, 0);
    assert.equal(run('', 'users', 'remove', 'ben').status, 0);
    const { users } = run('', 'users', 'list').answer as { users: { name: string; role: string; ready: boolean }[] };
    assert.deepEqual(users.map(({ name, role, ready }) => [name, role, ready]), [['ana', 'admin', true]]);

    const { entries } = run('', 'audit', 'list').answer as { entries: { action: string; actor: string }[] };
    assert.deepEqual(entries.map(({ action }) => action), ['users remove', 'users role', 'users add', 'users add']);
    const verified = run('', 'audit', 'verify');
    assert.deepEqual([verified.status, verified.answer['whole'], verified.answer['entries']], [0, true, 4]);
    assert.equal(run('', 'audit', 'verify', '--anchor', String(verified.answer['head'])).answer['anchored'], true);
    assert.equal(run('', 'audit', 'verify', '--anchor', `2:${'0'.repeat(64)}`).status, 1);
    const database = new DatabaseSync(join(home, 'accounts.sqlite'));
    database.exec('DROP TRIGGER audit_stays; DELETE FROM audit WHERE sequence = 4; PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const cut = run('', 'audit', 'verify');
    assert.deepEqual([cut.status, cut.answer['brokenAt']], [1, 4]);
    assert.ok(!readFileSync(join(home, 'accounts.sqlite')).includes(PASSWORD));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
