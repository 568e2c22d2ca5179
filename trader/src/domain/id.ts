import { createHash, hash } from 'node:crypto';

/**
 * The 128-bit id of something that was decided: 32 hex digits of the SHA-256 of its causes.
 * The same causes give the same id, so a replay repeats it; no clock or randomness is involved.
 */
export function causalId(...causes: readonly (string | number)[]): string {
  return hash('sha256', causes.join('\u001f')).slice(0, 32);
}

/** A SHA-256 over lines, one after another, that can be asked for at any time. */
export class LineDigest {
  readonly #hash = createHash('sha256');

  add(line: string): void {
    this.#hash.update(`${line}\n`);
  }

  /** 64 hex digits over all lines so far. */
  value(): string {
    return this.#hash.copy().digest('hex');
  }
}

/** SHA-256 of a text in base64, as a page's content security policy names it. */
export function sha256Base64(text: string): string {
  return hash('sha256', text, 'base64');
}
