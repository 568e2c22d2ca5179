import { createPrivateKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { Timestamp } from '../../domain/time.ts';

/** How long a token is good. Coinbase's own clients choose 120 s and it takes no more; shorter, an order that is held up on its way is refused sooner. */
export const TOKEN_LIFE_MS = 20_000;

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * A CDP key, which signs and never comes out: printing a signer shows nothing of it. New keys are
 * Ed25519 (base64 of 32 or 64 bytes, as the portal shows them), older ones ECDSA on P-256 (PEM).
 */
export class Signer {
  readonly #name: string;
  readonly #key: KeyObject;

  /** Throws RangeError, without a word of the secret, for what is neither. */
  constructor(name: string, secret: string) {
    this.#name = name;
    this.#key = readKey(secret);
  }

  /** A token for one request, `uri` being its method, host and path, or for one subscription, which has none (docs.cdp.coinbase.com, "JWT Authentication"). */
  token(now: Timestamp, uri?: string): string {
    const seconds = Math.floor(now / 1_000);
    const header = { alg: this.#key.asymmetricKeyType === 'ed25519' ? 'EdDSA' : 'ES256', typ: 'JWT', kid: this.#name, nonce: randomBytes(16).toString('hex') };
    const claims = { sub: this.#name, iss: 'cdp', nbf: seconds - 1, exp: seconds + TOKEN_LIFE_MS / 1_000, ...(uri === undefined ? {} : { uri }) };
    const input = `${base64url(header)}.${base64url(claims)}`;
    return `${input}.${this.sign(input)}`;
  }

  /** The signature of a text, base64url: ES256 as r and s in 32 bytes each (RFC 7518, section 3.4), or EdDSA (RFC 8037, section 3.1). */
  sign(input: string): string {
    const bytes = Buffer.from(input);
    const signature = this.#key.asymmetricKeyType === 'ed25519' ? sign(null, bytes, this.#key) : sign('sha256', bytes, { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return signature.toString('base64url');
  }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function readKey(secret: string): KeyObject {
  // A key in an environment variable often has its line ends written out.
  const text = secret.replaceAll('\\n', '\n').trim();
  const key = text.startsWith('-----BEGIN') ? tried(() => createPrivateKey(text)) : rawKey(text);
  const curve = key?.asymmetricKeyDetails?.namedCurve;
  if (key === undefined || (key.asymmetricKeyType !== 'ed25519' && curve !== 'prime256v1')) throw new RangeError('it is neither an Ed25519 key nor an ECDSA key on P-256');
  return key;
}

function rawKey(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/\s]+=*$/.test(text) || (bytes.length !== 32 && bytes.length !== 64)) return undefined;
  return tried(() => createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, bytes.subarray(0, 32)]), format: 'der', type: 'pkcs8' }));
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // What OpenSSL says of a key may show some of it.
    return undefined;
  }
}
