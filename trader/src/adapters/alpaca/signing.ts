/** An account's API key with its secret; printing a signer shows neither. Alpaca signs nothing: both go along with every request. */
export class Signer {
  readonly #key: string;
  readonly #secret: string;

  constructor(key: string, secret: string) {
    this.#key = key;
    this.#secret = secret;
  }

  /** What every request carries (docs.alpaca.markets, "Authentication"). */
  headers(): Readonly<Record<string, string>> {
    return { 'APCA-API-KEY-ID': this.#key, 'APCA-API-SECRET-KEY': this.#secret };
  }

  /** What a stream wants to hear first (docs.alpaca.markets, "Websocket Streaming"; the streams of market data take the same). */
  login(): string {
    return JSON.stringify({ action: 'auth', key: this.#key, secret: this.#secret });
  }

  /** Which of Alpaca's two worlds the key is of, as its first letters tell: keys of paper accounts begin with PK, live ones with AK. */
  get world(): 'paper' | 'live' | undefined {
    return this.#key.startsWith('PK') ? 'paper' : this.#key.startsWith('AK') ? 'live' : undefined;
  }
}
