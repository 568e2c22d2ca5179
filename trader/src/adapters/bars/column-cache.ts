import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BarFileError } from './bar-file-error.ts';
import { openBarReader } from './bar-reader.ts';
import { boundCache } from './cache-bound.ts';
import { hashFile, identify, openFile, sameIdentity, type FileIdentity, type OpenFile } from './byte-source.ts';
import { ColumnFile, ColumnFileWriter, type BarSet } from './column-file.ts';
import { QualityMeter, refuseIrregular } from './quality.ts';
import { openCopy, SeenFiles } from './seen-files.ts';

/** How a file of bars is opened. */
export interface OpenBarsOptions {
  /** The state folder, `$ALGOTRENDY_HOME`. */
  readonly home: string;
  /** Refuse gaps, zero volume and absent volume instead of counting them. */
  readonly strict?: boolean;
  /** A LEAN factor file, for a file in LEAN's daily format: prices are multiplied by its factors. */
  readonly factors?: string;
  /** Hears the fraction done, from 0 to 1, while a file is read for the first time. */
  readonly onProgress?: (fraction: number) => void;
}

/** What all copies together may take: some eighty million bars. */
const MOST_CACHED_BYTES = 4 * 2 ** 30;

/** The part of the progress that finding out the content takes, where it is a pass of its own. */
const HASH_SHARE = 0.15;

/**
 * Opens a CSV, CSV.gz, Parquet or LEAN daily file as bars. The first time it is read, checked and
 * kept as a column file under `home/cache`, found again by the SHA-256 of its content; after that it
 * opens in milliseconds. Every fault of the file or of the cache raises one `BarFileError`.
 */
export async function openBars(file: string, options: OpenBarsOptions): Promise<BarSet> {
  const source = openFile(file);
  try {
    const seen = new SeenFiles(options.home);
    const known = seen.recall(source.identity);
    const bars = await findOrWrite(file, source, { ...options, seen, known });
    if (known === undefined && !changedJustNow(source.identity)) seen.remember(source.identity, bars.sha256);
    options.onProgress?.(1);
    try {
      if (options.strict) refuseIrregular(file, bars.quality);
    } catch (error) {
      bars.close();
      throw error;
    }
    return bars;
  } finally {
    closeSync(source.descriptor);
  }
}

interface CacheOptions extends OpenBarsOptions {
  readonly seen: SeenFiles;
  /** The hash of the file's content if it has been seen before. */
  readonly known: string | undefined;
}

async function findOrWrite(file: string, source: OpenFile, options: CacheOptions): Promise<ColumnFile> {
  const { home, factors, seen, known } = options;
  const directory = join(home, 'cache', 'bars');
  const suffix = factorsSuffix(factors);
  const nameOf = (sha256: string) => `${source.identity.size}-${sha256}${suffix}.bars`;
  const progress = (offset: number, share: number) => (bytes: number) =>
    options.onProgress?.(Math.min(1, offset + share * (bytes / source.identity.size)));

  // A plain text of a size that no cached file had is new to the cache: it is hashed while it is parsed.
  if (known === undefined && source.format === 'text' && !holdsSize(directory, source.identity.size)) {
    const hash = createHash('sha256');
    return await writeColumns(file, source, { directory, factors, hash, seen, nameOf, sha256: () => hash.digest('hex'), onBytes: progress(0, 1) });
  }
  const sha256 = known ?? hashFile(source.descriptor, progress(0, HASH_SHARE));
  return openCopy(join(directory, nameOf(sha256)), seen)
    ?? await writeColumns(file, source, { directory, factors, hash: undefined, seen, nameOf, sha256: () => sha256, onBytes: progress(HASH_SHARE, 1 - HASH_SHARE) });
}

/** The same content adjusted by other factors is another set of bars. */
function factorsSuffix(factors: string | undefined): string {
  if (factors === undefined) return '';
  const { descriptor } = openFile(factors);
  try {
    return `-${hashFile(descriptor).slice(0, 16)}`;
  } finally {
    closeSync(descriptor);
  }
}

function holdsSize(directory: string, size: number): boolean {
  return existsSync(directory) && readdirSync(directory).some((name) => name.startsWith(`${size}-`));
}

interface WriteOptions {
  readonly directory: string;
  readonly factors: string | undefined;
  /** Takes in the file's bytes as they are parsed, where its content is not known yet. */
  readonly hash: Hash | undefined;
  /** The hash of the file's content, asked for when it has been read. */
  readonly sha256: () => string;
  readonly nameOf: (sha256: string) => string;
  readonly seen: SeenFiles;
  readonly onBytes: (bytes: number) => void;
}

/** Reads and checks the source, writes it as a column file and opens that. */
async function writeColumns(file: string, source: OpenFile, options: WriteOptions): Promise<ColumnFile> {
  const reader = await openBarReader(file, source, options);
  try {
    const meter = new QualityMeter(file, reader.place);
    const writer = new ColumnFileWriter(options.directory, false);
    try {
      for await (const block of reader.blocks()) {
        meter.add(block, reader.decimalsOf);
        writer.append(block);
      }
      if (!sameIdentity(identify(source.descriptor), source.identity)) {
        throw new BarFileError('unreadable', file, 'was changed while it was read; try again when it is complete');
      }
      const sha256 = options.sha256();
      const name = options.nameOf(sha256);
      options.seen.rememberSound(writer.finish(name, { sha256, quality: meter.report() }));
      boundCache(options.directory, MOST_CACHED_BYTES, name);
      return new ColumnFile(join(options.directory, name));
    } finally {
      writer.abandon();
    }
  } finally {
    reader.close();
  }
}

/**
 * Whether a file may still change without showing it: timestamps tick every few milliseconds, and on
 * some file systems every one or two seconds, so a hash of what was written a moment ago is not kept.
 */
function changedJustNow(identity: FileIdentity): boolean {
  const changedNs = BigInt(identity.ctimeNs);
  const tickMs = changedNs % 1_000_000_000n === 0n ? 2_000 : 100;
  return Date.now() - Number(changedNs / 1_000_000n) < tickMs;
}
