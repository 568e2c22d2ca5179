import { randomBytes } from 'node:crypto';
import { checkStrength, newUser } from '../../api/auth/sign-in.ts';
import { Keyring } from '../../api/auth/keyring.ts';
import { OneTimeLinks } from '../../api/auth/one-time-links.ts';
import { Passwords } from '../../api/auth/passwords.ts';
import { verifyAudit } from '../../api/auth/security-handlers.ts';
import { addressKey, nameKey } from '../../api/auth/sign-in-throttle.ts';
import { ApiError } from '../../api/problem.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Accounts, AuditQuery, User } from '../../ports/accounts.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { openAccounts } from './api-auth.ts';
import { openSecrets } from './secret-stores.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** A person as the command line shows one. */
export interface Person extends Pick<User, 'id' | 'name' | 'role' | 'disabled'> {
  readonly secondFactor: boolean;
  /** Whether a password was ever chosen. */
  readonly ready: boolean;
  /** ms UTC; null where never. */
  readonly lastSeenAt: number | null;
}

/** What a person is let in with: a password that is set now, or a path at the dashboard by which they set one. */
export type Entry = { readonly password: Secret } | 'invitation';

const LAST_ADMIN = 'one administrator has to remain who can sign in';

/** The accounts of a state folder as its owner tends them, with every change in the audit log. Whoever may read the folder is above all roles. */
export class AccountDesk {
  readonly #accounts: Accounts;
  readonly #keys: Keyring;

  private constructor(accounts: Accounts, keys: Keyring) {
    this.#accounts = accounts;
    this.#keys = keys;
  }

  /** Opens the accounts, does something with them and closes them. Throws `AccountsError`, `SecretFileError` or what the work throws. */
  static async with<T>(config: Config, work: (desk: AccountDesk) => Promise<T>): Promise<T> {
    const accounts = openAccounts(config);
    try {
      return await work(new AccountDesk(accounts, await Keyring.open(openSecrets(config), (count) => randomBytes(count))));
    } finally {
      await accounts.close();
    }
  }

  async people(): Promise<readonly Person[]> {
    return (await this.#accounts.users()).map(personOf);
  }

  /** Adds a person; the path of an invitation where one was asked for. Refuses a name that is taken and a weak password. */
  async add(name: string, role: User['role'], entry: Entry): Promise<{ readonly person: Person; readonly path: string | null }> {
    const user = newUser(this.#keys.randomId(), name, role, await this.#hashOf(entry, name), WALL_CLOCK.now());
    if (await this.#accounts.addUser(user) !== 'added') throw new Refusal('usage', `there is somebody called ${name} already`, { hint: 'Let them choose a new password: ./algotrendy users reset NAME' });
    await this.#accounts.dropLinks('first-run');
    await this.#note('users add', user.id, `${name} as ${role}`);
    return { person: personOf(user), path: entry === 'invitation' ? await this.#invite(user) : null };
  }

  /** Gives a person a new way in: ends their sessions, revokes their tokens, takes the second factor and every lock away. Refuses a weak password. */
  async reset(name: string, entry: Entry): Promise<{ readonly person: Person; readonly path: string | null }> {
    const user = await this.#find(name);
    const passwordHash = await this.#hashOf(entry, user.name);
    const changed = await this.#accounts.changeUser(user.id, { passwordHash: passwordHash ?? user.passwordHash, totpSealed: undefined, totpPending: undefined, disabled: false });
    await this.#accounts.setRecoveryCodes(user.id, []);
    await this.#accounts.endSessions(user.id);
    const tokens = await this.#accounts.removeTokens(user.id);
    await this.#accounts.liftBan(nameKey(user.name));
    await this.#note('users reset', user.id, `${user.name}, tokens revoked: ${tokens.length}`);
    return { person: personOf(typeof changed === 'string' ? user : changed), path: entry === 'invitation' ? await this.#invite(user) : null };
  }

  /** Changes a role. Refuses to take the last administrator's. */
  async setRole(name: string, role: User['role']): Promise<Person> {
    const user = await this.#find(name);
    const changed = await this.#accounts.changeUser(user.id, { role });
    if (typeof changed === 'string') throw new Refusal('usage', LAST_ADMIN);
    await this.#note('users role', user.id, `${user.name}: ${role}`);
    return personOf(changed);
  }

  /** Removes a person. Refuses to remove the last administrator. */
  async remove(name: string): Promise<Person> {
    const user = await this.#find(name);
    if (await this.#accounts.removeUser(user.id) === 'last-admin') throw new Refusal('usage', LAST_ADMIN);
    await this.#note('users remove', user.id, user.name);
    return personOf(user);
  }

  /** Lets a banned address in again; false where it was not banned. */
  async unban(address: string): Promise<boolean> {
    const key = addressKey(address);
    const wasBanned = await this.#accounts.bannedUntil(key, WALL_CLOCK.now()) !== undefined;
    await this.#accounts.liftBan(key);
    await this.#note('users unban', '', address);
    return wasBanned;
  }

  /** Entries of the audit log, the newest first. */
  audit(query: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#accounts.audit(query);
  }

  /** Goes along the chain of the audit log. */
  verify(): ReturnType<typeof verifyAudit> {
    return verifyAudit(this.#accounts);
  }

  /** The hash of one entry; undefined where there is none. */
  async hashAt(sequence: number): Promise<string | undefined> {
    return (await this.#accounts.auditAfter(sequence - 1, 1)).find((entry) => entry.sequence === sequence)?.hash;
  }

  async #find(name: string): Promise<User> {
    const user = await this.#accounts.userByName(name);
    if (user !== undefined) return user;
    throw new Refusal('usage', `there is nobody called ${name}`, { hint: 'See who there is: ./algotrendy users list' });
  }

  async #hashOf(entry: Entry, name: string): Promise<string | undefined> {
    if (entry === 'invitation') return undefined;
    const password = entry.password.reveal();
    try {
      checkStrength(password, name);
    } catch (error) {
      if (error instanceof ApiError) throw new Refusal('usage', 'this password is too easy to guess', { hint: error.message });
      throw error;
    }
    return new Passwords(this.#keys).hash(password);
  }

  async #invite({ id }: User): Promise<string> {
    return (await new OneTimeLinks(this.#accounts, WALL_CLOCK, this.#keys).invite(id)).path;
  }

  async #note(action: string, subject: string, detail: string): Promise<void> {
    await this.#accounts.appendAudit({ at: WALL_CLOCK.now(), actor: 'command line', via: '', action, subject, outcome: 'done', address: '', detail });
  }
}

function personOf({ id, name, role, disabled, passwordHash, totpSealed, lastSeenAt }: User): Person {
  return { id, name, role, disabled, secondFactor: totpSealed !== undefined, ready: passwordHash !== undefined, lastSeenAt: lastSeenAt ?? null };
}
