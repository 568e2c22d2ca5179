import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Journal, JournalRecord } from '../../ports/journal.ts';
import { syncFolder } from '../wire/folder-sync.ts';

/**
 * What is wrong with a journal: `unreadable` (not there, or not a journal), `damaged` (changed or cut
 * in its middle), `diverged` (this build does not repeat it), `version` (of another version), `disk`
 * (cannot be written).
 */
export type JournalErrorKind = 'unreadable' | 'damaged' | 'diverged' | 'version' | 'disk';

/** The one error that journals raise; the message names the file, the record, what is wrong and what to do. */
export class JournalError extends Error {
  readonly kind: JournalErrorKind;

  constructor(kind: JournalErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'JournalError';
    this.kind = kind;
  }
}

/** One record as it stands in the file. */
export interface Line {
  readonly text: string;
  /** CRC-32 of this text and all before it: a line that was changed, dropped or moved breaks the chain. */
  readonly crc: number;
  /** Bytes of the file up to and with this line. */
  readonly end: number;
}

const CHUNK = 1 << 20;
/** No record is nearly as long; what is longer is no record, and need not be held to be looked at. */
const LINE_BYTES_MAX = 16 << 20;
const NEWLINE = 10;
/** Eight hex digits of the checksum and a space stand before the JSON. */
const PREFIX = 9;
const NO_PREFIX = ' '.repeat(PREFIX);
/** How a record begins, and how one begins that was torn there, or whose sector never reached the disk. */
const RECORD_START = /^[0-9a-f]{8} \{"kind":/;
const TORN_START = /^([0-9a-f]{0,8} ?(\0|$)|[0-9a-f]{8} \{)/;

/**
 * Reads the records of an open journal one by one. What does not match its checksum is a torn last
 * write, and ends the reading, unless a record stands behind it: then it is damage, and refused. So
 * is a file that never was a journal. Reading may begin behind a line that was read before.
 */
export function* readLines(descriptor: number, path: string, after: Pick<Line, 'crc' | 'end'> = { crc: 0, end: 0 }): Generator<Line> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  let rest = Buffer.alloc(0);
  let { crc, end } = after;
  let torn = false;
  const tear = (line: Buffer) => {
    if (end === 0 && !TORN_START.test(line.toString('latin1', 0, PREFIX + 1))) {
      throw new JournalError('unreadable', `${path} is not a journal: it does not begin with a record and its checksum. Nothing in it was changed.`);
    }
    torn = true;
  };
  for (let at = end, got; (got = readSync(descriptor, chunk, 0, CHUNK, at)) > 0; at += got) {
    const data = Buffer.concat([rest, chunk.subarray(0, got)]);
    let start = 0;
    for (let stop; (stop = data.indexOf(NEWLINE, start)) >= 0; start = stop + 1) {
      if (torn) {
        if (!RECORD_START.test(data.toString('latin1', start, Math.min(stop, start + 32)))) continue;
        throw new JournalError('damaged', `${path} is damaged at byte ${end}: the record there does not match its checksum, and more follow. Nothing in it was changed; restore it from a backup.`);
      }
      const text = data.toString('utf8', start + PREFIX, stop);
      const expected = crc32(text, crc);
      if (data.toString('latin1', start, start + PREFIX) !== prefix(expected)) {
        tear(data.subarray(start, stop));
        continue;
      }
      crc = expected;
      end += stop + 1 - start;
      yield { text, crc, end };
    }
    rest = Buffer.from(data.subarray(start));
    if (rest.length > LINE_BYTES_MAX) {
      if (!torn) tear(rest);
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0 && !torn) tear(rest);
}

function prefix(crc: number): string {
  return `${crc.toString(16).padStart(8, '0')} `;
}

/**
 * A journal in a file: one line a record, its chained CRC-32 and its JSON, so that a person can
 * read it and a torn last write is recognised at any byte.
 *
 * Opening an existing one begins in its past: `ahead` shows what the file holds next, and what the
 * run appends must be what stands there, letter for letter. When the past is used up, appending
 * writes. So a restart goes through the same code as a run, and proves itself as it goes.
 */
export class JournalFile implements Journal {
  readonly path: string;
  /** Records so far: read, matched or written. */
  sequence = 0;
  /** Bytes of sound records. */
  bytes = 0;
  readonly #descriptor: number;
  readonly #access: 'append' | 'read';
  readonly #past: Generator<Line>;
  #ahead: Line | undefined;
  #crc = 0;
  #unsynced = false;
  #failure: JournalError | undefined;

  /**
   * Opens or creates the file to go on with it; with access `read` it must exist, stays as it is, and
   * what is appended behind its end goes nowhere. Throws `JournalError`: `disk` or, with `read`,
   * `unreadable` where it cannot be opened; `damaged` as found on the way.
   */
  constructor(path: string, access: 'append' | 'read' = 'append') {
    this.path = path;
    this.#access = access;
    try {
      this.#descriptor = openSync(path, access === 'append' ? 'a+' : 'r');
      // What a process that was killed wrote last may not be on the disk yet; that of a new file is its name.
      this.#unsynced = access === 'append' && fstatSync(this.#descriptor).size > 0;
      if (access === 'append' && !this.#unsynced) syncFolder(dirname(path));
    } catch (error) {
      throw access === 'append' ? diskError(path, error) : unreadable(path, error);
    }
    this.#past = readLines(this.#descriptor, path);
    try {
      this.#look();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The next record of the past, undefined when it is used up. */
  ahead(): JournalRecord | undefined {
    return this.#ahead && JSON.parse(this.#ahead.text) as JournalRecord;
  }

  /** Passes over the next record of the past, which the run does not repeat by itself. */
  skip(): void {
    if (this.#ahead) this.#advance(this.#ahead);
  }

  append(record: JournalRecord): void {
    const text = JSON.stringify(record);
    const line = this.#ahead;
    if (line !== undefined) {
      if (line.text !== text) {
        throw new JournalError('diverged', `${this.path} holds at record ${this.sequence}:\n  ${clip(line.text)}\nbut this build gives:\n  ${clip(text)}\nThe strategies or the engine have changed since it was written.`);
      }
      this.#advance(line);
      return;
    }
    if (this.#access === 'read') return;
    // Behind half a record nothing may follow, even if there is room again: that would be damage.
    if (this.#failure) throw this.#failure;
    const bytes = Buffer.from(`${NO_PREFIX}${text}\n`);
    const crc = crc32(bytes.subarray(PREFIX, -1), this.#crc);
    bytes.write(prefix(crc), 'latin1');
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      this.#failure = diskError(this.path, error);
      throw this.#failure;
    }
    this.#crc = crc;
    this.sequence += 1;
    this.bytes += bytes.length;
    this.#unsynced = true;
  }

  /** Has what was written on the disk itself, so that a power cut cannot take it. */
  sync(): void {
    // A second attempt would succeed, though the first has thrown the pages away: what failed stays failed.
    if (this.#failure) throw this.#failure;
    if (!this.#unsynced) return;
    try {
      fdatasyncSync(this.#descriptor);
    } catch (error) {
      this.#failure = diskError(this.path, error);
      throw this.#failure;
    }
    this.#unsynced = false;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #advance(line: Line): void {
    this.#crc = line.crc;
    this.bytes = line.end;
    this.sequence += 1;
    this.#look();
  }

  #look(): void {
    try {
      this.#ahead = this.#past.next().value ?? undefined;
    } catch (error) {
      throw error instanceof JournalError ? error : unreadable(this.path, error);
    }
    if (this.#ahead === undefined) this.#endPast();
  }

  /** Cuts off a torn last write: it was never acted on, since nothing is acted on before its write returns. */
  #endPast(): void {
    if (this.#access === 'read') return;
    try {
      ftruncateSync(this.#descriptor, this.bytes);
    } catch (error) {
      throw diskError(this.path, error);
    }
  }
}

/** Longer than any record but the first, which holds the whole setup. */
function clip(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function unreadable(path: string, error: unknown): JournalError {
  return new JournalError('unreadable', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
}

function diskError(path: string, error: unknown): JournalError {
  const reason = error instanceof Error ? error.message : String(error);
  return new JournalError('disk', `the journal ${path} cannot be written: ${reason}. Nothing was sent that is not in it. Make room or set the folder's permissions, then start again: trading goes on where it stopped.`, error);
}
