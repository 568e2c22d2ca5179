import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { TickFileError } from './tick-file-error.ts';

/** No message of a venue is longer: a snapshot of 5 000 levels a side takes a few hundred kilobytes. */
const MAX_LINE_CHARACTERS = 1 << 24;
/** Text that expands further is taken for a decompression bomb; streams of messages compress six to twenty times. */
const MAX_EXPANSION = 400;
const FREE_EXPANSION_BYTES = 16 << 20;

/** How a file is written, by its first bytes. */
export type Container = 'text' | 'gzip' | 'parquet' | 'zip';

/** Looks at a file's first bytes. A missing one, a folder and an empty one are each one clear error. */
export function containerOf(file: string): Container {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new TickFileError('unreadable', file, `is a ${stat.isDirectory() ? 'folder' : 'pipe or device'}; name one file`);
    if (stat.size === 0) throw new TickFileError('empty', file, 'is empty');
    const descriptor = openSync(file, 'r');
    const head = Buffer.alloc(4);
    readSync(descriptor, head, 0, 4, 0);
    closeSync(descriptor);
    if (head.toString('latin1') === 'PAR1') return 'parquet';
    if (head.toString('latin1') === 'PK\u0003\u0004') return 'zip';
    return head[0] === 0x1f && head[1] === 0x8b ? 'gzip' : 'text';
  } catch (error) {
    if (error instanceof TickFileError) throw error;
    const code = codeOf(error);
    const what = code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist; check the path'
      : code === 'EACCES' || code === 'EPERM' ? 'may not be read; check its permissions' : `cannot be opened (${String(error)})`;
    throw new TickFileError('unreadable', file, what, {}, error);
  }
}

/** The lines of a text, gzipped or not, some thousand at a time; blank lines at the end are none. */
export async function* textLines(file: string, onFraction?: (fraction: number) => void): AsyncGenerator<readonly string[]> {
  const { size } = statSync(file);
  const source = createReadStream(file, { highWaterMark: 1 << 18 });
  const gunzip = containerOf(file) === 'gzip' ? createGunzip({ chunkSize: 1 << 18 }) : undefined;
  if (gunzip) source.on('error', (error) => gunzip.destroy(error));
  const chunks: AsyncIterable<Buffer> = gunzip ? source.pipe(gunzip) : source;
  const decoder = new TextDecoder();
  let rest = '';
  let expanded = 0;
  try {
    for await (const chunk of chunks) {
      expanded += chunk.length;
      if (gunzip && expanded > FREE_EXPANSION_BYTES && expanded > MAX_EXPANSION * source.bytesRead) {
        throw new TickFileError('format', file, `expands more than ${MAX_EXPANSION} times, which ticks do not; if it is genuine, decompress it first`);
      }
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) throw new TickFileError('format', file, `has a line of more than ${MAX_LINE_CHARACTERS} characters; is this a file of ticks?`);
      onFraction?.(source.bytesRead / size);
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    throw readError(file, error);
  } finally {
    source.destroy();
    gunzip?.destroy();
  }
  if (rest.trim() !== '') yield [rest];
}

function readError(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'Z_BUF_ERROR') return new TickFileError('format', file, 'the gzip data ends too early; fetch or write the file again', {}, error);
  if (code.startsWith('Z_') || code === 'ERR_PADDING') return new TickFileError('format', file, 'the gzip data is damaged; fetch or write the file again', {}, error);
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
