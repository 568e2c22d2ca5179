import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { paperView, type Drive } from './paper-view.ts';
import { PaperTrader } from './paper.ts';

const QUIET = { onFill() {}, onDenial() {}, onOrder() {} };
const DRIVE: Drive = { state: 'active', haltReason: undefined, speed: 1, elapsedMs: 0, barsPerSecond: 0, decisionMicros: undefined, note: undefined };

test('after a restart the picture holds the fills and denials of before', async () => {
  const home = mkdtempSync(join(tmpdir(), 'picture-'));
  try {
    const first = await PaperTrader.open(home, undefined, false, QUIET);
    for (let i = 0; i < 2_000; i++) first.step();
    const before = paperView(first, DRIVE);
    first.release();
    const again = await PaperTrader.open(home, undefined, false, QUIET);
    const after = paperView(again, DRIVE);
    again.release();

    assert.equal(before.fills.length, 20);
    assert.ok(before.fills[0].tsEvent >= before.fills[19].tsEvent, 'the newest comes first');
    assert.deepEqual(after.fills, before.fills);
    assert.deepEqual(after.denials, before.denials);
  } finally {
    rmSync(home, { recursive: true });
  }
});
