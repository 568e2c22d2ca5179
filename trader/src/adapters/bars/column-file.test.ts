import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allocateBars } from '../../domain/bar.ts';
import { ColumnFile, ColumnFileWriter } from './column-file.ts';
import { QualityMeter } from './quality.ts';
import { barFileError, TestFolder } from './test-folder.ts';

const folder = new TestFolder();

/** A sound column file of three bars. */
function writeThree(): string {
  const bars = allocateBars(3);
  bars.timestamp.set([0, 60_000, 120_000]);
  for (const column of [bars.open, bars.high, bars.low, bars.close]) column.fill(10);
  const meter = new QualityMeter('three');
  meter.add(bars);
  const writer = new ColumnFileWriter(folder.path, true);
  writer.append(bars);
  writer.finish('three.bars', { sha256: '', quality: meter.report() });
  return join(folder.path, 'three.bars');
}

test('a head that claims any number of bars is damage, and no room is made for them', () => {
  const path = writeThree();
  const sound = readFileSync(path);
  new ColumnFile(path, true).close();
  for (const rows of [4, 1e9, 1e15, 1e300, -3, 2.5, NaN, Infinity]) {
    const bytes = Buffer.from(sound);
    bytes.writeDoubleLE(rows, 16);
    writeFileSync(path, bytes);
    assert.throws(() => new ColumnFile(path), barFileError('damaged', path, 'is damaged or cut short'), `${rows} bars`);
  }
  const bytes = Buffer.from(sound);
  bytes.writeUInt32LE(0xffff_ffff, 12);
  writeFileSync(path, bytes);
  assert.throws(() => new ColumnFile(path), barFileError('damaged', path, 'is damaged or cut short'));
});
