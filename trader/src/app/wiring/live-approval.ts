import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Approval } from '../../ports/accounts.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { accountsFile, openAccounts } from './api-auth.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** How long two administrators have. */
const WAIT_MS = 15 * 60_000;
const LOOK_MS = 500;

/**
 * Waits until two administrators have approved a start with real money, where there are two. Nobody is known on
 * the command line, so it takes both. `configuration` is all that is started, and what is approved is that.
 * Refuses where one of them refuses it, or a quarter of an hour has passed.
 */
export async function waitForTwo(detail: string, configuration: unknown, config: Config, tell: (text: string) => void): Promise<void> {
  if (!existsSync(accountsFile(config))) return;
  const accounts = openAccounts(config);
  try {
    const note = (outcome: 'done' | 'refused', why: string) => accounts.appendAudit({ at: WALL_CLOCK.now(), actor: 'command line', via: '', action: 'goLive', subject: '', outcome, address: '', detail: `${detail}: ${why}` });
    const admins = (await accounts.users()).filter(({ role, disabled, passwordHash }) => role === 'admin' && !disabled && passwordHash !== undefined);
    if (admins.length < 2) {
      await note('done', 'there are no two administrators');
      return;
    }
    const [id, now] = [randomBytes(10).toString('hex'), WALL_CLOCK.now()];
    const requestHash = createHash('sha256').update(JSON.stringify(configuration)).digest('hex');
    await accounts.addApproval({ id, action: 'goLive', requestHash, detail, userId: '', by: 'command line', at: now, expiresAt: now + WAIT_MS, state: 'waiting', decidedBy: undefined });
    tell(`Two administrators have to approve this, in the dashboard under Admin, People, within a quarter of an hour: ${detail}`);
    let seen = '';
    for (;;) {
      const demand = (await accounts.approvals()).find((each) => each.id === id);
      if (demand === undefined || demand.state === 'refused' || demand.expiresAt <= WALL_CLOCK.now()) {
        const why = demand?.state === 'refused' ? `${demand.decidedBy ?? 'somebody'} refused it` : 'nobody approved it in time';
        await note('refused', why);
        throw new Refusal('usage', `nothing was started: ${why}`, { hint: 'Start again when both are there.' });
      }
      if (demand.state === 'approved' && await accounts.takeApproval(id, demand.userId, requestHash, WALL_CLOCK.now())) {
        await note('done', `approved by ${demand.by} and ${demand.decidedBy ?? ''}`);
        return;
      }
      seen = tellProgress(demand, seen, tell);
      await sleep(LOOK_MS);
    }
  } finally {
    await accounts.close();
  }
}

function tellProgress({ userId, by }: Approval, seen: string, tell: (text: string) => void): string {
  if (userId !== seen) tell(`${by} has approved it; one more is needed.`);
  return userId;
}
