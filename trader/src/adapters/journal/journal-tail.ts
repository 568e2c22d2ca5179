import { closeSync, fstatSync, openSync } from 'node:fs';
import type { JournalRecord } from '../../ports/journal.ts';
import { JournalError, readLines, type Line } from './journal-file.ts';

/** A record, its place in the journal (1 for the first), and the chained checksum of the journal up to and with it. */
export interface TailRecord {
  readonly sequence: number;
  readonly crc: number;
  readonly record: JournalRecord;
}

/** Reads a journal that another process goes on writing. It takes no lock and changes nothing: the writer never waits for it. */
export class JournalTail {
  readonly #path: string;
  #last: Pick<Line, 'crc' | 'end'> = { crc: 0, end: 0 };
  #sequence = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The records that were written since the last one that this gave, oldest first; a write that is not done yet comes next time. Throws `JournalError`. */
  *read(): Generator<TailRecord> {
    const descriptor = this.#open();
    try {
      if (fstatSync(descriptor).size < this.#last.end) throw new JournalError('damaged', `${this.#path} is shorter than what was read of it: it was cut, or another journal has taken its place. Start again.`);
      for (const line of readLines(descriptor, this.#path, this.#last)) {
        this.#last = line;
        this.#sequence += 1;
        yield { sequence: this.#sequence, crc: line.crc, record: JSON.parse(line.text) as JournalRecord };
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #open(): number {
    try {
      return openSync(this.#path, 'r');
    } catch (error) {
      throw new JournalError('unreadable', `${this.#path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
    }
  }
}
