import { createHash, type Hash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { BarFileError, errorCode } from './bar-file-error.ts';

/** Text that expands further than this is taken for a decompression bomb; real bars compress three to forty times. */
const MAX_EXPANSION = 200;

/** Below this size no expansion is suspicious, since little harm can be done. */
const FREE_EXPANSION_BYTES = 16 << 20;

const HASH_CHUNK_BYTES = 1 << 20;

/** What tells a file from all others and from its own past: it changes when the content may have changed. */
export interface FileIdentity {
  readonly dev: string;
  readonly ino: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** Bytes pulled into the reader's own buffer: the count read, 0 at the end. */
export interface ByteSource {
  read(into: Uint8Array): number | Promise<number>;
  close(): void;
}

/** How the bars of a file are written; found from its first bytes, never from its name. */
export type FileFormat = 'text' | 'gzip' | 'parquet';

/** An open file of bars and who it is. The caller closes `descriptor`. */
export interface OpenFile {
  readonly descriptor: number;
  readonly identity: FileIdentity;
  readonly format: FileFormat;
}

/** The identity of an open file. */
export function identify(descriptor: number): FileIdentity {
  const stat = fstatSync(descriptor, { bigint: true });
  return {
    dev: String(stat.dev), ino: String(stat.ino), size: Number(stat.size),
    mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs),
  };
}

/** Whether two identities are the same file, unchanged. */
export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

/** Opens a file for reading; a missing one, a directory and an empty one are each one clear error. */
export function openFile(file: string): OpenFile {
  let descriptor;
  try {
    // Asked before it is opened, since opening a pipe would wait for its writer.
    const stat = statSync(file);
    if (!stat.isFile()) throw new BarFileError('unreadable', file, `is a ${stat.isDirectory() ? 'folder' : 'pipe or device'}; name one CSV, CSV.gz or Parquet file`);
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (error instanceof BarFileError) throw error;
    throw new BarFileError('unreadable', file, unreadable(errorCode(error), error), {}, error);
  }
  try {
    const identity = identify(descriptor);
    if (identity.size === 0) throw new BarFileError('empty', file, 'is empty; it needs a header and at least one bar');
    return { descriptor, identity, format: detectFormat(file, descriptor) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function unreadable(code: string, error: unknown): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist; check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read; check its permissions';
  return `cannot be opened (${error instanceof Error ? error.message : String(error)})`;
}

function detectFormat(file: string, descriptor: number): FileFormat {
  const head = Buffer.alloc(4);
  readSync(descriptor, head, 0, 4, 0);
  const mark = head.readUInt16BE();
  // Its mark, or a letter of ASCII beside a zero byte.
  if (mark === 0xfffe || mark === 0xfeff || (head[0] === 0) !== (head[1] === 0)) {
    throw new BarFileError('format', file, 'is text in UTF-16; save it as UTF-8 (in Excel: "CSV UTF-8"), or convert it: iconv -f UTF-16 -t UTF-8');
  }
  if (head.toString('latin1') === 'PAR1') return 'parquet';
  return head[0] === 0x1f && head[1] === 0x8b ? 'gzip' : 'text';
}

/** SHA-256 of an open file's content, in hexadecimal. `onBytes` hears how many bytes have been read. */
export function hashFile(descriptor: number, onBytes?: (bytes: number) => void): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(HASH_CHUNK_BYTES);
  for (let position = 0; ;) {
    const count = readSync(descriptor, buffer, 0, HASH_CHUNK_BYTES, position);
    if (count === 0) return hash.digest('hex');
    hash.update(count === HASH_CHUNK_BYTES ? buffer : buffer.subarray(0, count));
    position += count;
    onBytes?.(position);
  }
}

/** The bytes of an open file as they are; `hash` takes them in as they pass. */
export function plainBytes(descriptor: number, hash?: Hash, onBytes?: (bytes: number) => void): ByteSource {
  let position = 0;
  return {
    read(into) {
      const count = readSync(descriptor, into, 0, into.length, position);
      position += count;
      hash?.update(count === into.length ? into : into.subarray(0, count));
      onBytes?.(position);
      return count;
    },
    close() {},
  };
}

/**
 * The bytes of an open gzip file, decompressed as they are pulled, so that memory does not grow
 * with expansion. Truncation, damage and an absurd expansion are each one clear error.
 */
export function gunzippedBytes(descriptor: number, file: string, onBytes?: (bytes: number) => void): ByteSource {
  const compressed = createReadStream(file, { fd: descriptor, autoClose: false, start: 0, highWaterMark: 1 << 18 });
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  compressed.on('error', (error) => gunzip.destroy(error));
  const chunks: AsyncIterator<Buffer> = compressed.pipe(gunzip)[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let expanded = 0;

  async function pull(): Promise<boolean> {
    let next;
    try {
      next = await chunks.next();
    } catch (error) {
      const what = errorCode(error) === 'Z_BUF_ERROR' ? 'the gzip data ends too early' : 'the gzip data is damaged';
      throw new BarFileError('format', file, `${what}; fetch or write the file again`, {}, error);
    }
    if (next.done) return false;
    chunk = next.value;
    expanded += chunk.length;
    onBytes?.(compressed.bytesRead);
    if (expanded > FREE_EXPANSION_BYTES && expanded > MAX_EXPANSION * compressed.bytesRead) {
      throw new BarFileError('format', file,
        `expands more than ${MAX_EXPANSION} times, which bars do not; if it is genuine, decompress it first`);
    }
    return true;
  }

  return {
    async read(into) {
      while (chunk.length === 0) if (!(await pull())) return 0;
      const count = Math.min(into.length, chunk.length);
      into.set(chunk.subarray(0, count));
      chunk = chunk.subarray(count);
      return count;
    },
    close() {
      compressed.unpipe(gunzip); // to destroy it would close the descriptor, which is the caller's
      gunzip.destroy();
    },
  };
}
