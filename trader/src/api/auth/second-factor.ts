import { generateSecret, generateURI, verify } from 'otplib';
import type { Accounts, User } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Keyring } from './keyring.ts';

/** A code is taken one step of 30 s early or late (RFC 6238, 5.2). */
const TOLERANCE_S = 30;
const RECOVERY_CODES = 10;
/** Without letters that look like digits (Crockford's base 32). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const RECOVERY_LENGTH = 16;

/** Time-based codes of an authenticator (RFC 6238) and recovery codes for when it is lost. Each is good once. */
export class SecondFactor {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #keys: Keyring;

  constructor(accounts: Accounts, clock: Clock, keys: Keyring) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#keys = keys;
  }

  /** Makes a secret that counts once a code of it was shown. */
  async begin(user: User): Promise<{ readonly secret: string; readonly uri: string }> {
    const secret = generateSecret();
    await this.#accounts.changeUser(user.id, { totpPending: this.#keys.seal(secret, user.id) });
    return { secret, uri: generateURI({ issuer: 'AlgoTrendy', label: user.name, secret }) };
  }

  /** Turns the pending secret on with its first code; new recovery codes, told once. Undefined where the code is wrong or nothing was begun. */
  async confirm(user: User, code: string): Promise<readonly string[] | undefined> {
    if (user.totpPending === undefined || !await this.#takeTotp(user.id, user.totpPending, code)) return undefined;
    await this.#accounts.changeUser(user.id, { totpSealed: user.totpPending, totpPending: undefined });
    return this.newRecoveryCodes(user);
  }

  /** Turns it off and forgets the recovery codes. */
  async remove(user: User): Promise<void> {
    await this.#accounts.changeUser(user.id, { totpSealed: undefined, totpPending: undefined });
    await this.#accounts.setRecoveryCodes(user.id, []);
  }

  /** Whether a code of the authenticator or a recovery code is right; either is used up by it. */
  async take(user: User, code: string): Promise<boolean> {
    if (user.totpSealed === undefined) return false;
    const bare = code.replaceAll(/[\s-]/g, '').toLowerCase();
    if (/^\d{6}$/.test(bare)) return this.#takeTotp(user.id, user.totpSealed, bare);
    return bare.length === RECOVERY_LENGTH && this.#accounts.takeRecoveryCode(user.id, this.#recoveryHash(user.id, bare));
  }

  /** Recovery codes in place of all that there were; told once, kept as hashes. */
  async newRecoveryCodes(user: User): Promise<readonly string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => [...this.#keys.randomBytes(RECOVERY_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? '').join(''));
    await this.#accounts.setRecoveryCodes(user.id, codes.map((code) => this.#recoveryHash(user.id, code)));
    return codes.map((code) => (code.match(/.{4}/g) ?? []).join('-'));
  }

  async #takeTotp(userId: string, sealed: string, code: string): Promise<boolean> {
    if (!/^\d{6}$/.test(code)) return false;
    const secret = this.#unsealed(sealed, userId);
    if (secret === undefined) return false;
    const result = await verify({ secret, token: code, epoch: this.#clock.now() / 1000, epochTolerance: TOLERANCE_S });
    // Whoever looked over a shoulder finds it used.
    return result.valid && 'timeStep' in result && this.#accounts.takeTotpStep(userId, result.timeStep);
  }

  /** A file of accounts that was restored without its key has lost its second factors: no code is right, and a reset helps. */
  #unsealed(sealed: string, userId: string): string | undefined {
    try {
      return this.#keys.unseal(sealed, userId);
    } catch {
      return undefined;
    }
  }

  /** 80 bits under a key that is not in the file of accounts. */
  #recoveryHash(userId: string, code: string): string {
    return this.#keys.mac('recovery', `${userId} ${code}`);
  }
}
