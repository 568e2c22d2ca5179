import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SqliteAccounts } from '../../src/adapters/accounts/sqlite-accounts.ts';
import { newUser } from '../../src/api/auth/sign-in.ts';
import type { Accounts } from '../../src/ports/accounts.ts';

const GRACE_MS = 30_000;
const IDLE_MS = 1_800_000;
const BEGIN = Date.UTC(2026, 0, 5);

/** Stands for the HMAC: the successor follows from the token. */
const successor = (token: string) => `${token}'`;

async function begin(run: (accounts: Accounts) => Promise<void>): Promise<void> {
  const accounts = new SqliteAccounts(':memory:');
  try {
    await accounts.addUser(newUser('u', 'ana', 'admin', 'hash', BEGIN));
    await accounts.startSession({ id: 's', userId: 'u', createdAt: BEGIN, lastSeenAt: BEGIN, expiresAt: BEGIN + 1e12, steppedUpAt: BEGIN, address: '', device: '' }, 't');
    await run(accounts);
  } finally {
    await accounts.close();
  }
}

const rotate = async (accounts: Accounts, token: string, now: number) => (await accounts.rotate({ hash: token, nextHash: successor(token), now, graceMs: GRACE_MS, idleMs: IDLE_MS })).kind;

test('whoever has a session alone never loses it, however many answers are lost and asked for again in time', async () => {
  const step = fc.record({ restMs: fc.integer({ min: 0, max: IDLE_MS - GRACE_MS - 1 }), againMs: fc.array(fc.integer({ min: 0, max: GRACE_MS / 4 }), { maxLength: 4 }) });
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), (steps) => begin(async (accounts) => {
    let [token, now] = ['t', BEGIN];
    for (const { restMs, againMs } of steps) {
      now += restMs;
      assert.equal(await rotate(accounts, token, now), 'rotated');
      for (const waitMs of againMs) {
        now += waitMs;
        assert.equal(await rotate(accounts, token, now), 'repeated');
      }
      token = successor(token);
    }
  })), { numRuns: 60 });
});

test('once both a thief and the owner have gone on from the same token, apart by more than the grace, the session has ended', async () => {
  const step = fc.record({ thief: fc.boolean(), restMs: fc.integer({ min: GRACE_MS + 1, max: 200_000 }) });
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), (steps) => begin(async (accounts) => {
    const tokens = { owner: 't', thief: 't' };
    const seen = new Set<string>();
    let now = BEGIN;
    for (const { thief, restMs } of steps) {
      now += restMs;
      const who = thief ? 'thief' : 'owner';
      const kind = await rotate(accounts, tokens[who], now);
      seen.add(who);
      tokens[who] = successor(tokens[who]);
      if (seen.size === 1) assert.equal(kind, 'rotated');
      else {
        assert.ok(kind === 'reused' || kind === 'unknown');
        assert.equal(await accounts.session('s'), undefined);
      }
    }
  })), { numRuns: 60 });
});
