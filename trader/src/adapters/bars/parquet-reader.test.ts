import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { openBars } from './column-cache.ts';
import { barFileError, TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const T = 1_700_000_000_000;

function parquet(columnData: ColumnSource[], options: { codec?: 'SNAPPY' | 'UNCOMPRESSED'; rowGroupSize?: number } = {}): string {
  return folder.write(new Uint8Array(parquetWriteBuffer({ columnData, ...options })), 'parquet');
}

function columnsOf(times: ColumnSource, prices: readonly number[]): ColumnSource[] {
  return [times, ...['open', 'high', 'low', 'close'].map((name): ColumnSource => ({ name, data: [...prices], type: 'DOUBLE' }))];
}

async function read(file: string): Promise<Bars> {
  const bars = await openBars(file, { home: folder.home });
  try {
    return bars.read();
  } finally {
    bars.close();
  }
}

test('every double comes back as it was written, in groups and codecs of any kind', async () => {
  const price = fc.double({ min: 1e-9, max: 1e15, noNaN: true });
  await fc.assert(fc.asyncProperty(fc.array(price, { minLength: 1, maxLength: 60 }), fc.constantFrom(1, 7, 100), fc.constantFrom('SNAPPY', 'UNCOMPRESSED'),
    async (prices, rowGroupSize, codec) => {
      const times = prices.map((_, row) => BigInt(T + row * 1000));
      const file = parquet([...columnsOf({ name: 'Timestamp', data: times, type: 'INT64' }, prices), { name: 'VOLUME', data: prices, type: 'DOUBLE' }], { codec, rowGroupSize });
      const bars = await read(file);
      assert.deepEqual([...bars.timestamp], times.map(Number));
      for (const column of BAR_COLUMNS.slice(1)) assert.deepEqual([...bars[column]], prices);
    }), { numRuns: 50 });
});

test('timestamps of every type are milliseconds UTC', async () => {
  const dates = [new Date(T), new Date(T + 86_400_000)];
  const sources: ColumnSource[] = [
    { name: 'timestamp', data: dates.map((date) => BigInt(date.getTime())), type: 'INT64' },
    { name: 'timestamp', data: dates.map((date) => BigInt(date.getTime()) * 1_000n), type: 'INT64' },
    { name: 'timestamp', data: dates.map((date) => BigInt(date.getTime()) * 1_000_000n), type: 'INT64' },
    { name: 'timestamp', data: dates.map((date) => BigInt(date.getTime() / 1000)), type: 'INT64' },
    ...[1e-3, 1, 1e3, 1e6].map((factor): ColumnSource => ({ name: 'timestamp', data: dates.map((date) => date.getTime() * factor), type: 'DOUBLE' })),
    { name: 'timestamp', data: dates.map((date) => date.getTime() / 1000), type: 'DOUBLE', nullable: true },
    { name: 'timestamp', data: dates, type: 'TIMESTAMP' },
  ];
  for (const source of sources) assert.deepEqual([...(await read(parquet(columnsOf(source, [1, 2])))).timestamp], dates.map(Number));
});

test('a volume may be absent in places or altogether, whole numbers are prices too', async () => {
  const times: ColumnSource = { name: 'timestamp', data: [BigInt(T), BigInt(T + 1)], type: 'INT64' };
  const whole = columnsOf(times, [3, 3]).map((column) => (column.name === 'open' ? { ...column, type: 'INT32' as const } : column));
  assert.ok((await read(parquet(whole))).volume.every(Number.isNaN));
  const bars = await read(parquet([...columnsOf(times, [3, 3]), { name: 'volume', data: [null, 5], type: 'DOUBLE', nullable: true }]));
  assert.deepEqual([...bars.volume], [NaN, 5]);
});

test('another schema, an absent price and unsorted rows are refused by name or row', async () => {
  const times: ColumnSource = { name: 'timestamp', data: [BigInt(T), BigInt(T + 1)], type: 'INT64' };
  const good = columnsOf(times, [3, 3]);
  const cases = [
    [[{ name: 'user', data: ['a', 'b'] }, { name: 'age', data: [1, 2] }], 'columns', 'no column timestamp', 'user, age'],
    [good.filter(({ name }) => name !== 'low'), 'columns', 'no column low'],
    [good.map((column) => (column.name === 'close' ? { name: 'close', data: ['3', '3'] } : column)), 'columns', 'close', 'BYTE_ARRAY'],
    [good.map((column) => (column.name === 'close' ? { name: 'close', data: [[3], [3]] } : column)), 'columns', 'close'],
    [[...good, { name: 'Close', data: [3, 3], type: 'DOUBLE' as const }], 'columns', 'close twice'],
    [good.map((column) => (column.name === 'timestamp' ? { name: 'timestamp', data: ['x', 'y'] } : column)), 'columns', 'timestamp', 'BYTE_ARRAY'],
    [good.map((column) => (column.name === 'high' ? { name: 'high', data: [3, null], type: 'DOUBLE' as const, nullable: true } : column)), 'value', 'row 1', 'high'],
    [columnsOf({ ...times, data: [BigInt(T), BigInt(T)] }, [3, 3]), 'order', 'row 1', 'stands twice'],
    [columnsOf(times, [3, -3]), 'price', 'row 1'],
    [columnsOf({ ...times, data: [] }, []), 'empty', 'no bar'],
  ] as const;
  for (const [columns, kind, ...words] of cases) {
    const file = parquet([...columns] as ColumnSource[]);
    await assert.rejects(openBars(file, { home: folder.home }), barFileError(kind, file, ...words));
  }
});

test('what is no Parquet, or a cut or damaged one, is refused', async () => {
  const times: ColumnSource = { name: 'timestamp', data: Array.from({ length: 500 }, (_, row) => BigInt(T + row)), type: 'INT64' };
  const whole = readFileSync(parquet(columnsOf(times, Array.from({ length: 500 }, (_, row) => 1 + row / 7))));
  for (const bytes of [Buffer.from('PAR1'), Buffer.from('PAR1 and then some text that is no Parquet'), whole.subarray(0, 300), whole.subarray(0, whole.length - 8)]) {
    await assert.rejects(openBars(folder.write(bytes, 'parquet'), { home: folder.home }), barFileError('format', 'cannot be decoded as Parquet'));
  }
  for (let at = 4; at < whole.length - 8; at += 97) {
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, at, at + 8);
    const file = folder.write(damaged, 'parquet');
    // Damage in a price may leave a price; whatever is refused is refused clearly.
    await openBars(file, { home: folder.home }).then((bars) => bars.close(), (error: unknown) => assert.equal((error as Error).name, 'BarFileError', String((error as Error).stack)));
  }
  await assert.rejects(openBars(folder.write(gzipSync(whole), 'parquet'), { home: folder.home }), barFileError('columns', 'timestamp'));
});

test('fractions of seconds are milliseconds, and decimals of a writer that says so in one way alone are decimals', async () => {
  assert.deepEqual([...(await read(parquet(columnsOf({ name: 'timestamp', data: [1_700_000_000.5, 1_700_000_001.5], type: 'DOUBLE' }, [1, 2])))).timestamp], [T + 500, T + 1_500]);
  const prices = ['open', 'high', 'low', 'close'];
  const buffer = parquetWriteBuffer({
    columnData: [{ name: 'timestamp', data: [BigInt(T), BigInt(T + 1)] }, ...prices.map((name): ColumnSource => ({ name, data: [12_345n, 12_345n] }))],
    schema: [{ name: 'root', num_children: 5 }, { name: 'timestamp', type: 'INT64', repetition_type: 'REQUIRED' },
      ...prices.map((name) => ({ name, type: 'INT64', repetition_type: 'REQUIRED', logical_type: { type: 'DECIMAL', precision: 9, scale: 2 } }) as const)],
  });
  assert.deepEqual([...(await read(folder.write(new Uint8Array(buffer), 'parquet'))).close], [123.45, 123.45]);
});
