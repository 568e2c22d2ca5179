import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteAccounts } from '../../src/adapters/accounts/sqlite-accounts.ts';
import { accountsContract } from './accounts.ts';

const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
const opened: SqliteAccounts[] = [];
const open = async () => {
  const accounts = new SqliteAccounts(join(folder, 'accounts.sqlite'));
  opened.push(accounts);
  return accounts;
};

accountsContract('the SQLite file', {
  open,
  openBeside: open,
  openFresh: async () => new SqliteAccounts(':memory:'),
  async close() {
    for (const accounts of opened) await accounts.close();
    rmSync(folder, { recursive: true, force: true });
  },
});
