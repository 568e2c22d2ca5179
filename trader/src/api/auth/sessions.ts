import type { Timestamp } from '../../domain/time.ts';
import type { Accounts, ApiToken, Session, User } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SessionChange } from '../stream/gate.ts';
import { holds, type Caller } from './access.ts';
import type { AccessTokens, TokenClaims } from './access-tokens.ts';
import type { InstallationSettings } from './installation-settings.ts';
import { hashOf, type Keyring } from './keyring.ts';

/** How long an access token opens anything. */
export const ACCESS_MS = 5 * 60_000;
/** However busy, a session ends after half a day (ASVS level 2). */
export const SESSION_MS = 12 * 3_600_000;
/** Browsers in which one person is signed in at once. */
const SESSIONS_MOST = 20;
/** A refresh whose answer was lost may be asked for again for so long. */
const GRACE_MS = 30_000;
/** What was proved is taken for granted for so long; what this process changes itself holds at once. */
const FRESH_MS = 1_000;
/** Proofs that are remembered; more than this many people at once are proved anew each time. */
const REMEMBERED_MOST = 20_000;
/** How often a token's last use is written down. */
const TOUCH_MS = 60_000;
const TOKEN_PREFIX = 'algotrendy_';

/** Where a request came from. */
export interface Origin {
  readonly address: string;
  /** What the browser says it is. */
  readonly device: string;
}

/** A session's two tokens, for its cookies. */
export interface Issued {
  readonly caller: Caller;
  readonly user: User;
  readonly access: string;
  /** Undefined where the browser has the newest already. */
  readonly refresh: string;
  readonly session: Session;
}

/** What sessions rest on. */
export interface SessionsParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly keys: Keyring;
  readonly tokens: AccessTokens;
  readonly settings: InstallationSettings;
  /** Whether orders cost real money. */
  readonly realMoney: () => boolean;
}

/** Sessions of browsers and tokens of programs: begins, renews, proves and ends them. */
export class Sessions {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #keys: Keyring;
  readonly #tokens: AccessTokens;
  readonly #settings: InstallationSettings;
  readonly #realMoney: () => boolean;
  readonly #claims = new Map<string, TokenClaims>();
  readonly #proofs = new Map<string, { readonly caller: Caller; readonly until: Timestamp }>();
  readonly #listeners = new Set<(change: SessionChange) => void>();

  constructor({ accounts, clock, keys, tokens, settings, realMoney }: SessionsParts) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#keys = keys;
    this.#tokens = tokens;
    this.#settings = settings;
    this.#realMoney = realMoney;
  }

  /** Begins a session. Signing in counts as having shown that it is them. */
  async start(user: User, { address, device }: Origin): Promise<Issued> {
    const now = this.#clock.now();
    const session: Session = { id: this.#keys.randomId(), userId: user.id, createdAt: now, lastSeenAt: now, expiresAt: now + SESSION_MS, steppedUpAt: now, address, device };
    const refresh = this.#keys.randomText();
    await this.#accounts.startSession(session, hashOf(refresh));
    await this.#endSurplus(user);
    return this.#issue(session, user, refresh);
  }

  /**
   * Exchanges a refresh token. Its successor follows from it by HMAC, so that the same request asked twice,
   * by two tabs or because the answer was lost, gets the same answer within half a minute. Later, or once the
   * successor was used, a token that comes again was stolen by somebody: the whole session ends, and
   * `reused` says whose it was.
   */
  async refresh(token: string): Promise<Issued | { readonly reused: User } | undefined> {
    const next = this.#keys.mac('refresh', token);
    const { sessionIdleMs } = await this.#settings.current();
    const rotation = await this.#accounts.rotate({ hash: hashOf(token), nextHash: hashOf(next), now: this.#clock.now(), graceMs: GRACE_MS, idleMs: sessionIdleMs });
    if (rotation.kind === 'unknown') return undefined;
    if (rotation.kind === 'reused') {
      this.ended([rotation.session.id]);
      return { reused: rotation.user };
    }
    if (rotation.user.disabled) return undefined;
    const issued = await this.#issue(rotation.session, rotation.user, next);
    this.#tell({ kind: 'renewed', session: issued.session.id, role: issued.caller.role, expiresAt: issued.caller.expiresAt });
    return issued;
  }

  /** Who a credential belongs to, where that was proved just now; else ask `identify`. */
  remembered(credential: string): Caller | undefined {
    const proof = this.#proofs.get(credential);
    return proof !== undefined && proof.until > this.#clock.now() ? proof.caller : undefined;
  }

  /** Who an access token of a session or a program's token belongs to; undefined where it is worth nothing any more. */
  async identify(credential: string): Promise<Caller | undefined> {
    const caller = credential.startsWith(TOKEN_PREFIX) ? await this.#callerOfToken(credential) : await this.#callerOfSession(credential);
    if (caller === undefined) {
      this.#proofs.delete(credential);
      return undefined;
    }
    if (this.#proofs.size >= REMEMBERED_MOST) this.#proofs.clear();
    this.#proofs.set(credential, { caller, until: Math.min(caller.expiresAt, this.#clock.now() + FRESH_MS) });
    return caller;
  }

  /** The session of an access token, valid or run out; for signing out. */
  async sessionOf(access: string | undefined): Promise<string | undefined> {
    return access === undefined ? undefined : (await this.#tokens.verify('access', access))?.sessionId;
  }

  /** Makes a token for a program; its text is told once. */
  async makeToken(user: User, name: string, role: User['role'], expiresAt: Timestamp | undefined): Promise<{ readonly id: string; readonly secret: string }> {
    const id = this.#keys.randomId();
    const secret = `${TOKEN_PREFIX}${this.#keys.randomText()}`;
    await this.#accounts.addToken({ id, userId: user.id, name, role, secretHash: hashOf(secret), lastFour: secret.slice(-4), createdAt: this.#clock.now(), expiresAt, lastUsedAt: undefined });
    return { id, secret };
  }

  /** Notes that it was shown to be them. */
  async stepUp(sessionId: string): Promise<Timestamp> {
    const now = this.#clock.now();
    await this.#accounts.stepUp(sessionId, now);
    this.forget();
    return now;
  }

  /** Forgets every proof: something that they rest on has changed. */
  forget(): void {
    this.#proofs.clear();
  }

  /** Forgets proofs, and tells that these sessions or tokens have ended. */
  ended(ids: readonly string[]): void {
    this.forget();
    for (const session of ids) this.#tell({ kind: 'ended', session });
  }

  /** Tells of renewed and ended sessions; the result stops that. */
  watch(listener: (change: SessionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells that the role behind a session or token is now this. */
  renewed(id: string, role: User['role']): void {
    this.forget();
    this.#tell({ kind: 'renewed', session: id, role, expiresAt: this.#clock.now() + ACCESS_MS });
  }

  /** Proves anew who holds a session or token, without its text; undefined where it has ended. */
  async standing(kind: Caller['kind'], id: string): Promise<Caller | undefined> {
    const now = this.#clock.now();
    if (kind === 'session') {
      const found = await this.#accounts.session(id);
      const idle = (await this.#settings.current()).sessionIdleMs;
      if (found === undefined || found.user.disabled || Math.min(found.session.expiresAt, found.session.lastSeenAt + idle) <= now) return undefined;
      return this.#callerOf(found.session, found.user, found.session.lastSeenAt + ACCESS_MS);
    }
    const token = (await this.#accounts.tokens()).find((each) => each.id === id);
    const user = token && await this.#accounts.user(token.userId);
    return token === undefined || user === undefined ? undefined : this.#callerBy(token, user);
  }

  async #callerOfSession(access: string): Promise<Caller | undefined> {
    const claims = this.#claims.get(access) ?? await this.#tokens.verify('access', access);
    const now = this.#clock.now();
    if (claims === undefined || claims.expiresAt <= now) {
      this.#claims.delete(access);
      return undefined;
    }
    if (this.#claims.size >= REMEMBERED_MOST) this.#claims.clear();
    this.#claims.set(access, claims);
    const found = await this.#accounts.session(claims.sessionId);
    if (found === undefined || found.user.disabled || found.session.expiresAt <= now) return undefined;
    return this.#callerOf(found.session, found.user, claims.expiresAt);
  }

  async #callerOfToken(secret: string): Promise<Caller | undefined> {
    const found = await this.#accounts.tokenByHash(hashOf(secret));
    if (found === undefined) return undefined;
    const now = this.#clock.now();
    if (now - (found.token.lastUsedAt ?? 0) > TOUCH_MS) await this.#accounts.touchToken(found.token.id, now);
    return this.#callerBy(found.token, found.user);
  }

  #callerBy(token: ApiToken, user: User): Caller | undefined {
    const now = this.#clock.now();
    if (user.disabled || (token.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return undefined;
    const role = holds(user.role, token.role) ? token.role : user.role;
    return { kind: 'token', userId: user.id, name: user.name, role, id: token.id, steppedUpAt: undefined, enrolling: false, expiresAt: Math.min(token.expiresAt ?? Number.POSITIVE_INFINITY, now + ACCESS_MS) };
  }

  /** Ends what somebody has open beyond their share, those that rest longest first. */
  async #endSurplus(user: User): Promise<void> {
    const surplus = (await this.#accounts.sessions(user.id)).toSorted((one, other) => other.lastSeenAt - one.lastSeenAt).slice(SESSIONS_MOST);
    for (const { id } of surplus) await this.#accounts.endSession(id);
    if (surplus.length > 0) this.ended(surplus.map(({ id }) => id));
  }

  async #issue(session: Session, user: User, refresh: string): Promise<Issued> {
    // A token counts in seconds.
    const expiresAt = Math.floor(Math.min(session.expiresAt, this.#clock.now() + ACCESS_MS) / 1000) * 1000;
    const access = await this.#tokens.sign('access', { userId: user.id, sessionId: session.id, expiresAt });
    return { caller: await this.#callerOf(session, user, expiresAt), user, access, refresh, session };
  }

  async #callerOf(session: Session, user: User, expiresAt: Timestamp): Promise<Caller> {
    const demanded = (await this.#settings.current()).requireSecondFactor || (this.#realMoney() && user.role !== 'viewer');
    return {
      kind: 'session', userId: user.id, name: user.name, role: user.role, id: session.id, steppedUpAt: session.steppedUpAt,
      enrolling: demanded && user.totpSealed === undefined, expiresAt,
    };
  }

  #tell(change: SessionChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
