import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readdirSync, readSync, readvSync, renameSync, rmSync, statSync, writeSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { allocateBars, BAR_COLUMNS, sliceBars, type Bars } from '../../domain/bar.ts';
import { BarFileError, errorCode, storageError } from './bar-file-error.ts';
import { identify, type FileIdentity } from './byte-source.ts';
import { syncFolder } from '../wire/folder-sync.ts';
import { BLOCK_BARS } from './column-layout.ts';
import type { QualityReport } from './quality.ts';

/*
 * A column file: a header of 32 bytes (magic, version, length of the facts, rows, CRC-32 of all that
 * follows the blocks), blocks of 65 536 bars (the last one shorter), each block its six columns one
 * after another as little-endian float64, then per block the first timestamp (float64) and the
 * CRC-32 (uint32; 0 in a file that is not durable), then the facts as JSON.
 */
const MAGIC = 'AT-BARS\n';
const VERSION = 1;
const HEADER_BYTES = 32;
const BAR_BYTES = BAR_COLUMNS.length * 8;
const LEFTOVER_AGE_MS = 60_000;
const BLOCK_BYTES = BLOCK_BARS * BAR_BYTES;

/** What a column file says of itself. */
export interface ColumnFacts {
  /** SHA-256 of the file that the bars come from. */
  readonly sha256: string;
  readonly quality: QualityReport;
}

/** Writes a column file into a folder under a temporary name; whoever makes one calls `abandon` in the end. It appears under its own, whole, when `finish` is called. */
export class ColumnFileWriter {
  readonly #directory: string;
  readonly #durable: boolean;
  readonly #temporary: string;
  readonly #descriptor: number;
  readonly #pending: Bars = allocateBars(BLOCK_BARS);
  readonly #firsts: number[] = [];
  readonly #checksums: number[] = [];
  #held = 0;
  #rows = 0;
  #position = HEADER_BYTES;
  #open = true;

  /** `durable`: with checksums, and on the disk before it replaces anything; a copy that can be made again needs neither. */
  constructor(directory: string, durable: boolean) {
    this.#directory = directory;
    this.#durable = durable;
    this.#temporary = join(directory, `${process.pid}-${(ColumnFileWriter.#count++).toString(36)}.tmp`);
    try {
      mkdirSync(directory, { recursive: true });
      sweepTemporaries(directory);
      this.#descriptor = openSync(this.#temporary, 'wx');
    } catch (error) {
      throw storageError(directory, error);
    }
  }

  static #count = 0;

  /** Adds bars that follow those already added; they are copied or written before this returns. */
  append(bars: Bars): void {
    for (let from = 0; from < bars.length;) {
      if (this.#held === 0 && bars.length - from >= BLOCK_BARS) {
        this.#writeBlock(sliceBars(bars, from, from + BLOCK_BARS));
        from += BLOCK_BARS;
        continue;
      }
      const count = Math.min(BLOCK_BARS - this.#held, bars.length - from);
      for (const column of BAR_COLUMNS) this.#pending[column].set(bars[column].subarray(from, from + count), this.#held);
      this.#held += count;
      from += count;
      if (this.#held === BLOCK_BARS) this.#flush();
    }
  }

  #flush(): void {
    if (this.#held > 0) this.#writeBlock(sliceBars(this.#pending, 0, this.#held));
    this.#held = 0;
  }

  #writeBlock(block: Bars): void {
    const columns = BAR_COLUMNS.map((column) => bytesOf(block[column]));
    this.#firsts.push(block.timestamp[0]);
    this.#checksums.push(this.#durable ? columns.reduce((sum, bytes) => crc32(bytes, sum), 0) : 0);
    this.#write(columns);
    this.#rows += block.length;
  }

  #write(buffers: readonly Uint8Array[]): void {
    const expected = buffers.reduce((sum, bytes) => sum + bytes.length, 0);
    try {
      const written = writevSync(this.#descriptor, buffers, this.#position);
      // A short write happens where the disk has just become full: once more, to learn the system's reason.
      if (written < expected) writeWhole(this.#descriptor, Buffer.concat(buffers).subarray(written), this.#position + written);
    } catch (error) {
      this.abandon();
      throw storageError(this.#directory, error);
    }
    this.#position += expected;
  }

  /**
   * Completes the file and lets it replace what stood under `name` in the folder. Returns its identity
   * under that name.
   */
  finish(name: string, facts: ColumnFacts): FileIdentity {
    this.#flush();
    const firsts = bytesOf(Float64Array.from(this.#firsts));
    const checksums = bytesOf(Uint32Array.from(this.#checksums));
    const json = Buffer.from(JSON.stringify(facts));
    const tail = Buffer.concat([firsts, checksums, json]);
    this.#write([tail]);
    const header = Buffer.alloc(HEADER_BYTES);
    header.write(MAGIC, 'latin1');
    header.writeUInt32LE(VERSION, 8);
    header.writeUInt32LE(json.length, 12);
    header.writeDoubleLE(this.#rows, 16);
    header.writeUInt32LE(crc32(tail), 24);
    try {
      writeWhole(this.#descriptor, header, 0);
      if (this.#durable) fsyncSync(this.#descriptor);
      renameSync(this.#temporary, join(this.#directory, name));
      if (this.#durable) syncFolder(this.#directory);
      return identify(this.#descriptor);
    } catch (error) {
      throw storageError(this.#directory, error);
    } finally {
      this.abandon();
    }
  }

  /** Closes, and removes what was written unless `finish` has put it in place. */
  abandon(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
    rmSync(this.#temporary, { force: true });
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}

function bytesOf(array: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * Removes the temporary files of processes that are gone: killed ones could not. A file written to in
 * the last minute stays, since its process may live in another container, where it cannot be seen.
 */
function sweepTemporaries(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^(\d+)-[0-9a-z]+\.tmp$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(directory, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > LEFTOVER_AGE_MS) rmSync(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** Bars in a file, read as far as they are asked for. Valid until `close`. */
export interface BarSet {
  readonly length: number;
  readonly intervalMs: number;
  /** Decimals that state every price exactly, for exact arithmetic on them. */
  readonly priceDecimals: number;
  readonly quality: QualityReport;
  /** SHA-256 of the file that the bars come from. */
  readonly sha256: string;
  /** The bars of [from, to) in memory of their own, shared between threads if asked. */
  read(from?: number, to?: number, shared?: boolean): Bars;
  /**
   * The bars of [from, to) in pieces of at most `rows`, through one buffer: a piece is valid until the
   * next is taken. However many there are, they pass through the memory of one piece.
   */
  blocks(from?: number, to?: number, rows?: number): Iterable<Bars>;
  /** The first bar that opens at or after `timestamp`; `length` where there is none. */
  indexOf(timestamp: number): number;
  close(): void;
}

/** A column file open for reading. */
export class ColumnFile<Facts extends ColumnFacts = ColumnFacts> implements BarSet {
  readonly length: number;
  readonly facts: Facts;
  readonly identity: FileIdentity;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #firsts: Float64Array;
  readonly #checksums: Uint32Array;

  /**
   * Opens the file at `path`. Kind `unreadable` where there is none, `version` where another version
   * wrote it, `damaged` where it is changed or cut; with `verify`, every byte of a durable file is checked.
   */
  constructor(path: string, verify = false) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw new BarFileError('unreadable', path, 'cannot be opened; import the bars again', {}, error);
    }
    try {
      const head = readHead<Facts>(this.#descriptor, path);
      this.length = head.rows;
      this.facts = head.facts;
      this.#firsts = head.firsts;
      this.#checksums = head.checksums;
      this.identity = identify(this.#descriptor);
      if (verify) this.#verify();
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  get intervalMs(): number { return this.facts.quality.intervalMs; }
  get priceDecimals(): number { return this.facts.quality.priceDecimals; }
  get quality(): QualityReport { return this.facts.quality; }
  get sha256(): string { return this.facts.sha256; }

  read(from = 0, to = this.length, shared = false): Bars {
    this.#checkRange(from, to);
    const bars = allocateBars(to - from, shared);
    this.#readInto(bars, from);
    return bars;
  }

  *blocks(from = 0, to = this.length, rows = BLOCK_BARS): Generator<Bars> {
    this.#checkRange(from, to);
    const buffer = allocateBars(Math.min(rows, to - from));
    for (let at = from; at < to; at += rows) {
      const bars = to - at >= rows ? buffer : sliceBars(buffer, 0, to - at);
      this.#readInto(bars, at);
      yield bars;
    }
  }

  indexOf(timestamp: number): number {
    const block = lowerBound(this.#firsts, timestamp + 1) - 1; // the last block that opens at or before it
    if (block < 0) return 0;
    const rows = this.#blockRows(block);
    const times = new Float64Array(rows);
    this.#readBytes([bytesOf(times)], blockPosition(block));
    return block * BLOCK_BARS + lowerBound(times, timestamp);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #readInto(bars: Bars, from: number): void {
    for (let done = 0; done < bars.length;) {
      const block = Math.floor((from + done) / BLOCK_BARS);
      const rows = this.#blockRows(block);
      const start = from + done - block * BLOCK_BARS;
      const count = Math.min(rows - start, bars.length - done);
      const columns = BAR_COLUMNS.map((column) => bytesOf(bars[column].subarray(done, done + count)));
      const position = blockPosition(block);
      if (count === rows) this.#readBytes(columns, position);
      else columns.forEach((bytes, index) => this.#readBytes([bytes], position + (index * rows + start) * 8));
      done += count;
    }
  }

  #readBytes(buffers: readonly Uint8Array[], position: number): void {
    const expected = buffers.reduce((sum, bytes) => sum + bytes.length, 0);
    if (readvSync(this.#descriptor, buffers, position) !== expected) {
      throw new BarFileError('damaged', this.#path, 'became shorter while it was read; import the bars again');
    }
  }

  #blockRows(block: number): number {
    return Math.min(BLOCK_BARS, this.length - block * BLOCK_BARS);
  }

  #verify(): void {
    const bytes = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, this.length * BAR_BYTES));
    this.#checksums.forEach((checksum, block) => {
      const blockBytes = bytes.subarray(0, this.#blockRows(block) * BAR_BYTES);
      this.#readBytes([blockBytes], blockPosition(block));
      if (crc32(blockBytes) !== checksum) {
        throw new BarFileError('damaged', this.#path, `block ${block} is damaged; import the bars again`);
      }
    });
  }

  #checkRange(from: number, to: number): void {
    if (from >= 0 && from <= to && to <= this.length) return;
    throw new RangeError(`bars ${from} to ${to} of ${this.length}`);
  }
}

function blockPosition(block: number): number {
  return HEADER_BYTES + block * BLOCK_BYTES;
}

/** The first index whose value is at least `bound`, in ascending values. */
function lowerBound(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readHead<Facts>(descriptor: number, path: string) {
  const damaged = () => new BarFileError('damaged', path, 'is damaged or cut short; import the bars again');
  const header = Buffer.alloc(HEADER_BYTES);
  readSync(descriptor, header, 0, HEADER_BYTES, 0);
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged();
  const version = header.readUInt32LE(8);
  if (version !== VERSION) {
    throw new BarFileError('version', path,
      `was written by version ${version} of the bar format, and this is version ${VERSION}; use the program that wrote it, or another ALGOTRENDY_HOME`);
  }
  const rows = header.readDoubleLE(16);
  const blocks = Math.ceil(rows / BLOCK_BARS);
  const tailBytes = blocks * 12 + header.readUInt32LE(12);
  const tailPosition = HEADER_BYTES + rows * BAR_BYTES;
  // Before room is made for what the header claims, which may be anything.
  if (fstatSync(descriptor).size !== tailPosition + tailBytes) throw damaged();
  const tail = Buffer.alloc(tailBytes);
  if (readSync(descriptor, tail, 0, tailBytes, tailPosition) !== tailBytes) throw damaged();
  if (crc32(tail) !== header.readUInt32LE(24)) throw damaged();
  const firsts = new Float64Array(blocks);
  const checksums = new Uint32Array(blocks);
  bytesOf(firsts).set(tail.subarray(0, blocks * 8));
  bytesOf(checksums).set(tail.subarray(blocks * 8, blocks * 12));
  const facts: Facts = JSON.parse(tail.toString('utf8', blocks * 12));
  return { rows, firsts, checksums, facts };
}
