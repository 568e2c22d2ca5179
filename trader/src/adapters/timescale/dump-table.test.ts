import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { isExact, type TableBlock } from './bar-table.ts';
import { DumpTable } from './dump-table.ts';
import { TimescaleError, type TimescaleErrorKind } from './timescale-error.ts';

const root = mkdtempSync(join(tmpdir(), 'dump-'));
after(() => { rmSync(root, { recursive: true, force: true }); });
let files = 0;

const HEAD = '--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\nSET client_encoding = \'UTF8\';\nSELECT pg_catalog.set_config(\'search_path\', \'\', false);\n';
const END = '\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n';
const CREATE = 'CREATE TABLE public.market_data (\n    symbol text NOT NULL,\n    "time" timestamp with time zone NOT NULL,\n    open numeric(20,8),\n    high double precision,\n    low double precision,\n    close double precision,\n    volume numeric,\n    source character varying(20),\n    CONSTRAINT sane CHECK ((low <= high))\n);\n';
const COLUMNS = 'symbol, "time", open, high, low, close, volume, source';

function dump(body: string, end = END): string {
  const path = join(root, `${files++}.sql`);
  writeFileSync(path, `${HEAD}${body}${end}`);
  return path;
}

async function read(path: string): Promise<{ readonly rows: readonly string[]; readonly table: DumpTable; readonly facts: readonly unknown[] }> {
  const staging = `${path}.staging`;
  const table = new DumpTable(path, staging);
  try {
    const facts = await table.survey(() => undefined);
    const blocks: TableBlock[] = [];
    for await (const block of table.blocks()) blocks.push(block);
    const rows = blocks.flatMap(({ symbol, bars, source, sources }) => Array.from(bars.timestamp, (time, i) => [symbol, time, bars.open[i], bars.high[i], bars.low[i], bars.close[i], bars.volume[i], sources[source[i]]].join(' ')));
    return { rows, table, facts };
  } finally {
    await table.close();
    assert.ok(!existsSync(staging));
  }
}

const refused = (kind: TimescaleErrorKind, words: RegExp) => (error: unknown) => error instanceof TimescaleError && error.kind === kind && words.test(error.message);

test('rows of COPY come by symbol and time, whatever their order, with text unescaped and zones taken out', async () => {
  const { rows, facts } = await read(dump(`${CREATE}
CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$ SELECT 1; COPY x (a) FROM stdin; $$;
COPY public.other (a) FROM stdin;
1\t2\t3
\\.
COPY public.market_data (${COLUMNS}) FROM stdin;
E\\tH\t2024-01-01 05:30:00+05:30\t10\t12\t9\t11\t3.5\tbin\\\\ance
BTC/USD\t2024-01-01 00:01:00.5+00\t10\t12\t9\t11\t\\N\t\\N
BTC/USD\t2023-12-31 19:00:00-05\t1e2\t120\t9.25\t11\t0\tbinance
\\.
`));
  assert.deepEqual(rows, [
    'E\tH 1704067200000 10 12 9 11 3.5 bin\\ance', 'BTC/USD 1704067200000 100 120 9.25 11 0 binance', 'BTC/USD 1704067260500 10 12 9 11 NaN timescale',
  ]);
  assert.deepEqual(facts[1], { symbol: 'BTC/USD', rows: 2, first: 1704067200000, last: 1704067260500, closes: 22, volumes: 0 });
});

test('rows of INSERT are the same, one or many a statement, with columns named or not', async () => {
  const expected = ["O'X; 1704067200000 10 12 9 11 3.5 a", "O'X; 1704067260000 10 12 9 11 NaN timescale", 'Z 1704067260000 10 12 9 11 0 a'];
  const one = "('O''X;', '2024-01-01 00:00:00+00', 10, 12, 9, 11, 3.5, 'a')";
  const two = "('O''X;', '2024-01-01 00:01:00+00'::timestamp with time zone, '10', 12, 9, 11, NULL, NULL)";
  const three = "('Z', '2024-01-01 00:01:00+00', 10, 12, 9, 11, 0, 'a')";
  assert.deepEqual((await read(dump(`${CREATE}INSERT INTO public.market_data VALUES ${one};\nINSERT INTO public.market_data VALUES ${two};\nINSERT INTO public.market_data (${COLUMNS}) VALUES ${three};\n`))).rows, expected);
  assert.deepEqual((await read(dump(`${CREATE}INSERT INTO public.market_data VALUES\n\t${one},\n\t${two},\n\t${three} ON CONFLICT DO NOTHING;\n`))).rows, expected);
});

test('whatever a symbol is called, in COPY and in INSERT, it comes out as it went in', async () => {
  const name = fc.string({ unit: fc.constantFrom('a', "'", '\\', '\t', '\n', '\r', ';', '-', '$', '"', ',', '(', ')', ' ', 'é'), minLength: 1, maxLength: 8 });
  await fc.assert(fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), async (symbols) => {
    const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    const rest = ['2024-01-01 00:00:00+00', '10', '12', '9', '11', '1', 'a'];
    const copied = `${CREATE}COPY public.market_data (${COLUMNS}) FROM stdin;\n${symbols.map((symbol) => `${[escaped(symbol), ...rest].join('\t')}\n`).join('')}\\.\n`;
    const inserted = `${CREATE}${symbols.map((symbol) => `INSERT INTO public.market_data VALUES (${[symbol, ...rest].map((text) => `'${text.replaceAll("'", "''")}'`).join(', ')});\n`).join('')}`;
    for (const body of [copied, inserted]) assert.deepEqual((await read(dump(body))).facts.map((each) => (each as { symbol: string }).symbol).sort(), [...symbols].sort());
  }), { numRuns: 40 });
});

test('chunks of the hypertable are its rows, those of another are not, and compressed ones are refused', async () => {
  const catalog = 'COPY _timescaledb_catalog.hypertable (id, schema_name, table_name, compressed_hypertable_id) FROM stdin;\n1\tpublic\tmarket_data\t3\n2\tpublic\tticks\t\\N\n\\.\n';
  const chunk = (id: number, symbol: string) => `COPY _timescaledb_internal._hyper_${id}_1_chunk ("time", symbol, open, high, low, close, volume, source, note) FROM stdin;\n2024-01-01 00:00:00+00\t${symbol}\t10\t12\t9\t11\t1\ta\tx\n\\.\n`;
  const { rows, table } = await read(dump(`${CREATE}${catalog}COPY public.market_data (${COLUMNS}) FROM stdin;\n\\.\n${chunk(1, 'A')}${chunk(2, 'B')}`));
  assert.deepEqual(rows, ['A 1704067200000 10 12 9 11 1 a']);
  assert.deepEqual(table.leftColumns, ['note']);
  const compressed = 'COPY _timescaledb_internal.compress_hyper_3_7_chunk (symbol, "time") FROM stdin;\nA\tBQAA\n\\.\n';
  await assert.rejects(read(dump(`${CREATE}${catalog}${chunk(1, 'A')}${compressed}`)), refused('unreadable', /compressed/));
});

test('what cannot be carried over is refused with its line and what to do', async () => {
  const copy = (row: string, columns = COLUMNS) => `${CREATE}COPY public.market_data (${columns}) FROM stdin;\nA\t2024-01-01 00:00:00+00\t10\t12\t9\t11\t1\ta\n${row}\n\\.\n`;
  const at = (time: string, open = '10', volume = '1') => `A\t${time}\t${open}\t12\t9\t11\t${volume}\ta`;
  const cases: readonly (readonly [string, TimescaleErrorKind, RegExp])[] = [
    [copy(at('2024-01-01 00:01:00+00', 'NaN')), 'value', /line 21: the row of A .* no possible bar \(open NaN/],
    [copy(at('2024-01-01 00:01:00+00', '\\N')), 'value', /open NULL/],
    [copy(at('2024-01-01 00:01:00+00', '13')), 'value', /no possible bar/],
    [copy(at('2024-01-01 00:01:00+00', '10', 'NaN')), 'value', /volume NaN/],
    [copy(at('2024-01-01 00:01:00+00', '10', '-1')), 'value', /volume -1/],
    [copy(at('infinity')), 'value', /"infinity" is no time/],
    [copy(at('2024-01-01 00:01:00.0005+00')), 'value', /whole milliseconds/],
    [copy(at('2024-01-01 00:00:00+00')), 'duplicate', /A has more than one row of 2024-01-01T00:00:00.000Z/],
    [copy(`${at('2024-01-01 00:01:00+00')}\\n`), 'value', /the source of A .* eighty printable/],
    [copy('A\t2024-01-01'), 'truncated', /has 2 of 8 columns/],
    [copy('', 'symbol, ts, o, h, l, c, v, s'), 'columns', /has no column time, open, high, low, close, volume, source, only symbol, ts/],
    [CREATE, 'empty', /holds no row/],
  ];
  for (const [body, kind, words] of cases) await assert.rejects(read(dump(body)), refused(kind, words), String(words));
  await assert.rejects(async () => read(join(root, 'nothing.sql')), refused('unreadable', /no such dump/));
  const foreign = join(root, 'foreign.sql');
  writeFileSync(foreign, 'time,open\n1,2\n');
  await assert.rejects(read(foreign), refused('unreadable', /no plain dump/));
});

test('a dump that was cut, at whatever byte, is refused, gzipped or not', async () => {
  const whole = `${HEAD}${CREATE}COPY public.market_data (${COLUMNS}) FROM stdin;\n${Array.from({ length: 20 }, (_each, i) => `A\t2024-01-01 00:${String(i).padStart(2, '0')}:00+00\t10\t12\t9\t11\t1\ta`).join('\n')}\n\\.\n${END}`;
  const cut = join(root, 'cut.sql');
  for (let bytes = 40; bytes < whole.indexOf('dump complete'); bytes += 97) {
    writeFileSync(cut, whole.slice(0, bytes));
    await assert.rejects(read(cut), (error) => error instanceof TimescaleError && ['truncated', 'value', 'unreadable'].includes(error.kind), String(bytes));
  }
  writeFileSync(cut, gzipSync(whole));
  assert.equal((await read(cut)).rows.length, 20);
  writeFileSync(cut, gzipSync(whole).subarray(0, 200));
  await assert.rejects(read(cut), refused('truncated', /gzip/));
});

test('a number is exact where its digits come back, and counted where they do not', async () => {
  for (const text of ['0', '-0.0', '100', '0.10000000', '123456789.12345678', '1e-7', '0.000000100', '1.5E+3']) assert.ok(isExact(text, Number(text)), text);
  for (const text of ['0.12345678901234567891', '123456789012345678.1', '9007199254740993.0']) assert.ok(!isExact(text, Number(text)), text);
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => isExact(String(value), value)));
  const { table } = await read(dump(`${CREATE}COPY public.market_data (${COLUMNS}) FROM stdin;\nA\t2024-01-01 00:00:00+00\t10.12345678901234567\t12.12345678901234567\t9\t11\t1.00000000000000000001\ta\n\\.\n`));
  assert.equal(table.rounded, 2, 'of the numeric columns; a double says no more than it holds');
});
