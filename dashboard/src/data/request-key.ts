/** A new key of a change: 128 random bits. `crypto.randomUUID` would need TLS, which a phone at home often has not. */
export function requestKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
