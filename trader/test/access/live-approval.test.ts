import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SqliteAccounts } from '../../src/adapters/accounts/sqlite-accounts.ts';
import { newUser } from '../../src/api/auth/sign-in.ts';
import { NO_CONFIG } from '../../src/app/config.ts';
import { Refusal } from '../../src/app/refusal.ts';
import { waitForTwo } from '../../src/app/wiring/live-approval.ts';

const home = mkdtempSync(join(tmpdir(), 'live-approval-'));
const config = { ...NO_CONFIG, home };
after(() => { rmSync(home, { recursive: true, force: true }); });

test('real money is started without more where there are no two administrators, and by two where there are', async () => {
  await waitForTwo('binance with 1000 USDT', { venue: 'binance' }, config, assert.fail);
  const accounts = new SqliteAccounts(join(home, 'accounts.sqlite'));
  const add = (name: string) => accounts.addUser(newUser(`u-${name}`, name, 'admin', 'hash', 1));
  await add('ana');
  await waitForTwo('binance with 1000 USDT', { venue: 'binance' }, config, assert.fail);
  await add('ben');

  const told: string[] = [];
  const begin = () => waitForTwo('binance with 1000 USDT', { venue: 'binance' }, config, (text) => { told.push(text); });
  const waiting = async () => {
    for (;;) {
      const demand = (await accounts.approvals()).find(({ state }) => state === 'waiting');
      if (demand !== undefined) return demand.id;
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  };
  const started = begin();
  const id = await waiting();
  await accounts.decideApproval(id, 'u-ana', 'ana', true, Date.now());
  assert.equal(await accounts.decideApproval(id, 'u-ana', 'ana', true, Date.now()), 'own', 'one person cannot be both');
  await accounts.decideApproval(id, 'u-ben', 'ben', true, Date.now());
  await started;
  assert.match(told[0] ?? '', /Two administrators have to approve this/);

  const refused = begin();
  await accounts.decideApproval(await waiting(), 'u-ben', 'ben', false, Date.now());
  await assert.rejects(refused, (error) => error instanceof Refusal && /ben refused it/.test(error.message));
  assert.deepEqual((await accounts.audit({ limit: 2, action: 'goLive' })).map(({ outcome, detail }) => [outcome, detail]), [
    ['refused', 'binance with 1000 USDT: ben refused it'], ['done', 'binance with 1000 USDT: approved by ana and ben'],
  ]);
  await accounts.close();
});
