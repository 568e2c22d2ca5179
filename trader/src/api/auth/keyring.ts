import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';

/** Bytes that nobody can foresee. */
export type RandomBytes = (count: number) => Uint8Array;

/** Under which the store of secrets keeps what seals the file of accounts. */
const KEY_NAME = 'ACCOUNTS_KEY';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * One key, kept apart from the accounts: a copied file of accounts gives away neither second factors nor
 * recovery codes. Each purpose has a key of its own, derived by HKDF (RFC 5869).
 */
export class Keyring {
  readonly #master: Uint8Array;
  readonly #random: RandomBytes;

  private constructor(master: Uint8Array, random: RandomBytes) {
    this.#master = master;
    this.#random = random;
  }

  /** Reads the key, or makes it where there is none yet. Throws what the store throws, and where it is read only and empty. */
  static async open(secrets: SecretStore, random: RandomBytes): Promise<Keyring> {
    // Another process may begin at the same moment: the key that is kept first is that of both.
    const kept = await secrets.read(KEY_NAME) ?? await secrets.writeFirst?.(KEY_NAME, new Secret(Buffer.from(random(32)).toString('hex')));
    if (kept === undefined) throw new Error(`there is no secret ${KEY_NAME}, and the store of secrets is read only`);
    const master = Buffer.from(kept.reveal(), 'hex');
    if (master.length !== 32) throw new Error(`the secret ${KEY_NAME} must be 64 hex digits; without the one that was there, second factors have to be set up anew`);
    return new Keyring(master, random);
  }

  /** Seals a text (AES-256-GCM) for one owner, so that it opens for nobody else's row. */
  seal(text: string, owner: string): string {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#derive('seal'), nonce).setAAD(Buffer.from(owner));
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Opens what was sealed for an owner. Throws where it was changed, is another's, or the key is another one. */
  unseal(sealed: string, owner: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#derive('seal'), bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(owner));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  /** HMAC-SHA-256 of a text for a purpose, in base64url. */
  mac(purpose: string, text: string): string {
    return createHmac('sha256', this.#derive(purpose)).update(text).digest('base64url');
  }

  /** An unforeseeable text of 256 bits, in base64url. */
  randomText(): string {
    return Buffer.from(this.#random(32)).toString('base64url');
  }

  /** An id of 80 bits, in hex. */
  randomId(): string {
    return Buffer.from(this.#random(10)).toString('hex');
  }

  /** Bytes that nobody can foresee. */
  randomBytes(count: number): Uint8Array {
    return this.#random(count);
  }

  #derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#master, new Uint8Array(0), `algotrendy ${purpose}`, 32));
  }
}

/** What is kept of a secret that has 256 bits by itself: its SHA-256, which no dictionary reverses. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
