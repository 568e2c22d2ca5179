import type { AuditEntry, AuditFacts } from '../domain/audit.ts';
import type { Timestamp } from '../domain/time.ts';

/** A person who may sign in. */
export interface User {
  readonly id: string;
  /** Unique without regard to case. */
  readonly name: string;
  readonly role: 'viewer' | 'trader' | 'admin';
  /** In the format of the hash function; undefined until the person has chosen one. */
  readonly passwordHash: string | undefined;
  readonly disabled: boolean;
  /** Shared secret of the second factor, sealed; undefined where there is none. */
  readonly totpSealed: string | undefined;
  /** Set up and not yet confirmed by a code: not asked for at sign-in. */
  readonly totpPending: string | undefined;
  readonly createdAt: Timestamp;
  readonly lastSeenAt: Timestamp | undefined;
}

/** What may change of a user; what is absent stays. `undefined` clears what can be cleared. */
export type UserChange = Partial<Pick<User, 'role' | 'passwordHash' | 'disabled' | 'totpSealed' | 'totpPending'>>;

/** A browser in which somebody is signed in: one family of refresh tokens. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Timestamp;
  /** When it was last refreshed. */
  readonly lastSeenAt: Timestamp;
  /** The end that no refresh moves. */
  readonly expiresAt: Timestamp;
  /** When the person last proved to be themselves: signing in counts. */
  readonly steppedUpAt: Timestamp;
  readonly address: string;
  /** What the browser says it is. */
  readonly device: string;
}

/** What became of a refresh token. `repeated` is the same request once more, within the grace; `reused` has ended the session. */
export type Rotation =
  | { readonly kind: 'rotated' | 'repeated'; readonly session: Session; readonly user: User }
  | { readonly kind: 'reused'; readonly session: Session; readonly user: User }
  | { readonly kind: 'unknown' };

/** How to rotate: hashes of the old and the new token, and how long the session may rest. */
export interface RotationRequest {
  readonly hash: string;
  readonly nextHash: string;
  readonly now: Timestamp;
  /** How long after its use a token still counts as the same request, whose answer was perhaps lost. */
  readonly graceMs: number;
  /** A session that rested for longer has ended. */
  readonly idleMs: number;
}

/** A key for a program. Its secret is not kept, only the secret's hash. */
export interface ApiToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly role: User['role'];
  readonly secretHash: string;
  readonly lastFour: string;
  readonly createdAt: Timestamp;
  /** Undefined never expires. */
  readonly expiresAt: Timestamp | undefined;
  readonly lastUsedAt: Timestamp | undefined;
}

/** A link that is good once: for the first administrator, or for a person to choose a password. */
export interface OneTimeLink {
  readonly hash: string;
  readonly purpose: 'first-run' | 'set-password';
  /** Whose password; undefined for the first run. */
  readonly userId: string | undefined;
  readonly expiresAt: Timestamp;
}

/** One demand for four eyes. */
export interface Approval {
  readonly id: string;
  /** The route's operation. */
  readonly action: string;
  /** Hash of all that was asked for, so that what is approved is what is done. */
  readonly requestHash: string;
  /** What it is, for the second person. */
  readonly detail: string;
  /** Who asked; empty for the command line, where nobody is known: then the first who approves takes this place, and it takes another one. */
  readonly userId: string;
  readonly by: string;
  readonly at: Timestamp;
  readonly expiresAt: Timestamp;
  readonly state: 'waiting' | 'approved' | 'refused' | 'used';
  readonly decidedBy: string | undefined;
}

/** The public half of a key that signs access tokens: any process may check what another one signed. */
export interface PublicKey {
  readonly kid: string;
  /** JSON Web Key, as text. */
  readonly jwk: string;
  readonly expiresAt: Timestamp;
}

/** Which entries of the audit log: the newest first, those before a sequence. */
export interface AuditQuery {
  readonly before?: number | undefined;
  readonly limit: number;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
}

/**
 * Where people, their sessions, tokens and bans, and the audit log are kept. Every method is one
 * transaction: two processes that share a store cannot both use the same link, code, refresh or approval.
 */
export interface Accounts {
  /** Adds a user. With `first` only where there is nobody yet. */
  addUser(user: User, first?: boolean): Promise<'added' | 'name-taken' | 'not-first'>;
  user(id: string): Promise<User | undefined>;
  userByName(name: string): Promise<User | undefined>;
  /** All users, by name. */
  users(): Promise<readonly User[]>;
  /** Changes a user; `last-admin` where nobody who is not disabled would be left as administrator. */
  changeUser(id: string, change: UserChange): Promise<User | 'unknown' | 'last-admin'>;
  /** Removes a user with sessions, tokens and codes; the audit log keeps the name. */
  removeUser(id: string): Promise<'removed' | 'unknown' | 'last-admin'>;

  /** Whether a time step of the second factor may be used: once, and none before it. */
  takeTotpStep(userId: string, step: number): Promise<boolean>;
  setRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void>;
  /** Uses up a recovery code; false where there is none such. */
  takeRecoveryCode(userId: string, hash: string): Promise<boolean>;
  recoveryCodesLeft(userId: string): Promise<number>;

  startSession(session: Session, refreshHash: string): Promise<void>;
  /** A session and whose it is; undefined where it was ended or belongs to nobody. */
  session(id: string): Promise<{ readonly session: Session; readonly user: User } | undefined>;
  /** The session that an unused or used refresh token belongs to. */
  sessionByRefresh(refreshHash: string): Promise<string | undefined>;
  rotate(request: RotationRequest): Promise<Rotation>;
  stepUp(sessionId: string, at: Timestamp): Promise<void>;
  /** Sessions of one user or of all, the newest first. */
  sessions(userId?: string): Promise<readonly Session[]>;
  /** Ends one session; false where it is gone. */
  endSession(id: string): Promise<boolean>;
  /** Ends all sessions of a user but one; their ids. */
  endSessions(userId: string, except?: string): Promise<readonly string[]>;
  /** Whether a user has signed in from this address since then. */
  isFamiliar(userId: string, address: string, since: Timestamp): Promise<boolean>;

  addToken(token: ApiToken): Promise<void>;
  tokens(userId?: string): Promise<readonly ApiToken[]>;
  tokenByHash(secretHash: string): Promise<{ readonly token: ApiToken; readonly user: User } | undefined>;
  touchToken(id: string, at: Timestamp): Promise<void>;
  removeToken(id: string): Promise<boolean>;
  /** Removes all tokens of a user; their ids. */
  removeTokens(userId: string): Promise<readonly string[]>;

  addLink(link: OneTimeLink): Promise<void>;
  /** Looks at a link that has not expired, and leaves it. */
  link(hash: string, now: Timestamp): Promise<OneTimeLink | undefined>;
  /** Uses up a link; undefined where there is none such or it has expired. */
  takeLink(hash: string, now: Timestamp): Promise<OneTimeLink | undefined>;
  /** Makes all links of a purpose (and user) useless. */
  dropLinks(purpose: OneTimeLink['purpose'], userId?: string): Promise<void>;

  /** Notes a failed attempt under a key; how many there were since then, this one included. */
  recordFailure(key: string, at: Timestamp, since: Timestamp): Promise<number>;
  clearFailures(key: string): Promise<void>;
  ban(key: string, until: Timestamp): Promise<void>;
  /** Until when a key is banned; undefined where it is not. */
  bannedUntil(key: string, now: Timestamp): Promise<Timestamp | undefined>;
  liftBan(key: string): Promise<void>;

  addPublicKey(key: PublicKey): Promise<void>;
  publicKey(kid: string, now: Timestamp): Promise<PublicKey | undefined>;

  addApproval(approval: Approval): Promise<void>;
  /** All that are remembered, the newest first. */
  approvals(): Promise<readonly Approval[]>;
  /** Decides a waiting one, or makes the first of two decisions about one of the command line; `own` where the person asked for it themselves. */
  decideApproval(id: string, userId: string, name: string, approve: boolean, now: Timestamp): Promise<Approval | 'unknown' | 'own' | 'over'>;
  /** Uses up an approved one for exactly that request of that user. */
  takeApproval(id: string, userId: string, requestHash: string, now: Timestamp): Promise<boolean>;

  /** Values that administrators set, by name. */
  settings(): Promise<ReadonlyMap<string, string>>;
  changeSettings(values: ReadonlyMap<string, string>): Promise<void>;

  /** Appends to the audit log and chains it to what is there. */
  appendAudit(facts: AuditFacts): Promise<AuditEntry>;
  audit(query: AuditQuery): Promise<readonly AuditEntry[]>;
  /** Entries after a sequence, the oldest first, for going along the chain. */
  auditAfter(sequence: number, limit: number): Promise<readonly AuditEntry[]>;
  /** The greatest sequence that was ever given, counted apart from the entries: what was cut off at the end shows. */
  auditCount(): Promise<number>;

  /** Forgets what has expired: sessions, links, failures, bans, keys, old approvals. Never audit entries. */
  prune(now: Timestamp): Promise<void>;
  close(): Promise<void>;
}
