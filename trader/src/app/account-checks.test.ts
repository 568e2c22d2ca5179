import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { SqliteAccounts } from '../adapters/accounts/sqlite-accounts.ts';
import { newUser } from '../api/auth/sign-in.ts';
import { checkAccounts } from './account-checks.ts';
import { NO_CONFIG } from './config.ts';

test('doctor tells who can sign in, whether the audit log is whole, and of a file that others may read', async () => {
  const home = mkdtempSync(join(tmpdir(), 'account-checks-'));
  const path = join(home, 'accounts.sqlite');
  const look = async () => (await checkAccounts({ ...NO_CONFIG, home })).map(({ status, name, detail }) => `${status} ${name}: ${detail}`);
  try {
    assert.match((await look()).join(), /^ok People: nobody yet/);
    assert.ok(!existsSync(path), 'looking makes no file');
    const accounts = new SqliteAccounts(path);
    await accounts.addUser(newUser('u1', 'ana', 'admin', 'hash', 1));
    await accounts.addUser(newUser('u2', 'ben', 'viewer', undefined, 1));
    await accounts.appendAudit({ at: 1, actor: 'ana', via: '', action: 'halt', subject: '', outcome: 'done', address: '', detail: '' });
    await accounts.close();
    assert.deepEqual(await look(), ['ok People: 1 can sign in, 1 of them as administrator, 1 without a second factor', 'ok Audit log: 1 entries, the chain is whole']);
    const intruder = new DatabaseSync(path);
    intruder.exec("DROP TRIGGER audit_stands; UPDATE audit SET actor = 'ben'");
    intruder.close();
    assert.match((await look())[1] ?? '', /^fail Audit log: entry 1 is not what was written/);
    chmodSync(path, 0o640);
    assert.match((await look()).join(), /^fail People: .*may be read by others/);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
