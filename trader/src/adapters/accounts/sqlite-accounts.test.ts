import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { AuditChain } from '../../domain/audit.ts';
import { AccountsError } from './accounts-error.ts';
import { SqliteAccounts } from './sqlite-accounts.ts';

const folder = mkdtempSync(join(tmpdir(), 'accounts-file-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });
const FACTS = { at: 1, actor: 'ana', via: '', action: 'halt', subject: '', outcome: 'done', address: '', detail: '' } as const;

test('the file and those beside it are for their owner alone', async () => {
  const path = join(folder, 'mode', 'accounts.sqlite');
  const accounts = new SqliteAccounts(path);
  await accounts.appendAudit(FACTS);
  for (const each of [path, `${path}-wal`, `${path}-shm`]) assert.equal(statSync(each).mode & 0o777, 0o600, each);
  await accounts.close();
});

test('a file that others may read is refused, and the message says what to do', async () => {
  const path = join(folder, 'open.sqlite');
  await new SqliteAccounts(path).close();
  chmodSync(path, 0o644);
  assert.throws(() => new SqliteAccounts(path), (error) => error instanceof AccountsError && error.kind === 'open' && error.message.includes('chmod 600'));
});

test('a file of a newer version, and one that is no database, are refused as such', async () => {
  const newer = join(folder, 'newer.sqlite');
  await new SqliteAccounts(newer).close();
  const database = new DatabaseSync(newer);
  database.exec('PRAGMA user_version = 99');
  database.close();
  assert.throws(() => new SqliteAccounts(newer), (error) => error instanceof AccountsError && error.kind === 'version');
  const other = join(folder, 'other.sqlite');
  writeFileSync(other, 'no database at all, but longer than a header of one'.repeat(20), { mode: 0o600 });
  assert.throws(() => new SqliteAccounts(other), (error) => error instanceof AccountsError && error.kind === 'damaged');
});

test('an entry of the audit log can neither be changed nor deleted through SQL, and one that was forced shows in the chain', async () => {
  const path = join(folder, 'forced.sqlite');
  const accounts = new SqliteAccounts(path);
  for (const detail of ['one', 'two', 'three']) await accounts.appendAudit({ ...FACTS, detail });
  const intruder = new DatabaseSync(path);
  assert.throws(() => { intruder.exec("UPDATE audit SET detail = 'x' WHERE sequence = 2"); }, /only ever added to/);
  assert.throws(() => { intruder.exec('DELETE FROM audit'); }, /only ever added to/);
  const brokenAt = async () => {
    const chain = new AuditChain();
    for (const entry of await accounts.auditAfter(0, 100)) chain.take(entry);
    return chain.brokenAt;
  };
  intruder.exec("DROP TRIGGER audit_stands; UPDATE audit SET detail = 'x' WHERE sequence = 2");
  assert.equal(await brokenAt(), 2);
  intruder.exec("UPDATE audit SET detail = 'two' WHERE sequence = 2");
  assert.equal(await brokenAt(), undefined);
  intruder.exec('DROP TRIGGER audit_stays; DELETE FROM audit WHERE sequence = 3');
  assert.equal(await brokenAt(), undefined, 'the chain by itself does not see what was cut off at its end');
  assert.equal(await accounts.auditCount(), 3, 'the count does');
  intruder.close();
  await accounts.close();
});

test('what was deleted is overwritten in the file', async () => {
  const path = join(folder, 'deleted.sqlite');
  const accounts = new SqliteAccounts(path);
  await accounts.addLink({ hash: 'a-hash-that-must-be-gone', purpose: 'first-run', userId: undefined, expiresAt: 10 });
  await accounts.dropLinks('first-run');
  await accounts.close();
  assert.ok(existsSync(path));
  assert.ok(!readFileSync(path).includes('a-hash-that-must-be-gone'));
});
