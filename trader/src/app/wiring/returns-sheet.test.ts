import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { returnsSheet } from './returns-sheet.ts';

test('days without a value are told of where they are more than holidays', () => {
  const folder = mkdtempSync(join(tmpdir(), 'returns-'));
  try {
    const warnings = (...days: readonly string[]) => {
      const file = join(folder, 'fund.csv');
      writeFileSync(file, `date,return\n${days.map((day) => `${day},0.01\n`).join('')}`);
      return returnsSheet(file, undefined, '').warnings;
    };
    const week = ['2024-02-05', '2024-02-06', '2024-02-07', '2024-02-08'];
    assert.deepEqual(warnings(...week, '2024-02-19', '2024-02-20'), []);
    assert.deepEqual(warnings(...week, '2024-03-19', '2024-03-20'), ['No value between 2024-02-08 and 2024-03-19: what happened there is in the value after it, which counts as one day.']);
    assert.match(warnings(...week, '2024-03-19', '2024-03-20', '2024-06-01')?.join() ?? '', /between 2024-03-20 and 2024-06-01, and 1\u00a0more hole like it:/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
