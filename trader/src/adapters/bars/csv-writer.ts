import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BAR_COLUMNS } from '../../domain/bar.ts';
import { storageError } from './bar-file-error.ts';
import type { BarSet } from './column-file.ts';

const PIECE_BARS = 8_192;

/**
 * Writes bars as the CSV that `openBars` reads: each number as the shortest decimal that gives the
 * same double back, an absent volume empty. The file appears whole or not at all.
 */
export function writeCsv(bars: BarSet, file: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const descriptor = openSync(temporary, 'w');
    try {
      // To the last byte or an error: a single write may stop short, as it does where the disk has just become full.
      writeFileSync(descriptor, `${BAR_COLUMNS.join(',')}\n`);
      for (const piece of bars.blocks(0, bars.length, PIECE_BARS)) {
        let text = '';
        for (let row = 0; row < piece.length; row++) {
          const volume = piece.volume[row];
          text += `${piece.timestamp[row]},${piece.open[row]},${piece.high[row]},${piece.low[row]},${piece.close[row]},${Number.isNaN(volume) ? '' : volume}\n`;
        }
        writeFileSync(descriptor, text);
      }
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw storageError(file, error);
  }
}
