import type { Accounts, User } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { ApiError } from '../problem.ts';
import type { AccessTokens } from './access-tokens.ts';
import { hashOf, type Keyring } from './keyring.ts';
import { weaknessOf, type Passwords } from './passwords.ts';
import type { SecondFactor } from './second-factor.ts';
import type { Issued, Origin, Sessions } from './sessions.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

/** How long the second factor may take after the password. */
export const CHALLENGE_MS = 5 * 60_000;

/** What proves who it is rests on. */
export interface SignInParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly keys: Keyring;
  readonly tokens: AccessTokens;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly factor: SecondFactor;
  readonly throttle: SignInThrottle;
}

/** How a sign-in went on: a session, or the demand for the second factor with what it is answered with. */
export type SignInStep = { readonly kind: 'signed-in'; readonly issued: Issued } | { readonly kind: 'second-factor'; readonly challenge: string; readonly user: User };

/** The ways in: name and password, second factor, one-time links. */
export class SignIn {
  readonly #parts: SignInParts;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Makes the first administrator. Throws `first-run-over`, `bad-credentials` for a link that is none, or `weak-password`. */
  async firstRun(token: string, name: string, password: string, origin: Origin): Promise<Issued> {
    const { accounts, keys, clock, passwords, sessions } = this.#parts;
    if ((await accounts.users()).length > 0) throw new ApiError('first-run-over', 'There is an administrator already. Ask them to invite you.');
    await this.#checkLink(token, 'first-run', origin);
    checkStrength(password, name);
    const user = newUser(keys.randomId(), name, 'admin', await passwords.hash(password), clock.now());
    if (await accounts.takeLink(hashOf(token), clock.now()) === undefined || await accounts.addUser(user, true) !== 'added') throw new ApiError('first-run-over', 'Somebody was faster with this link.');
    return sessions.start(user, origin);
  }

  /** Sets the password of an invited person. Their other sessions end. Throws `bad-credentials` or `weak-password`. */
  async setPassword(token: string, password: string, origin: Origin): Promise<SignInStep> {
    const { accounts, clock, passwords } = this.#parts;
    const link = await this.#checkLink(token, 'set-password', origin);
    const user = link.userId === undefined ? undefined : await accounts.user(link.userId);
    if (user === undefined || user.disabled) throw unknownLink();
    checkStrength(password, user.name);
    const passwordHash = await passwords.hash(password);
    if (await accounts.takeLink(hashOf(token), clock.now()) === undefined) throw unknownLink();
    await accounts.changeUser(user.id, { passwordHash });
    this.#parts.sessions.ended(await accounts.endSessions(user.id));
    return this.#proceed({ ...user, passwordHash }, origin);
  }

  /** Name and password. Whoever fails is told the same, whether there is such a name or not, after the same work. Throws `bad-credentials`, `address-banned` or `too-many-requests`. */
  async withPassword(name: string, password: string, origin: Origin): Promise<SignInStep> {
    const { accounts, passwords, throttle } = this.#parts;
    await throttle.checkAddress(origin.address);
    const user = await accounts.userByName(name);
    await throttle.checkName(name, user, origin.address);
    const right = await passwords.verify(user?.disabled ? undefined : user?.passwordHash, password);
    if (!right || user === undefined) {
      await throttle.failed(origin.address, name, user);
      throw new ApiError('bad-credentials', 'Name or password are not right.');
    }
    if (user.passwordHash !== undefined && passwords.isDated(user.passwordHash)) await accounts.changeUser(user.id, { passwordHash: await passwords.hash(password) });
    return this.#proceed(user, origin);
  }

  /** The second factor after the password. Throws as `withPassword`. */
  async withSecondFactor(challenge: string | undefined, code: string, origin: Origin): Promise<Issued> {
    const { accounts, tokens, factor, sessions, throttle } = this.#parts;
    await throttle.checkAddress(origin.address);
    const claims = challenge === undefined ? undefined : await tokens.verify('second-factor', challenge);
    const user = claims && await accounts.user(claims.userId);
    // A password that was changed meanwhile asks for the new one.
    if (claims === undefined || user === undefined || user.disabled || user.totpSealed === undefined || claims.sessionId !== passwordMark(user)) throw new ApiError('not-signed-in', 'Give name and password first; they hold for five minutes.');
    await throttle.checkName(user.name, user, origin.address);
    if (!await factor.take(user, code)) {
      await throttle.failed(origin.address, user.name, user);
      throw new ApiError('bad-credentials', 'The code is not right, or was used before. Wait for the next one.');
    }
    await throttle.succeeded(user.name);
    return sessions.start(user, origin);
  }

  /** Shows once more that it is them: by the second factor where there is one, else by the password. Throws as `withPassword`. */
  async confirm(user: User, proof: { readonly password?: string | undefined; readonly code?: string | undefined }, origin: Origin): Promise<void> {
    const { passwords, factor, throttle } = this.#parts;
    await throttle.checkAddress(origin.address);
    const right = user.totpSealed === undefined ? await passwords.verify(user.passwordHash, proof.password ?? '') : await factor.take(user, proof.code ?? '');
    if (right) return;
    await throttle.failed(origin.address, user.name, user);
    throw new ApiError('bad-credentials', user.totpSealed === undefined ? 'The password is not right.' : 'The code is not right, or was used before. Wait for the next one.');
  }

  async #proceed(user: User, origin: Origin): Promise<SignInStep> {
    const { clock, tokens, sessions, throttle } = this.#parts;
    if (user.totpSealed !== undefined) {
      return { kind: 'second-factor', user, challenge: await tokens.sign('second-factor', { userId: user.id, sessionId: passwordMark(user), expiresAt: clock.now() + CHALLENGE_MS }) };
    }
    await throttle.succeeded(user.name);
    return { kind: 'signed-in', issued: await sessions.start(user, origin) };
  }

  async #checkLink(token: string, purpose: 'first-run' | 'set-password', { address }: Origin) {
    const { accounts, clock, throttle } = this.#parts;
    await throttle.checkAddress(address);
    const link = await accounts.link(hashOf(token), clock.now());
    if (link?.purpose === purpose) return link;
    await throttle.failed(address, `${purpose} link`, undefined);
    throw unknownLink();
  }
}

/** A user as one begins. */
export function newUser(id: string, name: string, role: User['role'], passwordHash: string | undefined, createdAt: number): User {
  return { id, name, role, passwordHash, disabled: false, totpSealed: undefined, totpPending: undefined, createdAt, lastSeenAt: undefined };
}

/** Throws `weak-password` where it is too easy to guess. */
export function checkStrength(password: string, name: string): void {
  const weakness = weaknessOf(password, name);
  if (weakness !== undefined) throw new ApiError('weak-password', weakness);
}

/** Ties a challenge to the password that it was given for. */
function passwordMark({ passwordHash = '' }: User): string {
  return hashOf(passwordHash).slice(0, 16);
}

function unknownLink(): ApiError {
  return new ApiError('bad-credentials', 'This link was used, has expired or never was one. Ask for a new one.');
}
