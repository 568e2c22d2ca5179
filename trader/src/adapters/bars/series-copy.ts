import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bars } from '../../domain/bar.ts';
import { boundCache } from './cache-bound.ts';
import { ColumnFile, ColumnFileWriter, type BarSet } from './column-file.ts';
import { QualityMeter } from './quality.ts';
import { openCopy, SeenFiles } from './seen-files.ts';

/** What all copies together may take: some eighty million bars. */
const MOST_BYTES = 4 * 2 ** 30;

/** A series of a store, as it is at one moment. */
export interface CopiedSeries {
  /** What it is called in messages. */
  readonly name: string;
  /** The series, as letters and digits; the same at all times. */
  readonly id: string;
  /** Its state, as letters and digits: another one as soon as a bar is another one. */
  readonly state: string;
  readonly intervalMs: number;
  /** Hands all bars over in order, and gives the hash that stands for them. */
  pieces(add: (bars: Bars) => void): Promise<string>;
}

/**
 * A series as columns: the copy of its state under `home/cache`, which opens in milliseconds, or else one
 * that is made of its bars now, in place of those of earlier states. Raises `BarFileError`.
 */
export async function openSeriesCopy(home: string, series: CopiedSeries): Promise<BarSet> {
  const { name, id, state, intervalMs } = series;
  const directory = join(home, 'cache', 'series');
  const file = `${id}-${state}.bars`;
  const seen = new SeenFiles(home);
  const kept = openCopy(join(directory, file), seen);
  if (kept !== undefined) return kept;
  const meter = new QualityMeter(name);
  const writer = new ColumnFileWriter(directory, false);
  try {
    const sha256 = await series.pieces((bars) => {
      meter.add(bars);
      writer.append(bars);
    });
    seen.rememberSound(writer.finish(file, { sha256, quality: meter.report(intervalMs) }));
  } finally {
    writer.abandon();
  }
  for (const older of readdirSync(directory)) if (older.startsWith(`${id}-`) && older !== file) rmSync(join(directory, older), { force: true });
  boundCache(directory, MOST_BYTES, file);
  return new ColumnFile(join(directory, file));
}
