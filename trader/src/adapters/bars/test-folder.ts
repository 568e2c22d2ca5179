import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { BarFileError, type BarFileErrorKind } from './bar-file-error.ts';

/** A folder for the files of one test file; it is removed when its tests are done. */
export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'bars-'));
  readonly home = join(this.path, 'home');
  #files = 0;

  constructor() {
    after(() => rmSync(this.path, { recursive: true, force: true }));
  }

  /** Writes a new file, each under a name of its own, and returns its path. */
  write(content: string | Uint8Array, ending = 'csv'): string {
    const path = join(this.path, `${++this.#files}.${ending}`);
    writeFileSync(path, content);
    return path;
  }

  /** A state folder that nothing was stored in yet. */
  freshHome(): string {
    return join(this.path, `home-${++this.#files}`);
  }
}

/** Whether a caught value is a `BarFileError` of that kind whose message holds all the words; for `assert.rejects`. */
export function barFileError(kind: BarFileErrorKind, ...words: readonly string[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof BarFileError)) throw error;
    const missing = words.filter((word) => !error.message.includes(word));
    if (error.kind !== kind || missing.length > 0) throw new Error(`${error.kind}: ${error.message} (expected ${kind} with ${missing.join(', ')})`);
    return true;
  };
}

/** The text of a CSV of bars that are one minute apart, all alike. */
export function plainCsv(count: number, from = 1_700_000_000_000): string {
  const lines = Array.from({ length: count }, (_, row) => `${from + row * 60_000},10,12,9,11,5\n`);
  return `timestamp,open,high,low,close,volume\n${lines.join('')}`;
}
