import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { BarFileError } from './bar-file-error.ts';
import { openBarReader } from './bar-reader.ts';
import { hashFile, identify, openFile, sameIdentity, type FileIdentity, type OpenFile } from './byte-source.ts';
import { ColumnFile, ColumnFileWriter, type BarSet } from './column-file.ts';
import { QualityMeter, refuseIrregular } from './quality.ts';
import { openSound, SeenFiles } from './seen-files.ts';

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

/** The part of the progress that finding out the content takes. */
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
    const progress = (share: number, offset: number) => (bytes: number) =>
      options.onProgress?.(Math.min(1, offset + share * (bytes / source.identity.size)));
    const known = seen.recall(source.identity);
    const sha256 = known ?? hashFile(source.descriptor, progress(HASH_SHARE, 0));
    const path = join(options.home, 'cache', 'bars', `${cacheKey(sha256, options.factors)}.bars`);
    let bars = openCached(path, seen);
    if (bars === undefined) {
      const written = await writeColumns(file, source, { path, sha256, factors: options.factors }, progress(1 - HASH_SHARE, HASH_SHARE));
      seen.rememberSound(written);
      bars = new ColumnFile(path);
    }
    if (known === undefined && !changedJustNow(source.identity)) seen.remember(source.identity, sha256);
    options.onProgress?.(1);
    if (options.strict) closeIfRefused(bars, () => refuseIrregular(file, bars.quality));
    return bars;
  } finally {
    closeSync(source.descriptor);
  }
}

function closeIfRefused(bars: BarSet, check: () => void): void {
  try {
    check();
  } catch (error) {
    bars.close();
    throw error;
  }
}

/** The same content adjusted by other factors is another set of bars. */
function cacheKey(sha256: string, factors: string | undefined): string {
  if (factors === undefined) return sha256;
  const { descriptor } = openFile(factors);
  try {
    return `${sha256}-${hashFile(descriptor).slice(0, 16)}`;
  } finally {
    closeSync(descriptor);
  }
}

/** The column file at `path` if it is there, of this version and undamaged. */
function openCached(path: string, seen: SeenFiles): ColumnFile | undefined {
  try {
    return openSound(path, seen);
  } catch (error) {
    // It is only a copy: whatever is wrong with it, it is written anew from its source.
    if (error instanceof BarFileError) return undefined;
    throw error;
  }
}

interface ColumnTarget {
  readonly path: string;
  readonly sha256: string;
  readonly factors: string | undefined;
}

/** Reads and checks the source and writes it as a column file, of which the identity is returned. */
async function writeColumns(
  file: string, source: OpenFile, { path, sha256, factors }: ColumnTarget, onBytes: (bytes: number) => void,
): Promise<FileIdentity> {
  const reader = await openBarReader(file, source, { factors, onBytes });
  try {
    const meter = new QualityMeter(file, reader.place);
    const writer = new ColumnFileWriter(path);
    try {
      for await (const block of reader.blocks()) {
        meter.add(block);
        writer.append(block);
      }
      if (!sameIdentity(identify(source.descriptor), source.identity)) {
        throw new BarFileError('unreadable', file, 'was changed while it was read; try again when it is complete');
      }
      return writer.finish({ sha256, quality: meter.report() });
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
