import type { Accounts } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { hashOf, type Keyring } from './keyring.ts';

const FIRST_RUN_MS = 3_600_000;
const INVITATION_MS = 48 * 3_600_000;

/** Paths that are good once. Their secret stands in the fragment, which browsers send to no server and no log. */
export class OneTimeLinks {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #keys: Keyring;

  constructor(accounts: Accounts, clock: Clock, keys: Keyring) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#keys = keys;
  }

  /** By which the first administrator is made, within an hour; undefined where there is somebody already. Those of earlier starts end. */
  async firstRun(): Promise<string | undefined> {
    if ((await this.#accounts.users()).length > 0) return undefined;
    const token = this.#keys.randomText();
    await this.#accounts.dropLinks('first-run');
    await this.#accounts.addLink({ hash: hashOf(token), purpose: 'first-run', userId: undefined, expiresAt: this.#clock.now() + FIRST_RUN_MS });
    return `/first-run#${token}`;
  }

  /** By which a person sets a password, within two days. Earlier ones of theirs end. */
  async invite(userId: string): Promise<{ readonly path: string; readonly expiresAt: number }> {
    const token = this.#keys.randomText();
    const expiresAt = this.#clock.now() + INVITATION_MS;
    await this.#accounts.dropLinks('set-password', userId);
    await this.#accounts.addLink({ hash: hashOf(token), purpose: 'set-password', userId, expiresAt });
    return { path: `/set-password#${token}`, expiresAt };
  }
}
