import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type CryptoKey, type JWTHeaderParameters } from 'jose';
import type { Timestamp } from '../../domain/time.ts';
import type { Accounts } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Keyring } from './keyring.ts';

const ISSUER = 'algotrendy';
/** Ed25519 (RFC 8037): nothing else is accepted, so that no header chooses a weaker one. */
const ALGORITHM = 'EdDSA';
/** A key signs for so long. */
const ROTATE_MS = 6 * 3_600_000;
/** No token lives longer than this, so a key is known for that long after it has signed last. */
const LIFE_MOST_MS = 10 * 60_000;

/** What a token is for; one is never taken for the other. */
export type TokenPurpose = 'access' | 'second-factor';

/** What a token says. */
export interface TokenClaims {
  readonly userId: string;
  /** Empty where there is no session yet. */
  readonly sessionId: string;
  readonly expiresAt: Timestamp;
}

interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
  readonly until: Timestamp;
}

/**
 * Short-lived JWTs. The private key is made in this process, never leaves it and is replaced every six
 * hours; the public halves go into the accounts, where other processes, and this one after a restart, find
 * them by `kid`.
 */
export class AccessTokens {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #keys: Keyring;
  readonly #known = new Map<string, { readonly key: CryptoKey; readonly until: Timestamp }>();
  #signing: Promise<SigningKey> | undefined;

  constructor(accounts: Accounts, clock: Clock, keys: Keyring) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#keys = keys;
  }

  /** Signs a token that lives until `expiresAt`, at most ten minutes. */
  async sign(purpose: TokenPurpose, { userId, sessionId, expiresAt }: TokenClaims): Promise<string> {
    const { key, kid } = await this.#current();
    const now = this.#clock.now();
    return new SignJWT({ sid: sessionId }).setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' }).setIssuer(ISSUER).setAudience(`${ISSUER} ${purpose}`)
      .setSubject(userId).setIssuedAt(Math.floor(now / 1000)).setExpirationTime(Math.floor(Math.min(expiresAt, now + LIFE_MOST_MS) / 1000)).sign(key);
  }

  /** What a token says; undefined where it is not ours, for another purpose, changed or over. */
  async verify(purpose: TokenPurpose, token: string): Promise<TokenClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.#find(header), {
        algorithms: [ALGORITHM], issuer: ISSUER, audience: `${ISSUER} ${purpose}`, currentDate: new Date(this.#clock.now()), requiredClaims: ['sub', 'exp'],
      });
      return { userId: String(payload.sub), sessionId: String(payload['sid']), expiresAt: Number(payload.exp) * 1000 };
    } catch {
      return undefined;
    }
  }

  async #find({ kid = '' }: JWTHeaderParameters): Promise<CryptoKey> {
    const now = this.#clock.now();
    const known = this.#known.get(kid);
    if (known !== undefined && known.until > now) return known.key;
    this.#known.delete(kid);
    const kept = await this.#accounts.publicKey(kid, now);
    if (kept === undefined) throw new Error('no such key');
    const key = await importJWK(JSON.parse(kept.jwk), ALGORITHM);
    if (key instanceof Uint8Array) throw new Error('no public key');
    this.#known.set(kid, { key, until: kept.expiresAt });
    return key;
  }

  async #current(): Promise<SigningKey> {
    const current = await this.#signing;
    if (current !== undefined && current.until > this.#clock.now()) return current;
    // Who comes meanwhile waits for the same new key.
    return this.#signing = this.#make();
  }

  async #make(): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519' });
    const kid = this.#keys.randomId();
    const until = this.#clock.now() + ROTATE_MS;
    await this.#accounts.addPublicKey({ kid, jwk: JSON.stringify(await exportJWK(publicKey)), expiresAt: until + LIFE_MOST_MS });
    return { kid, key: privateKey, until };
  }
}
