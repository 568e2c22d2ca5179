import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { AUDIT_ROOT, auditHash, type AuditEntry, type AuditFacts } from '../../domain/audit.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { Accounts, ApiToken, Approval, AuditQuery, OneTimeLink, PublicKey, Rotation, RotationRequest, Session, User, UserChange } from '../../ports/accounts.ts';
import { attempt, openAccountsFile } from './accounts-file.ts';
import { toApproval, toAuditEntry, toLink, toSession, toToken, toUser, type Row } from './rows.ts';

/** Failures are remembered for as long as any window that counts them. */
const FAILURES_KEPT_MS = DAY_MS;
/** What was approved, refused or let lie is shown for a while. */
const APPROVALS_KEPT_MS = 30 * DAY_MS;
/** An address from which somebody signed in is known for as long. */
const FAMILIAR_KEPT_MS = 90 * DAY_MS;
const ADMINS = "SELECT count(*) AS n FROM user WHERE role = 'admin' AND disabled = 0 AND passwordHash IS NOT NULL";

/** Accounts in one SQLite file that its owner alone may read. Several processes may share it. */
export class SqliteAccounts implements Accounts {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens the file at `path`, which is made where there is none; `:memory:` is gone when it is closed. Throws `AccountsError`. */
  constructor(path: string) {
    this.#path = path;
    this.#database = openAccountsFile(path);
  }

  addUser(user: User, first = false): Promise<'added' | 'name-taken' | 'not-first'> {
    return this.#transact(() => {
      if (first && this.#count('SELECT count(*) AS n FROM user') > 0) return 'not-first';
      const { changes } = this.#run(
        'INSERT INTO user (id, name, folded, role, passwordHash, disabled, totpSealed, totpPending, createdAt, lastSeenAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (folded) DO NOTHING',
        user.id, user.name, fold(user.name), user.role, user.passwordHash, user.disabled, user.totpSealed, user.totpPending, user.createdAt, user.lastSeenAt);
      return changes === 1 ? 'added' : 'name-taken';
    });
  }

  user(id: string): Promise<User | undefined> {
    return this.#read(() => this.#one('SELECT * FROM user WHERE id = ?', toUser, id));
  }

  userByName(name: string): Promise<User | undefined> {
    return this.#read(() => this.#one('SELECT * FROM user WHERE folded = ?', toUser, fold(name)));
  }

  users(): Promise<readonly User[]> {
    return this.#read(() => this.#all('SELECT * FROM user ORDER BY folded', toUser));
  }

  changeUser(id: string, change: UserChange): Promise<User | 'unknown' | 'last-admin'> {
    return this.#transact(() => {
      const user = this.#one('SELECT * FROM user WHERE id = ?', toUser, id);
      if (user === undefined) return 'unknown';
      const next = { ...user, ...change };
      this.#run('UPDATE user SET role = ?, passwordHash = ?, disabled = ?, totpSealed = ?, totpPending = ? WHERE id = ?', next.role, next.passwordHash, next.disabled, next.totpSealed, next.totpPending, id);
      if (wasAdmin(user) && this.#count(ADMINS) === 0) return this.#undo('last-admin');
      return next;
    });
  }

  removeUser(id: string): Promise<'removed' | 'unknown' | 'last-admin'> {
    return this.#transact(() => {
      const user = this.#one('SELECT * FROM user WHERE id = ?', toUser, id);
      if (user === undefined) return 'unknown';
      this.#run('DELETE FROM user WHERE id = ?', id);
      return wasAdmin(user) && this.#count(ADMINS) === 0 ? this.#undo('last-admin') : 'removed';
    });
  }

  takeTotpStep(userId: string, step: number): Promise<boolean> {
    return this.#transact(() => this.#run('UPDATE user SET totpStep = ? WHERE id = ? AND totpStep < ?', step, userId, step).changes === 1);
  }

  setRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void> {
    return this.#transact(() => {
      this.#run('DELETE FROM recovery WHERE userId = ?', userId);
      for (const hash of hashes) this.#run('INSERT INTO recovery VALUES (?, ?)', userId, hash);
    });
  }

  takeRecoveryCode(userId: string, hash: string): Promise<boolean> {
    return this.#transact(() => this.#run('DELETE FROM recovery WHERE userId = ? AND hash = ?', userId, hash).changes === 1);
  }

  recoveryCodesLeft(userId: string): Promise<number> {
    return this.#read(() => this.#count('SELECT count(*) AS n FROM recovery WHERE userId = ?', userId));
  }

  startSession(session: Session, refreshHash: string): Promise<void> {
    return this.#transact(() => {
      this.#run('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)', session.id, session.userId, session.createdAt, session.lastSeenAt, session.expiresAt, session.steppedUpAt, session.address, session.device);
      this.#run('INSERT INTO refresh (hash, sessionId) VALUES (?, ?)', refreshHash, session.id);
      this.#run('INSERT OR REPLACE INTO familiar VALUES (?, ?, ?)', session.userId, session.address, session.createdAt);
      this.#run('UPDATE user SET lastSeenAt = ? WHERE id = ?', session.createdAt, session.userId);
    });
  }

  session(id: string): Promise<{ readonly session: Session; readonly user: User } | undefined> {
    return this.#read(() => this.#session(id));
  }

  sessionByRefresh(refreshHash: string): Promise<string | undefined> {
    return this.#read(() => this.#one('SELECT sessionId FROM refresh WHERE hash = ?', (row) => String(row['sessionId']), refreshHash));
  }

  rotate({ hash, nextHash, now, graceMs, idleMs }: RotationRequest): Promise<Rotation> {
    return this.#transact((): Rotation => {
      const known = this.#one('SELECT * FROM refresh WHERE hash = ?', (row) => ({ sessionId: String(row['sessionId']), usedAt: row['usedAt'], nextHash: row['nextHash'] }), hash);
      const found = known && this.#session(known.sessionId);
      if (known === undefined || found === undefined) return { kind: 'unknown' };
      if (found.session.expiresAt <= now || found.session.lastSeenAt + idleMs <= now) {
        this.#run('DELETE FROM session WHERE id = ?', known.sessionId);
        return { kind: 'unknown' };
      }
      if (known.usedAt !== null) {
        const fresh = now - Number(known.usedAt) <= graceMs && known.nextHash === nextHash && this.#count('SELECT count(*) AS n FROM refresh WHERE hash = ? AND usedAt IS NULL', nextHash) === 1;
        if (fresh) return { kind: 'repeated', ...found };
        this.#run('DELETE FROM session WHERE id = ?', known.sessionId);
        return { kind: 'reused', ...found };
      }
      this.#run('UPDATE refresh SET usedAt = ?, nextHash = ? WHERE hash = ?', now, nextHash, hash);
      this.#run('INSERT INTO refresh (hash, sessionId) VALUES (?, ?)', nextHash, known.sessionId);
      this.#run('UPDATE session SET lastSeenAt = ? WHERE id = ?', now, known.sessionId);
      this.#run('UPDATE user SET lastSeenAt = ? WHERE id = ?', now, found.user.id);
      return { kind: 'rotated', session: { ...found.session, lastSeenAt: now }, user: found.user };
    });
  }

  stepUp(sessionId: string, at: Timestamp): Promise<void> {
    return this.#transact(() => void this.#run('UPDATE session SET steppedUpAt = ? WHERE id = ?', at, sessionId));
  }

  sessions(userId?: string): Promise<readonly Session[]> {
    return this.#read(() => this.#all('SELECT * FROM session WHERE ?1 IS NULL OR userId = ?1 ORDER BY createdAt DESC, id', toSession, userId));
  }

  endSession(id: string): Promise<boolean> {
    return this.#transact(() => this.#run('DELETE FROM session WHERE id = ?', id).changes === 1);
  }

  endSessions(userId: string, except = ''): Promise<readonly string[]> {
    return this.#transact(() => this.#all('DELETE FROM session WHERE userId = ? AND id <> ? RETURNING id', (row) => String(row['id']), userId, except));
  }

  isFamiliar(userId: string, address: string, since: Timestamp): Promise<boolean> {
    return this.#read(() => this.#count('SELECT count(*) AS n FROM familiar WHERE userId = ? AND address = ? AND at >= ?', userId, address, since) > 0);
  }

  addToken(token: ApiToken): Promise<void> {
    return this.#transact(() => void this.#run('INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', token.id, token.userId, token.name, token.role, token.secretHash, token.lastFour, token.createdAt, token.expiresAt, token.lastUsedAt));
  }

  tokens(userId?: string): Promise<readonly ApiToken[]> {
    return this.#read(() => this.#all('SELECT * FROM token WHERE ?1 IS NULL OR userId = ?1 ORDER BY createdAt DESC, id', toToken, userId));
  }

  tokenByHash(secretHash: string): Promise<{ readonly token: ApiToken; readonly user: User } | undefined> {
    return this.#read(() => {
      const token = this.#one('SELECT * FROM token WHERE secretHash = ?', toToken, secretHash);
      const user = token && this.#one('SELECT * FROM user WHERE id = ?', toUser, token.userId);
      return token === undefined || user === undefined ? undefined : { token, user };
    });
  }

  touchToken(id: string, at: Timestamp): Promise<void> {
    return this.#transact(() => void this.#run('UPDATE token SET lastUsedAt = ? WHERE id = ?', at, id));
  }

  removeToken(id: string): Promise<boolean> {
    return this.#transact(() => this.#run('DELETE FROM token WHERE id = ?', id).changes === 1);
  }

  removeTokens(userId: string): Promise<readonly string[]> {
    return this.#transact(() => this.#all('DELETE FROM token WHERE userId = ? RETURNING id', (row) => String(row['id']), userId));
  }

  addLink(link: OneTimeLink): Promise<void> {
    return this.#transact(() => void this.#run('INSERT INTO link VALUES (?, ?, ?, ?)', link.hash, link.purpose, link.userId, link.expiresAt));
  }

  link(hash: string, now: Timestamp): Promise<OneTimeLink | undefined> {
    return this.#read(() => this.#one('SELECT * FROM link WHERE hash = ? AND expiresAt > ?', toLink, hash, now));
  }

  takeLink(hash: string, now: Timestamp): Promise<OneTimeLink | undefined> {
    return this.#transact(() => this.#one('DELETE FROM link WHERE hash = ? AND expiresAt > ? RETURNING *', toLink, hash, now));
  }

  dropLinks(purpose: OneTimeLink['purpose'], userId?: string): Promise<void> {
    return this.#transact(() => void this.#run('DELETE FROM link WHERE purpose = ?1 AND (?2 IS NULL OR userId = ?2)', purpose, userId));
  }

  recordFailure(key: string, at: Timestamp, since: Timestamp): Promise<number> {
    return this.#transact(() => {
      this.#run('INSERT INTO failure VALUES (?, ?)', key, at);
      return this.#count('SELECT count(*) AS n FROM failure WHERE key = ? AND at > ?', key, since);
    });
  }

  clearFailures(key: string): Promise<void> {
    return this.#transact(() => void this.#run('DELETE FROM failure WHERE key = ?', key));
  }

  ban(key: string, until: Timestamp): Promise<void> {
    return this.#transact(() => void this.#run('INSERT INTO ban VALUES (?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)', key, until));
  }

  bannedUntil(key: string, now: Timestamp): Promise<Timestamp | undefined> {
    return this.#read(() => this.#one('SELECT until FROM ban WHERE key = ? AND until > ?', (row) => Number(row['until']), key, now));
  }

  liftBan(key: string): Promise<void> {
    return this.#transact(() => {
      this.#run('DELETE FROM ban WHERE key = ?', key);
      this.#run('DELETE FROM failure WHERE key = ?', key);
    });
  }

  addPublicKey(key: PublicKey): Promise<void> {
    return this.#transact(() => void this.#run('INSERT INTO publicKey VALUES (?, ?, ?)', key.kid, key.jwk, key.expiresAt));
  }

  publicKey(kid: string, now: Timestamp): Promise<PublicKey | undefined> {
    return this.#read(() => this.#one('SELECT * FROM publicKey WHERE kid = ? AND expiresAt > ?', (row) => ({ kid: String(row['kid']), jwk: String(row['jwk']), expiresAt: Number(row['expiresAt']) }), kid, now));
  }

  addApproval(approval: Approval): Promise<void> {
    const { id, action, requestHash, detail, userId, by, at, expiresAt, state, decidedBy } = approval;
    return this.#transact(() => void this.#run('INSERT INTO approval VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', id, action, requestHash, detail, userId, by, at, expiresAt, state, decidedBy));
  }

  approvals(): Promise<readonly Approval[]> {
    return this.#read(() => this.#all('SELECT * FROM approval ORDER BY at DESC, id', toApproval));
  }

  decideApproval(id: string, userId: string, name: string, approve: boolean, now: Timestamp): Promise<Approval | 'unknown' | 'own' | 'over'> {
    return this.#transact(() => {
      const approval = this.#one('SELECT * FROM approval WHERE id = ?', toApproval, id);
      if (approval === undefined) return 'unknown';
      if (approval.userId === userId && approve) return 'own';
      if (approval.state !== 'waiting' || approval.expiresAt <= now) return 'over';
      if (approve && approval.userId === '') {
        this.#run('UPDATE approval SET userId = ?, by = ? WHERE id = ?', userId, name, id);
        return { ...approval, userId, by: name };
      }
      const state = approve ? 'approved' : 'refused';
      this.#run('UPDATE approval SET state = ?, decidedBy = ? WHERE id = ?', state, name, id);
      return { ...approval, state, decidedBy: name };
    });
  }

  takeApproval(id: string, userId: string, requestHash: string, now: Timestamp): Promise<boolean> {
    return this.#transact(() => this.#run("UPDATE approval SET state = 'used' WHERE id = ? AND userId = ? AND requestHash = ? AND state = 'approved' AND expiresAt > ?", id, userId, requestHash, now).changes === 1);
  }

  settings(): Promise<ReadonlyMap<string, string>> {
    return this.#read(() => new Map(this.#all('SELECT * FROM setting', (row) => [String(row['name']), String(row['value'])] as const)));
  }

  changeSettings(values: ReadonlyMap<string, string>): Promise<void> {
    return this.#transact(() => { for (const [name, value] of values) this.#run('INSERT OR REPLACE INTO setting VALUES (?, ?)', name, value); });
  }

  appendAudit(facts: AuditFacts): Promise<AuditEntry> {
    return this.#transact(() => {
      const last = this.#one('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1', (row) => ({ sequence: Number(row['sequence']), hash: String(row['hash']) }));
      const sequence = (last?.sequence ?? 0) + 1;
      const entry = { ...facts, sequence, hash: auditHash(last?.hash ?? AUDIT_ROOT, sequence, facts) };
      this.#run('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', sequence, facts.at, facts.actor, facts.via, facts.action, facts.subject, facts.outcome, facts.address, facts.detail, entry.hash);
      return entry;
    });
  }

  audit({ before, limit, actor, action }: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#read(() => this.#all(
      'SELECT * FROM audit WHERE (?1 IS NULL OR sequence < ?1) AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR action = ?3) ORDER BY sequence DESC LIMIT ?4',
      toAuditEntry, before, actor, action, limit));
  }

  auditAfter(sequence: number, limit: number): Promise<readonly AuditEntry[]> {
    return this.#read(() => this.#all('SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?', toAuditEntry, sequence, limit));
  }

  auditCount(): Promise<number> {
    return this.#read(() => this.#count("SELECT max(seq) AS n FROM sqlite_sequence WHERE name = 'audit'"));
  }

  prune(now: Timestamp): Promise<void> {
    return this.#transact(() => {
      this.#run('DELETE FROM session WHERE expiresAt <= ?', now);
      this.#run('DELETE FROM link WHERE expiresAt <= ?', now);
      this.#run('DELETE FROM failure WHERE at <= ?', now - FAILURES_KEPT_MS);
      this.#run('DELETE FROM ban WHERE until <= ?', now);
      this.#run('DELETE FROM publicKey WHERE expiresAt <= ?', now);
      this.#run('DELETE FROM approval WHERE at <= ?', now - APPROVALS_KEPT_MS);
      this.#run('DELETE FROM familiar WHERE at <= ?', now - FAMILIAR_KEPT_MS);
    });
  }

  close(): Promise<void> {
    return this.#read(() => { this.#database.close(); });
  }

  #session(id: string): { readonly session: Session; readonly user: User } | undefined {
    const session = this.#one('SELECT * FROM session WHERE id = ?', toSession, id);
    const user = session && this.#one('SELECT * FROM user WHERE id = ?', toUser, session.userId);
    return session === undefined || user === undefined ? undefined : { session, user };
  }

  /** Gives up the transaction under way, and says why. */
  #undo<T>(reason: T): T {
    this.#database.exec('ROLLBACK');
    return reason;
  }

  /** The port is of promises, for servers; a file is read at once. */
  #read<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => { resolve(attempt(this.#path, work)); });
  }

  #transact<T>(work: () => T): Promise<T> {
    return this.#read(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        if (this.#database.isTransaction) this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #one<T>(sql: string, read: (row: Row) => T, ...values: readonly Bindable[]): T | undefined {
    const row = this.#statement(sql).get(...values.map(bound));
    return row === undefined ? undefined : read(row);
  }

  #all<T>(sql: string, read: (row: Row) => T, ...values: readonly Bindable[]): T[] {
    return this.#statement(sql).all(...values.map(bound)).map(read);
  }

  #count(sql: string, ...values: readonly Bindable[]): number {
    return this.#one(sql, (row) => Number(row['n'] ?? 0), ...values) ?? 0;
  }

  #run(sql: string, ...values: readonly Bindable[]): { readonly changes: number } {
    return { changes: Number(this.#statement(sql).run(...values.map(bound)).changes) };
  }

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

type Bindable = string | number | boolean | undefined;

function bound(value: Bindable): SQLInputValue {
  return value === undefined ? null : typeof value === 'boolean' ? Number(value) : value;
}

/** Names are one, whatever their case, however their letters are composed, and with the blank that a phone puts behind. */
function fold(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** Somebody without a password, invited and never come, cannot administer anything. */
function wasAdmin(user: User): boolean {
  return user.role === 'admin' && !user.disabled && user.passwordHash !== undefined;
}
