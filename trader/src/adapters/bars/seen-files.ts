import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sameIdentity, type FileIdentity } from './byte-source.ts';
import { BarFileError } from './bar-file-error.ts';
import { ColumnFile } from './column-file.ts';

const SOUND = 'sound';

/**
 * What is known of files as long as they stay unchanged: of a source the hash of its content, of a
 * column file that it is sound. One small file each, named by inode and believed only if the whole
 * identity agrees, so that processes need no lock.
 */
export class SeenFiles {
  readonly #directory: string;

  constructor(home: string) {
    this.#directory = join(home, 'cache', 'seen');
  }

  /** What is known of the file; undefined where it is not known, or has changed. */
  recall(identity: FileIdentity): string | undefined {
    try {
      const entry: { identity: FileIdentity; known: string } = JSON.parse(readFileSync(this.#path(identity), 'utf8'));
      return sameIdentity(entry.identity, identity) ? entry.known : undefined;
    } catch {
      return undefined; // not seen, or unreadable: to be found out again
    }
  }

  /** Keeps what is known of the file as it is now. */
  remember(identity: FileIdentity, known: string): void {
    const path = this.#path(identity);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      mkdirSync(this.#directory, { recursive: true });
      writeFileSync(temporary, JSON.stringify({ identity, known }));
      renameSync(temporary, path);
    } catch {
      rmSync(temporary, { force: true }); // forgetting costs time only
    }
  }

  /** Whether a column file has been written or checked whole, and is unchanged since. */
  isSound(identity: FileIdentity): boolean {
    return this.recall(identity) === SOUND;
  }

  rememberSound(identity: FileIdentity): void {
    this.remember(identity, SOUND);
  }

  #path(identity: FileIdentity): string {
    return join(this.#directory, `${identity.dev}-${identity.ino}.json`);
  }
}

/** The column file at `path` if it is there, of this version, and unchanged since it was written; undefined otherwise: it is only a copy, and made anew from its source whatever is wrong with it. */
export function openCopy(path: string, seen: SeenFiles): ColumnFile | undefined {
  try {
    const bars = new ColumnFile(path);
    if (seen.isSound(bars.identity)) return bars;
    bars.close();
  } catch (error) {
    if (!(error instanceof BarFileError)) throw error;
  }
  return undefined;
}
