import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** Parameters of a request, in the order in which they are sent. */
export type Parameters = Readonly<Record<string, string>>;

/** An account's API key with its secret, which signs and never comes out: printing a signer shows neither. */
export class Signer {
  readonly #key: string;
  readonly #secret: KeyObject;

  constructor(key: string, secret: string) {
    this.#key = key;
    this.#secret = createSecretKey(Buffer.from(secret));
  }

  /** The API key, as each signed request names it. */
  get key(): string {
    return this.#key;
  }

  /** HMAC-SHA256 of a text, hex (rest-api.md, "SIGNED Endpoint security"). */
  sign(payload: string): string {
    return createHmac('sha256', this.#secret).update(payload).digest('hex');
  }
}

/** A query, its parameters percent-encoded. By hand: `URLSearchParams` takes four times as long. */
export function queryOf(parameters: Parameters): string {
  let query = '';
  for (const name of Object.keys(parameters)) query += `${query === '' ? '' : '&'}${name}=${encodeURIComponent(parameters[name] ?? '')}`;
  return query;
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
