// Appends to the audit log of the file that it is given, as fast as it goes, and says after each which it was.
import { SqliteAccounts } from '../../src/adapters/accounts/sqlite-accounts.ts';

const accounts = new SqliteAccounts(process.argv[2] ?? '');
for (;;) {
  const { sequence } = await accounts.appendAudit({ at: 1, actor: 'ana', via: '', action: 'halt', subject: '', outcome: 'done', address: '', detail: 'x'.repeat(200) });
  process.stdout.write(`${sequence}\n`);
}
