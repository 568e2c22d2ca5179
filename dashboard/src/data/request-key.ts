/** A new key of a change: 128 random bits. `crypto.randomUUID` would need TLS, which a phone at home often has not. */
export function requestKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The key of what a form sends: the same for a repetition as long as nobody knows what became of it, a new one for everything else. */
export class RequestKeys {
  #last: { readonly words: string; readonly key: string } | undefined;

  /** The key of a request, word for word. */
  of(words: string): string {
    if (this.#last?.words !== words) this.#last = { words, key: requestKey() };
    return this.#last.key;
  }

  /** What was sent under this key is over: the same words again are a new request. */
  settle(key: string): void {
    if (this.#last?.key === key) this.#last = undefined;
  }

  /** The next request is a new one, whatever became of the last. */
  forget(): void {
    this.#last = undefined;
  }
}
