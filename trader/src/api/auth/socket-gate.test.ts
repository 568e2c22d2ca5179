import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { MemoryKeyShelf, MemorySecrets } from '../../../test/auth-house.ts';
import { SqliteAccounts } from '../../adapters/accounts/sqlite-accounts.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { createAuth } from './auth.ts';
import { hashOf } from './keyring.ts';
import { newUser } from './sign-in.ts';

test('a store that cannot be read while those who are connected are looked at is told of, and asked again', async () => {
  const accounts = new SqliteAccounts(':memory:');
  const clock = new VirtualClock(Date.UTC(2026, 0, 5, 9));
  const troubles: string[] = [];
  const auth = await createAuth({
    accounts, clock, secrets: new MemorySecrets(), venueKeys: new MemoryKeyShelf(), random: (count) => randomBytes(count), hostNames: [], secure: false,
    realMoney: () => false, onTrouble: (message) => { troubles.push(message); },
  });
  await accounts.addUser(newUser('u1', 'ana', 'admin', 'hash', clock.now()));
  await accounts.addToken({ id: 't1', userId: 'u1', name: 'bot', role: 'viewer', secretHash: hashOf('algotrendy_x'), lastFour: 'dy_x', createdAt: clock.now(), expiresAt: undefined, lastUsedAt: undefined });
  const headers = { host: '127.0.0.1:7070', authorization: 'Bearer algotrendy_x' };
  const entry = await auth.sockets.authenticate({ headers, socket: {} } as unknown as Parameters<typeof auth.sockets.authenticate>[0]);
  assert.ok(entry.ok);
  await accounts.close();
  await clock.run(clock.now() + 20_000);
  assert.deepEqual(troubles, Array.from({ length: 2 }, () => 'those who are connected cannot be looked at'));
  auth.close();
});
