import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { renderDemo } from '../terminal/demo-report.ts';
import { PLAIN_STYLE } from '../terminal/style.ts';
import { demo } from './demo.ts';

const home = mkdtempSync(join(tmpdir(), 'demo-'));
after(() => rmSync(home, { recursive: true }));

test('the demo gives the published answer, judges every strategy on every coin, and names what to do next, within half a minute', async () => {
  const told: number[] = [];
  const report = await demo({ home, onProgress: (what, fraction) => void (what === 'Verdicts' && told.push(fraction)) });
  assert.ok(told.every((fraction, i) => fraction <= 1 && (i === 0 || fraction >= told[i - 1])) && told.length > 8 * 100, 'it tells of every step within a verdict');
  assert.ok(report.lean.equal, JSON.stringify(report.lean.figures));
  assert.equal(report.lean.figures.length, 3);
  const pairs = report.verdicts.map(({ strategy, instrument, interval }) => `${strategy} ${instrument.split('-')[0]} ${interval}`);
  assert.equal(new Set(pairs).size, 8);
  assert.ok(report.verdicts.every(({ lines }) => lines.filter(({ group }) => group === 'Honesty').every(({ state }) => state !== 'fail')), 'what ships does not cheat');
  assert.ok(report.wallSeconds < 30, `${report.wallSeconds} s`);
  const text = renderDemo(report, 80, PLAIN_STYLE);
  assert.ok(text.some((line) => /End equity +137,751\.04 +137,751\.04 +equal/.test(line)));
  assert.ok(report.verdicts.every(({ ready }) => !ready) === text.join(' ').includes('None of the 8 is ready'));
  assert.ok(text.some((line) => line.trim() === './algotrendy new strategy my-idea'));
});
