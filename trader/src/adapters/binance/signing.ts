import { createHmac } from 'node:crypto';

/** Parameters of a request, in the order in which they are sent. */
export type Parameters = Readonly<Record<string, string>>;

/** An account's API key with its secret, which signs and never comes out: printing a signer shows neither. */
export class Signer {
  readonly #key: string;
  readonly #secret: string;

  constructor(key: string, secret: string) {
    this.#key = key;
    this.#secret = secret;
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

/** The query of a signed request: all parameters percent-encoded, then their signature. */
export function signedQuery(signer: Signer, parameters: Parameters): string {
  const query = new URLSearchParams(parameters).toString();
  return `${query}&signature=${signer.sign(query)}`;
}

/** The parameters of a signed request over the WebSocket API: with the key, signed in alphabetical order and not encoded (web-socket-api.md, "SIGNED request security"). */
export function signedParameters(signer: Signer, parameters: Parameters): Parameters {
  const all: Parameters = { ...parameters, apiKey: signer.key };
  const payload = Object.keys(all).sort().map((name) => `${name}=${all[name]}`).join('&');
  return { ...all, signature: signer.sign(payload) };
}
