import { existsSync } from 'node:fs';
import { AccountsError } from '../adapters/accounts/accounts-error.ts';
import type { Config } from './config.ts';
import { fail, ok, type Check } from './health-check.ts';
import { accountsFile, openAccounts } from './wiring/api-auth.ts';

const NOBODY = ok('People', 'nobody yet; npm start prints a link for the first administrator');

/** Who may sign in to the dashboard, and whether its audit log is whole. Where there is no file yet, none is made. */
export async function checkAccounts(config: Config): Promise<Check[]> {
  if (!existsSync(accountsFile(config))) return [NOBODY];
  try {
    const accounts = openAccounts(config);
    try {
      const able = (await accounts.users()).filter(({ disabled, passwordHash }) => !disabled && passwordHash !== undefined);
      const without = able.filter(({ totpSealed }) => totpSealed === undefined).length;
      const { verifyAudit } = await import('../api/auth/security-handlers.ts');
      const { entries, brokenAt } = await verifyAudit(accounts);
      return [
        able.length === 0 ? NOBODY : ok('People', `${able.length} can sign in, ${able.filter(({ role }) => role === 'admin').length} of them as administrator, ${without} without a second factor`),
        brokenAt === null ? ok('Audit log', `${entries} entries, the chain is whole`)
          : fail('Audit log', `entry ${brokenAt} is not what was written, or is gone`, 'Somebody or something changed the file: compare it with a backup.'),
      ];
    } finally {
      await accounts.close();
    }
  } catch (error) {
    if (!(error instanceof AccountsError)) throw error;
    return [fail('People', error.message, 'Do as it says; nothing was changed.')];
  }
}
