import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { openBars } from './column-cache.ts';
import { CsvScanner } from './csv-scanner.ts';
import { TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const ROWS = 4;
const TIME = { column: 0, end: 0x2c, point: undefined, least: 13, span: 1 };
const NUMBER = { column: 1, end: 0x2c, point: 0x2e, least: 1, span: 15 };

function isPlain(text: string, field: number): boolean {
  if (field === 0) return /^\d{13}$/.test(text);
  return /^\d*\.?\d*$/.test(text) && /^\d{1,15}$/.test(text.replace('.', ''));
}

/** Reads lines of a time and two numbers, and gives each field as a number where it was plain, else as its text. */
function scanned(scanner: CsvScanner, text: string, start: number): (number | string)[][] {
  const end = start + new TextEncoder().encodeInto(text, scanner.text.subarray(start)).written;
  const rows: (number | string)[][] = [];
  scanner.begin(start, end);
  for (let at = start, row = 0, field = 0; at < end && row < ROWS;) {
    at = scanner.scan(at, end, row, field);
    const stop = scanner.field < 0 ? scanner.row * 3 : scanner.row * 3 + scanner.field;
    for (let i = row * 3 + field; i < stop; i++) (rows[Math.trunc(i / 3)] ??= []).push(scanner.values[i % 3 * ROWS + Math.trunc(i / 3)]);
    if (scanner.field < 0) break;
    const odd = text.slice(at - start).split(/,|\r?\n/, 1)[0];
    (rows[scanner.row] ??= []).push(odd);
    at += odd.length + (text.startsWith('\r\n', at - start + odd.length) ? 2 : 1);
    row = scanner.row + (scanner.field === 2 ? 1 : 0);
    field = (scanner.field + 1) % 3;
  }
  return rows;
}

test('plain fields are the nearest doubles, and others are stopped at, wherever lines lie and end', () => {
  const scanner = new CsvScanner(1024, 3, 3, ROWS);
  const digits = fc.stringMatching(/^\d{0,17}$/);
  const number = fc.oneof(fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`.slice(0, 18)), digits, fc.constantFrom('', '.', '1e3', '-1', ' 1', '1.2.3', 'NaN', '12345678.1234567', '123456789.1234567'));
  const time = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1e12, max: 9e12 }).map(String) }, fc.constantFrom('12', '12345678901234', '123456789012.3', '1234567890123.', '2024-01-01'));
  const lines = fc.array(fc.tuple(time, number, number), { minLength: 1, maxLength: ROWS });
  fc.assert(fc.property(lines, fc.constantFrom('\n', '\r\n'), fc.nat(40), (fields, newline, start) => {
    scanner.expect([TIME, NUMBER, { ...NUMBER, column: 2, end: 0x0a }]);
    const text = fields.map((line) => line.join(',') + newline).join('');
    assert.deepEqual(scanned(scanner, text, start), fields.map((line) => line.map((field, i) => (isPlain(field, i) ? Number(field) : field))));
    const decimals = fields.filter((line) => isPlain(line[1], 1)).map((line) => line[1].split('.')[1]?.length ?? 0);
    assert.ok(scanner.decimals(1) >= Math.max(0, ...decimals));
  }), { numRuns: 500 });
});

test('a machine without vectors reads the same bars', async () => {
  const rows = [['10', '12.25', '9.5', '11', '0'], ['100000.123456789', '123456789012345', '.5', '7.', '99999999999.9999'], ['5', '1e3', '1e-16', '3', '']];
  const file = folder.write(`timestamp,open,high,low,close,volume\r\n${rows.map((row, i) => `${1_700_000_000_000 + i},${row.join(',')}\r\n`).join('')}`);
  const code = `
    const { openBars } = await import('${pathToFileURL(join(import.meta.dirname, 'column-cache.ts')).href}');
    delete globalThis.WebAssembly;
    const bars = await openBars('${file}', { home: '${folder.freshHome()}' });
    console.log(JSON.stringify([bars.read(), bars.quality]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code], { encoding: 'utf8' });
  const bars = await openBars(file, { home: folder.home });
  assert.equal(stdout.trim(), JSON.stringify([bars.read(), bars.quality]), stderr);
  assert.deepEqual([...bars.read().high], [12.25, 123456789012345, 1000]);
  bars.close();
});
