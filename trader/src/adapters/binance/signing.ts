import { hash } from 'node:crypto';

/** Parameters of a request, in the order in which they are sent. */
export type Parameters = Readonly<Record<string, string>>;

/** Of SHA-256, by which HMAC pads its key; and of its digest. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Room for the longest text that is signed usually; longer ones make more. */
const TEXT_BYTES = 2_048;
/** What is as it is in a query: most values. */
const PLAIN = /^[\w.-]*$/;

/**
 * An account's API key with its secret, which signs and never comes out: printing a signer shows neither.
 * HMAC by its definition (RFC 2104), two hashes with a call each: `createHmac` looks its algorithm up
 * anew for every request, which takes longer than all the rest of an order's way through this process
 * where other work has taken the caches meanwhile.
 */
export class Signer {
  readonly #key: string;
  /** The key's inner pad, with room for a text behind it. */
  #inner: Buffer;
  /** The key's outer pad, with room for the inner digest behind it. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

  constructor(key: string, secret: string) {
    this.#key = key;
    this.#inner = Buffer.alloc(BLOCK_BYTES + TEXT_BYTES, 0x36);
    const bytes = Buffer.from(secret);
    (bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes).forEach((byte, at) => {
      this.#inner[at] ^= byte;
      this.#outer[at] ^= byte;
    });
  }

  /** The API key, as each signed request names it. */
  get key(): string {
    return this.#key;
  }

  /** HMAC-SHA256 of a text, hex (rest-api.md, "SIGNED Endpoint security"). */
  sign(payload: string): string {
    // A character of UTF-16 is at most three bytes of UTF-8.
    const most = BLOCK_BYTES + 3 * payload.length;
    if (most > this.#inner.length) this.#inner = Buffer.concat([this.#inner.subarray(0, BLOCK_BYTES)], most);
    const end = BLOCK_BYTES + this.#inner.write(payload, BLOCK_BYTES);
    this.#outer.write(hash('sha256', this.#inner.subarray(0, end)), BLOCK_BYTES, 'hex');
    return hash('sha256', this.#outer);
  }
}

/** A query, its parameters percent-encoded. By hand: `URLSearchParams` takes four times as long. */
export function queryOf(parameters: Parameters): string {
  let query = '';
  for (const name of Object.keys(parameters)) query += `${query === '' ? '' : '&'}${name}=${encoded(parameters[name] ?? '')}`;
  return query;
}

function encoded(value: string): string {
  return PLAIN.test(value) ? value : encodeURIComponent(value);
}

/** The query of a signed request: all parameters, and then their signature. */
export function signedQuery(signer: Signer, query: string): string {
  return `${query}&signature=${signer.sign(query)}`;
}

/** The parameters of a signed request over the WebSocket API: with the key, signed in alphabetical order and not encoded (web-socket-api.md, "SIGNED request security"). */
export function signedParameters(signer: Signer, parameters: Parameters): Parameters {
  const all: Parameters = { ...parameters, apiKey: signer.key };
  const payload = Object.keys(all).sort().map((name) => `${name}=${all[name]}`).join('&');
  return { ...all, signature: signer.sign(payload) };
}
