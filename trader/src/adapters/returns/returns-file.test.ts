import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readReturnsFile } from './returns-file.ts';
import { ReturnsFileError, type ReturnsFileErrorKind } from './returns-file-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'returns-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Uint8Array): string {
  const file = join(folder, 'returns.csv');
  writeFileSync(file, content);
  return file;
}

const dayOf = (text: string) => Date.parse(text);

test('returns are compounded from 1, as shares or percent, with names or without', () => {
  const expected = { holds: 'return', opening: 1, timestamps: Float64Array.of(dayOf('2024-01-02'), dayOf('2024-01-03')), values: Float64Array.of(1 + 0.01, (1 + 0.01) * (1 - 0.02)) };
  for (const content of [
    'date,return\n2024-01-02,0.01\n2024-01-03,-0.02\n', '2024-01-02,1%\n2024-01-03,-2%', '\uFEFFDate;Returns\r\n2024-01-02 00:00:00;0.01\r\n\r\n2024-01-03T00:00:00Z;-.02\r\n',
    'date,return,note\n2024-01-02,0.01,"bought, and held"\n2024-01-03,-0.02,,\n', '"day","equity","ret"\n"2024-01-02","7","1e-2"\n2024-01-03,8,-0.02', ',returns\n2024-01-01,NaN\n2024-01-02,0.01\n2024-01-03,-0.02',
  ]) assert.deepEqual(readReturnsFile(fileOf(content)), expected, content);
  assert.deepEqual(readReturnsFile(fileOf(gzipSync('date,return\n2024-01-02,0.01\n2024-01-03,-0.02\n'))), expected);
});

test('the first equity is the opening, and the days begin after it', () => {
  assert.deepEqual(readReturnsFile(fileOf('date,equity\n2024-01-02,200\n2024-01-03,190\n2024-01-08,210')), {
    holds: 'equity', opening: 200, timestamps: Float64Array.of(dayOf('2024-01-03'), dayOf('2024-01-08')), values: Float64Array.of(190, 210),
  });
});

const FAULTS: readonly (readonly [content: string, kind: ReturnsFileErrorKind, message: RegExp])[] = [
  ['', 'empty', /is empty/],
  ['date,return\n', 'empty', /has no return/],
  ['date,equity\n2024-01-02,100', 'empty', /fewer than two/],
  ['date,equity\n2024-01-02,0\n2024-01-03,1', 'value', /must begin above 0/],
  ['date,price_usd\n2024-01-02,1', 'columns', /columns date, price_usd; a column "date"/],
  ['date,equity\n2024-01-02,100,000.00\n2024-01-03,101,000.00', 'columns', /line 2.*3 of 2 columns; write numbers without separators/],
  ['2024-01-02,1,2', 'columns', /3 columns and no line of names/],
  ['date,return\n2024-02-30,0.1', 'value', /line 2: "2024-02-30" is no date/],
  ['date,return\n02.01.2024,0.1', 'value', /line 2: "02.01.2024" is no date/],
  ['date,return\n2024-01-02,0.1\n2024-01-03,nan', 'value', /line 3: "nan" is no return/],
  ['date,return\n2024-01-02,1e999', 'value', /line 2/],
  ['date,return\n2024-01-02,-3.2', 'value', /loses more than everything/],
  ['date,equity\n2024-01-02,5%\n2024-01-03,6%', 'value', /is no amount/],
  ['date,return\n2024-01-02,0\n2024-01-02,0', 'order', /line 3: its day is not after/],
  ['date,return\n2024-01-02,0\n2024-02-02,0\n2024-03-02,0', 'spacing', /about 29 days apart/],
  ['date,return\n2024-01-01,0\n2024-01-04,0\n2024-01-07,0\n2024-01-10,0', 'spacing', /about 3 days apart/],
  ['date,\0', 'unreadable', /is no text/],
  [Array.from({ length: 40_001 }, (_, i) => `${new Date(i * 86_400_000).toISOString().slice(0, 10)},0`).join('\n'), 'unreadable', /line 40001: has more than 40000 days/],
];

test('what cannot be used is said with its line and what to do', () => {
  for (const [content, kind, message] of FAULTS) {
    assert.throws(() => readReturnsFile(fileOf(content)), (error) => error instanceof ReturnsFileError && error.kind === kind && message.test(error.message), content.slice(0, 100));
  }
  for (const file of [join(folder, 'nothing.csv'), folder]) assert.throws(() => readReturnsFile(file), (error) => error instanceof ReturnsFileError && error.kind === 'unreadable');
});
