import { isIPv6 } from 'node:net';
import { DAY_MS } from '../../domain/time.ts';
import type { Accounts, User } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { ApiError } from '../problem.ts';
import { hashOf } from './keyring.ts';

/** More failures than these within the window ban the address. */
const ADDRESS_FAILURES_MOST = 10;
const WINDOW_MS = 3_600_000;
const BAN_MS = 3_600_000;
/** More failures than these from unknown addresses lock a name. */
const NAME_FAILURES_MOST = 10;
const LOCK_MS = 15 * 60_000;
/** An address from which somebody has signed in lately is not shut out by what strangers do. */
const FAMILIAR_MS = 30 * DAY_MS;

/** Hears of each lock and ban as it begins. */
export type OnShut = (action: 'lockName' | 'banAddress', subject: string, address: string) => Promise<void>;

/**
 * Slows down who guesses. An address is banned for an hour; a name, whether anybody has it or not, is locked
 * for a quarter of one, so that a lock tells nothing. A lock holds only for addresses that are new to the
 * account: nobody is shut out of their own machine by strangers.
 */
export class SignInThrottle {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #onShut: OnShut;

  constructor(accounts: Accounts, clock: Clock, onShut: OnShut) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#onShut = onShut;
  }

  /** Throws `address-banned` while the address is. */
  async checkAddress(address: string): Promise<void> {
    const until = await this.#accounts.bannedUntil(addressKey(address), this.#clock.now());
    if (until !== undefined) throw banned(until - this.#clock.now());
  }

  /** Throws `too-many-requests` while the name is locked for this address. */
  async checkName(name: string, user: User | undefined, address: string): Promise<void> {
    const now = this.#clock.now();
    const until = await this.#accounts.bannedUntil(nameKey(name), now);
    if (until === undefined || await this.#isFamiliar(user, address)) return;
    throw new ApiError('too-many-requests', 'There were too many attempts with this name. Wait, or sign in from where you usually do.', { retryAfterMs: until - now });
  }

  /** Counts a failure against address and name. Throws `address-banned` where that is one too many. */
  async failed(address: string, name: string, user: User | undefined): Promise<void> {
    const now = this.#clock.now();
    if (!await this.#isFamiliar(user, address)) {
      const failures = await this.#accounts.recordFailure(nameKey(name), now, now - WINDOW_MS);
      if (failures > NAME_FAILURES_MOST) {
        await this.#accounts.ban(nameKey(name), now + LOCK_MS);
        await this.#onShut('lockName', user?.name ?? 'an unknown name', address);
      }
    }
    if (await this.#accounts.recordFailure(addressKey(address), now, now - WINDOW_MS) <= ADDRESS_FAILURES_MOST) return;
    await this.#accounts.ban(addressKey(address), now + BAN_MS);
    await this.#onShut('banAddress', addressKey(address), address);
    throw banned(BAN_MS);
  }

  /** Forgets a name's failures; those of the address stand, or one account of one's own would wash it clean. */
  async succeeded(name: string): Promise<void> {
    await this.#accounts.clearFailures(nameKey(name));
  }

  /** Until when a name is locked, ms UTC. */
  lockedUntil(name: string): Promise<number | undefined> {
    return this.#accounts.bannedUntil(nameKey(name), this.#clock.now());
  }

  async #isFamiliar(user: User | undefined, address: string): Promise<boolean> {
    return user !== undefined && this.#accounts.isFamiliar(user.id, address, this.#clock.now() - FAMILIAR_MS);
  }
}

/** The key of an address among failures and bans. Of IPv6 the network counts, since a person has 2^64 addresses. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return `address ${mapped ?? address}`;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::');
  const [left, right] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
  const groups = address.includes('::') ? [...left, ...Array.from<string>({ length: 8 - left.length - right.length }).fill('0'), ...right] : left;
  return `address ${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** The key of a name: hashed, for people type passwords into the field of the name. */
export function nameKey(name: string): string {
  return `name ${hashOf(name.normalize('NFKC').trim().toLowerCase())}`;
}

function banned(leftMs: number): ApiError {
  return new ApiError('address-banned', 'Too many sign-ins have failed from this address. Wait an hour; who is signed in already is not affected.', { retryAfterMs: leftMs });
}
