import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AuditChain, type AuditFacts } from '../../src/domain/audit.ts';
import type { Accounts, Session, User } from '../../src/ports/accounts.ts';

/** A store under test. Suites share it; every test takes people of its own. */
export interface AccountsSubject {
  open(): Promise<Accounts>;
  /** Opens a second one onto the same accounts, as another process would. */
  openBeside(): Promise<Accounts>;
  /** A store that nobody has used. */
  openFresh(): Promise<Accounts>;
  close(): Promise<void>;
}

const NOW = Date.UTC(2026, 0, 5, 9);
const HOUR = 3_600_000;

const FACTS: AuditFacts = { at: NOW, actor: 'ana', via: 'session s', action: 'halt', subject: '', outcome: 'done', address: '127.0.0.1', detail: '' };

/** What every store of accounts must do. */
export function accountsContract(name: string, subject: AccountsSubject): void {
  describe(`${name} as a store of accounts`, () => {
    let accounts: Accounts;
    let beside: Accounts;
    let number = 0;
    before(async () => {
      accounts = await subject.open();
      beside = await subject.openBeside();
    });
    after(() => subject.close());

    const person = (change: Partial<User> = {}): User => {
      number += 1;
      return { id: `u${number}`, name: `Person ${number}`, role: 'trader', passwordHash: 'hash', disabled: false, totpSealed: undefined, totpPending: undefined, createdAt: NOW, lastSeenAt: undefined, ...change };
    };
    const added = async (change: Partial<User> = {}): Promise<User> => {
      const user = person(change);
      assert.equal(await accounts.addUser(user), 'added');
      return user;
    };
    const begun = async (user: User, change: Partial<Session> = {}): Promise<Session> => {
      number += 1;
      const session = { id: `s${number}`, userId: user.id, createdAt: NOW, lastSeenAt: NOW, expiresAt: NOW + 12 * HOUR, steppedUpAt: NOW, address: '10.0.0.1', device: 'browser', ...change };
      await accounts.startSession(session, `first of ${session.id}`);
      return session;
    };
    const rotate = (hash: string, nextHash: string, now: number, store = accounts) => store.rotate({ hash, nextHash, now, graceMs: 30_000, idleMs: HOUR });

    test('people come back as they were added, whoever asks', async () => {
      const user = await added({ totpSealed: 'sealed', role: 'viewer' });
      assert.deepEqual(await accounts.user(user.id), user);
      assert.deepEqual(await beside.userByName(user.name), user);
      assert.equal(await accounts.user('nobody'), undefined);
    });

    test('a name is one whatever its case and however its letters are composed', async () => {
      const user = await added({ name: 'Zoë' });
      assert.equal(await accounts.addUser(person({ name: 'ZOE\u0308' })), 'name-taken');
      assert.deepEqual(await accounts.userByName(' zoE\u0308 '), user);
    });

    test('the first person is added only where there is nobody', async () => {
      await added();
      assert.equal(await accounts.addUser(person(), true), 'not-first');
      const fresh = await subject.openFresh();
      assert.equal(await fresh.addUser(person({ role: 'admin' }), true), 'added');
      await fresh.close();
    });

    test('what changes of a person changes, and the rest stays', async () => {
      const user = await added({ totpPending: 'pending' });
      const changed = { ...user, role: 'viewer', totpPending: undefined, totpSealed: 'sealed' };
      assert.deepEqual(await accounts.changeUser(user.id, { role: 'viewer', totpPending: undefined, totpSealed: 'sealed' }), changed);
      assert.deepEqual(await beside.user(user.id), changed);
      assert.equal(await accounts.changeUser('nobody', { role: 'viewer' }), 'unknown');
    });

    test('the last administrator who can sign in stays one, in every way', async () => {
      const fresh = await subject.openFresh();
      const [admin, invited] = [person({ role: 'admin' }), person({ role: 'admin', passwordHash: undefined })];
      await fresh.addUser(admin);
      await fresh.addUser(invited);
      for (const change of [{ role: 'trader' as const }, { disabled: true }, { passwordHash: undefined }]) {
        assert.equal(await fresh.changeUser(admin.id, change), 'last-admin');
        assert.deepEqual(await fresh.user(admin.id), admin);
      }
      assert.equal(await fresh.removeUser(admin.id), 'last-admin');
      assert.equal(await fresh.removeUser(invited.id), 'removed');
      const second = person({ role: 'admin' });
      await fresh.addUser(second);
      assert.equal(await fresh.removeUser(admin.id), 'removed');
      await fresh.close();
    });

    test('who is removed takes sessions, tokens, links and codes along', async () => {
      const user = await added();
      const session = await begun(user);
      await accounts.addToken({ id: `t-${user.id}`, userId: user.id, name: 'bot', role: 'viewer', secretHash: `h-${user.id}`, lastFour: 'abcd', createdAt: NOW, expiresAt: undefined, lastUsedAt: undefined });
      await accounts.addLink({ hash: `l-${user.id}`, purpose: 'set-password', userId: user.id, expiresAt: NOW + HOUR });
      await accounts.setRecoveryCodes(user.id, ['c']);
      assert.equal(await accounts.removeUser(user.id), 'removed');
      assert.equal(await accounts.session(session.id), undefined);
      assert.equal(await accounts.tokenByHash(`h-${user.id}`), undefined);
      assert.equal(await accounts.link(`l-${user.id}`, NOW), undefined);
      assert.equal(await accounts.recoveryCodesLeft(user.id), 0);
      assert.equal(await accounts.removeUser(user.id), 'unknown');
    });

    test('a time step of the second factor is good once, and none before it afterwards', async () => {
      const user = await added();
      assert.equal(await accounts.takeTotpStep(user.id, 100), true);
      assert.equal(await beside.takeTotpStep(user.id, 100), false);
      assert.equal(await accounts.takeTotpStep(user.id, 99), false);
      assert.equal(await beside.takeTotpStep(user.id, 101), true);
    });

    test('a recovery code is good once, for its owner, until there are new ones', async () => {
      const [user, other] = [await added(), await added()];
      await accounts.setRecoveryCodes(user.id, ['a', 'b', 'c']);
      assert.equal(await accounts.takeRecoveryCode(other.id, 'a'), false);
      assert.equal(await accounts.takeRecoveryCode(user.id, 'a'), true);
      assert.equal(await beside.takeRecoveryCode(user.id, 'a'), false);
      assert.equal(await accounts.recoveryCodesLeft(user.id), 2);
      await accounts.setRecoveryCodes(user.id, ['d']);
      assert.equal(await accounts.takeRecoveryCode(user.id, 'b'), false);
    });

    test('a refresh rotates once; the same request again gets the same; later it is theft and ends the session', async () => {
      const session = await begun(await added());
      const first = `first of ${session.id}`;
      assert.equal((await rotate(first, `${first} 2`, NOW + 1)).kind, 'rotated');
      assert.equal((await rotate(first, `${first} 2`, NOW + 20_000, beside)).kind, 'repeated');
      assert.equal((await rotate(first, `${first} 2`, NOW + 40_000)).kind, 'reused');
      assert.equal(await accounts.session(session.id), undefined);
      assert.equal((await rotate(`${first} 2`, `${first} 3`, NOW + 40_001)).kind, 'unknown');
    });

    test('once its successor was used, a refresh that comes again is theft at once', async () => {
      const session = await begun(await added());
      const first = `first of ${session.id}`;
      await rotate(first, `${first} 2`, NOW + 1);
      await rotate(`${first} 2`, `${first} 3`, NOW + 2);
      assert.equal((await rotate(first, `${first} 2`, NOW + 3)).kind, 'reused');
      assert.equal((await rotate(`${first} 3`, `${first} 4`, NOW + 4)).kind, 'unknown');
    });

    test('a refresh that was never given is nobody\'s and ends nothing', async () => {
      const session = await begun(await added());
      assert.equal((await rotate('forged', 'x', NOW)).kind, 'unknown');
      assert.notEqual(await accounts.session(session.id), undefined);
      assert.equal(await accounts.sessionByRefresh(`first of ${session.id}`), session.id);
    });

    test('a session ends by rest and by its age', async () => {
      const user = await added();
      const [rested, old] = [await begun(user), await begun(user, { expiresAt: NOW + 2 * HOUR, lastSeenAt: NOW + 2 * HOUR })];
      assert.equal((await rotate(`first of ${rested.id}`, 'r2', NOW + HOUR)).kind, 'unknown');
      assert.equal((await rotate(`first of ${old.id}`, 'o2', NOW + 2 * HOUR)).kind, 'unknown');
      assert.deepEqual(await accounts.sessions(user.id), []);
    });

    test('sessions are listed with the newest first, stepped up and ended, alone or but one', async () => {
      const user = await added();
      const [first, second, third] = [await begun(user), await begun(user, { createdAt: NOW + 1 }), await begun(user, { createdAt: NOW + 2 })];
      assert.deepEqual((await accounts.sessions(user.id)).map(({ id }) => id), [third.id, second.id, first.id]);
      await accounts.stepUp(second.id, NOW + 77);
      assert.equal((await beside.session(second.id))?.session.steppedUpAt, NOW + 77);
      assert.equal(await accounts.endSession(first.id), true);
      assert.equal(await accounts.endSession(first.id), false);
      assert.deepEqual(await accounts.endSessions(user.id, second.id), [third.id]);
      assert.equal(await accounts.isFamiliar(user.id, '10.0.0.1', NOW), true);
      assert.equal(await accounts.isFamiliar(user.id, '10.0.0.2', NOW), false);
      assert.equal(await accounts.isFamiliar(user.id, '10.0.0.1', NOW + 10), false);
    });

    test('a token is found by its hash, noted when used, and gone when removed', async () => {
      const user = await added();
      const token = { id: `t-${user.id}`, userId: user.id, name: 'bot', role: 'viewer' as const, secretHash: `h-${user.id}`, lastFour: 'abcd', createdAt: NOW, expiresAt: NOW + HOUR, lastUsedAt: undefined };
      await accounts.addToken(token);
      assert.deepEqual(await beside.tokenByHash(token.secretHash), { token, user });
      await accounts.touchToken(token.id, NOW + 5);
      assert.deepEqual(await accounts.tokens(user.id), [{ ...token, lastUsedAt: NOW + 5 }]);
      assert.equal(await accounts.removeToken(token.id), true);
      assert.equal(await accounts.removeToken(token.id), false);
      await accounts.addToken(token);
      assert.deepEqual(await accounts.removeTokens('nobody'), []);
      assert.deepEqual(await accounts.removeTokens(token.userId), [token.id]);
      assert.deepEqual(await accounts.tokens(token.userId), []);
    });

    test('a link is good once, until it expires, and not after it was dropped', async () => {
      const user = await added();
      const link = { hash: `a-${user.id}`, purpose: 'set-password' as const, userId: user.id, expiresAt: NOW + HOUR };
      await accounts.addLink(link);
      assert.deepEqual(await accounts.link(link.hash, NOW), link);
      assert.equal(await accounts.takeLink(link.hash, NOW + HOUR), undefined);
      assert.deepEqual(await beside.takeLink(link.hash, NOW), link);
      assert.equal(await accounts.takeLink(link.hash, NOW), undefined);
      await accounts.addLink({ ...link, hash: `b-${user.id}` });
      await accounts.dropLinks('set-password', user.id);
      assert.equal(await accounts.link(`b-${user.id}`, NOW), undefined);
    });

    test('failures count within their window until they are cleared, and a ban ends by itself', async () => {
      const key = `key ${++number}`;
      for (let count = 1; count <= 3; count++) assert.equal(await accounts.recordFailure(key, NOW + count, NOW), count);
      assert.equal(await beside.recordFailure(key, NOW + HOUR, NOW + 2), 2);
      await accounts.clearFailures(key);
      assert.equal(await accounts.recordFailure(key, NOW, NOW - 1), 1);
      assert.equal(await accounts.bannedUntil(key, NOW), undefined);
      await accounts.ban(key, NOW + HOUR);
      await accounts.ban(key, NOW + 1);
      assert.equal(await beside.bannedUntil(key, NOW), NOW + HOUR);
      assert.equal(await accounts.bannedUntil(key, NOW + HOUR), undefined);
      await accounts.liftBan(key);
      assert.equal(await accounts.bannedUntil(key, NOW), undefined);
    });

    test('a public key is there until it has expired', async () => {
      const key = { kid: `k${++number}`, jwk: '{}', expiresAt: NOW + HOUR };
      await accounts.addPublicKey(key);
      assert.deepEqual(await beside.publicKey(key.kid, NOW), key);
      assert.equal(await accounts.publicKey(key.kid, NOW + HOUR), undefined);
    });

    test('an approval is another\'s to give, in time, and used once for just that request', async () => {
      const demand = () => ({ id: `a${++number}`, action: 'resume', requestHash: 'r', detail: 'd', userId: 'u-ana', by: 'ana', at: NOW, expiresAt: NOW + HOUR, state: 'waiting' as const, decidedBy: undefined });
      const [first, late, refused] = [demand(), demand(), demand()];
      for (const each of [first, late, refused]) await accounts.addApproval(each);
      assert.equal(await accounts.decideApproval('nothing', 'u-ben', 'ben', true, NOW), 'unknown');
      assert.equal(await accounts.decideApproval(first.id, 'u-ana', 'ana', true, NOW), 'own');
      assert.equal(await accounts.takeApproval(first.id, 'u-ana', 'r', NOW), false);
      assert.deepEqual(await beside.decideApproval(first.id, 'u-ben', 'ben', true, NOW), { ...first, state: 'approved', decidedBy: 'ben' });
      assert.equal(await accounts.decideApproval(first.id, 'u-ben', 'ben', false, NOW), 'over');
      assert.equal(await accounts.takeApproval(first.id, 'u-ana', 'another request', NOW), false);
      assert.equal(await accounts.takeApproval(first.id, 'u-cem', 'r', NOW), false);
      assert.equal(await accounts.takeApproval(first.id, 'u-ana', 'r', NOW), true);
      assert.equal(await beside.takeApproval(first.id, 'u-ana', 'r', NOW), false);
      assert.equal(await accounts.decideApproval(late.id, 'u-ben', 'ben', true, NOW + HOUR), 'over');
      assert.equal(await accounts.decideApproval(refused.id, 'u-ana', 'ana', false, NOW).then((each) => typeof each === 'object' && each.state), 'refused');
      assert.ok((await accounts.approvals()).length >= 3);
    });

    test('what the command line asks for takes two different people', async () => {
      const demand = { id: `a${++number}`, action: 'goLive', requestHash: 'r', detail: 'd', userId: '', by: 'command line', at: NOW, expiresAt: NOW + HOUR, state: 'waiting' as const, decidedBy: undefined };
      await accounts.addApproval(demand);
      assert.deepEqual(await accounts.decideApproval(demand.id, 'u-ana', 'ana', true, NOW), { ...demand, userId: 'u-ana', by: 'ana' });
      assert.equal(await accounts.decideApproval(demand.id, 'u-ana', 'ana', true, NOW), 'own');
      assert.equal(await beside.decideApproval(demand.id, 'u-ben', 'ben', true, NOW).then((each) => typeof each === 'object' && each.state), 'approved');
      assert.equal(await accounts.takeApproval(demand.id, 'u-ana', 'r', NOW), true);
    });

    test('settings stay as they were set, each by itself', async () => {
      await accounts.changeSettings(new Map([['a', '1'], ['b', '2']]));
      await beside.changeSettings(new Map([['b', '3']]));
      const kept = await accounts.settings();
      assert.deepEqual([kept.get('a'), kept.get('b')], ['1', '3']);
    });

    test('the audit log is one chain, whoever appends to it', async () => {
      const [before_, tellers] = [await accounts.auditCount(), [accounts, beside, accounts, accounts, beside]];
      for (const [index, teller] of tellers.entries()) await teller.appendAudit({ ...FACTS, action: `chain ${index}`, detail: 'ä "quoted"\nline' });
      assert.equal(await accounts.auditCount(), before_ + 5);
      const chain = new AuditChain();
      for (const entry of await accounts.auditAfter(0, 10_000)) chain.take(entry);
      assert.deepEqual([chain.brokenAt, chain.sequence], [undefined, before_ + 5]);
      assert.deepEqual((await accounts.audit({ limit: 2, actor: 'ana' })).map(({ action }) => action), ['chain 4', 'chain 3']);
      assert.deepEqual((await accounts.audit({ limit: 9, action: 'chain 1' })).map(({ sequence }) => sequence), [before_ + 2]);
      assert.deepEqual((await accounts.audit({ limit: 1, before: before_ + 2 })).map(({ action }) => action), ['chain 0']);
    });

    test('words that were cut in the middle of a character, and other odd ones, do not look like tampering', async () => {
      for (const detail of [`{"text":"${'😀'.repeat(9)}`.slice(0, 14), 'nothing \0 here', 'a line\u2028ends', '\uFEFFmark']) await accounts.appendAudit({ ...FACTS, action: 'odd', detail, subject: detail });
      const chain = new AuditChain();
      for (const entry of await accounts.auditAfter(0, 10_000)) chain.take(entry);
      assert.deepEqual([chain.brokenAt, chain.sequence], [undefined, await accounts.auditCount()]);
    });

    test('what has expired is forgotten, what has not stays, and the audit log stays whole', async () => {
      const fresh = await subject.openFresh();
      const user = person();
      await fresh.addUser(user);
      const session = { userId: user.id, createdAt: NOW, lastSeenAt: NOW, steppedUpAt: NOW, address: '', device: '' };
      await fresh.startSession({ ...session, id: 'old', expiresAt: NOW }, 'h1');
      await fresh.startSession({ ...session, id: 'new', expiresAt: NOW + HOUR }, 'h2');
      await fresh.ban('k', NOW + HOUR);
      await fresh.appendAudit({ ...FACTS, at: 1 });
      await fresh.prune(NOW);
      assert.deepEqual((await fresh.sessions()).map(({ id }) => id), ['new']);
      assert.equal(await fresh.bannedUntil('k', NOW), NOW + HOUR);
      assert.equal((await fresh.auditAfter(0, 9)).length, 1);
      await fresh.close();
    });
  });
}
