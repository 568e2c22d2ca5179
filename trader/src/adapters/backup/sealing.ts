import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Secret } from '../../domain/secret.ts';
import { BackupError } from './backup-error.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY = /^[0-9a-f]{64}$/;

/** 256 random bits as 64 hexadecimal digits: what `Sealing` takes as a key. */
export function newKeyText(): string {
  return randomBytes(32).toString('hex');
}

/**
 * Seals pieces of a backup: compressed, then encrypted by AES-256-GCM under a random nonce, bound to
 * the name under which they lie, so that none can be put in another's place. Two keys are derived
 * from the one given (HKDF-SHA-256, RFC 5869): one encrypts, the other makes names out of contents,
 * which tell nothing to who does not have it.
 */
export class Sealing {
  readonly #cipherKey: Uint8Array;
  readonly #nameKey: Uint8Array;

  /** Throws kind `key` where the key is not 64 hexadecimal digits. */
  constructor(key: Secret) {
    const text = key.reveal();
    if (!KEY.test(text)) throw new BackupError('key', 'the key of a backup is 64 hexadecimal digits; ./algotrendy data backup FOLDER --new-key makes one');
    const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', Buffer.from(text, 'hex'), '', `algotrendy backup ${purpose}`, 32));
    this.#cipherKey = derive('contents');
    this.#nameKey = derive('names');
  }

  /** A name for contents: the same for the same, 64 hexadecimal digits. */
  nameOf(contents: Uint8Array | string): string {
    return createHmac('sha256', this.#nameKey).update(contents).digest('hex');
  }

  /** Contents as they are kept under `name`. */
  seal(name: string, contents: Uint8Array): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#cipherKey, nonce).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(zstdCompressSync(contents)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Contents again. Throws kind `tampered` where a bit differs, or the name. */
  open(name: string, sealed: Uint8Array): Uint8Array {
    try {
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const cipher = createDecipheriv('aes-256-gcm', this.#cipherKey, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(name)).setAuthTag(tag);
      return zstdDecompressSync(Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), cipher.final()]));
    } catch (error) {
      throw new BackupError('tampered', `${name} is not as it was written; use another backup`, error);
    }
  }
}
