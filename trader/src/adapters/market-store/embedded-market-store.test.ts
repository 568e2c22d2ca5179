import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { allocateBars, type Bars } from '../../domain/bar.ts';
import { MarketStoreError, type MarketStoreErrorKind } from '../../domain/market-store-error.ts';
import { Random } from '../../domain/random.ts';
import { EmbeddedMarketStore } from './embedded-market-store.ts';

const root = mkdtempSync(join(tmpdir(), 'market-store-'));
after(() => { rmSync(root, { recursive: true, force: true }); });
const SERIES = { instrument: 'TEST', intervalMs: 1_000 };
const HERE = new URL('./embedded-market-store.ts', import.meta.url).pathname;

/** Bars of these times, told apart by `price`. */
function barsOf(times: readonly number[], price: number): Bars {
  const bars = allocateBars(times.length);
  times.forEach((time, row) => {
    bars.timestamp[row] = time * 1_000;
    for (const column of ['open', 'high', 'low', 'close'] as const) bars[column][row] = price;
  });
  return bars;
}

function is(kind: MarketStoreErrorKind) {
  return (error: unknown) => error instanceof MarketStoreError && error.kind === kind;
}

test('batches of any size in any order, revised or new, are read as a table of states says, now and as of any moment', async () => {
  const store = new EmbeddedMarketStore(join(root, 'random.sqlite'));
  const random = new Random(20_261_121);
  const span = 30_000;
  const prices = new Map<number, [number, number][]>();
  for (let knownAt = 1; knownAt <= 60; knownAt++) {
    const from = Math.floor(random.next() * span);
    const count = Math.floor(random.next() < 0.5 ? random.next() * 20 : random.next() * 9_000);
    const times = Array.from({ length: count }, (_each, row) => from + row).filter(() => random.next() < 0.8);
    const { added, revised } = await store.append(SERIES, { source: 'test', knownAt, bars: barsOf(times, knownAt) });
    assert.deepEqual([added, revised], [times.filter((time) => !prices.has(time)).length, times.filter((time) => prices.has(time)).length]);
    for (const time of times) prices.set(time, [...prices.get(time) ?? [], [knownAt, knownAt]]);
  }
  for (const asOf of [Infinity, 55, 20, 1]) {
    const expected = [...prices].sort(([a], [b]) => a - b).flatMap(([time, states]) => {
      const current = states.findLast(([knownAt]) => knownAt <= asOf);
      return current === undefined ? [] : [[time * 1_000, current[1]]];
    });
    const whole = await store.range(SERIES, { asOf });
    assert.deepEqual(Array.from(whole.timestamp, (time, row) => [time, whole.close[row]]), expected);
    const part = await store.range(SERIES, { asOf, from: 9_000_500, to: 17_000_500 });
    assert.deepEqual(Array.from(part.timestamp, (time, row) => [time, part.close[row]]), expected.filter(([time = 0]) => time >= 9_000_500 && time < 17_000_500));
  }
  const [summary] = await store.list();
  assert.equal(summary?.bars, prices.size);
  assert.equal(summary?.revisions, [...prices.values()].reduce((sum, states) => sum + states.length - 1, 0));
  await store.close();
});

test('a process that is killed while it appends leaves every acknowledged batch, and none in part', async () => {
  for (let round = 0; round < 4; round++) {
    const path = join(root, `killed-${round}.sqlite`);
    const program = `const { EmbeddedMarketStore } = await import(${JSON.stringify(HERE)});
      const store = new EmbeddedMarketStore(${JSON.stringify(path)});
      for (let n = 0; ; n++) {
        const ones = () => new Float64Array(700).fill(1);
        await store.append(${JSON.stringify(SERIES)}, { source: 'test', knownAt: 1, bars: { length: 700, timestamp: ones().map((_one, row) => (n * 700 + row) * 1000), open: ones(), high: ones(), low: ones(), close: ones(), volume: ones() } });
        process.stdout.write(n + '\\n');
      }`;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    child.stdout.on('data', (data) => { told += String(data); });
    const ended = new Promise((done) => { child.once('close', done); });
    while (told.split('\n').length < 5) await setTimeout(2);
    await setTimeout(round * 3);
    child.kill('SIGKILL');
    await ended;
    const acknowledged = Number(told.split('\n').at(-2));
    const store = new EmbeddedMarketStore(path);
    const { length } = await store.range(SERIES);
    assert.ok(length % 700 === 0 && length >= (acknowledged + 1) * 700, `${length} bars, ${acknowledged} acknowledged`);
    await store.close();
  }
});

test('two writers take turns, and a reader sees what was committed', async () => {
  const path = join(root, 'two.sqlite');
  const [a, b] = [new EmbeddedMarketStore(path), new EmbeddedMarketStore(path)];
  for (let n = 0; n < 20; n++) await (n % 2 === 0 ? a : b).append(SERIES, { source: 'test', knownAt: 1, bars: barsOf([n], 1) });
  assert.equal((await a.range(SERIES)).length, 20);
  await a.close();
  await b.close();
});

test('another version, another program\'s database, a file that is none and a changed chunk are told apart', async () => {
  const path = join(root, 'changed.sqlite');
  const store = new EmbeddedMarketStore(path);
  await store.append(SERIES, { source: 'test', knownAt: 1, bars: barsOf(Array.from({ length: 500 }, (_each, time) => time), 1) });
  await store.close();
  const change = (statement: string) => {
    const database = new DatabaseSync(path);
    database.exec(statement);
    database.close();
  };
  change('UPDATE chunk SET checksum = checksum + 1');
  const reopened = new EmbeddedMarketStore(path);
  await assert.rejects(reopened.range(SERIES), is('damaged'));
  await reopened.close();
  change('PRAGMA user_version = 2');
  assert.throws(() => new EmbeddedMarketStore(path), is('version'));
  const foreign = new DatabaseSync(join(root, 'foreign.sqlite'));
  foreign.exec('CREATE TABLE mine (a)');
  foreign.close();
  assert.throws(() => new EmbeddedMarketStore(join(root, 'foreign.sqlite')), is('damaged'));
  writeFileSync(join(root, 'text.sqlite'), 'no database at all, but a text that is longer than the head of one would be '.repeat(9));
  assert.throws(() => new EmbeddedMarketStore(join(root, 'text.sqlite')), is('damaged'));
  assert.match(readFileSync(join(root, 'text.sqlite'), 'utf8'), /^no database/);
  assert.throws(() => new EmbeddedMarketStore(join(root, 'text.sqlite', 'below')), is('storage'));
});

test('a store that may only be read is read, with a log beside it or without, and says so to who would write', async () => {
  const folder = mkdtempSync(join(root, 'only-'));
  const path = join(folder, 'store.sqlite');
  const batch = (time: number) => ({ source: 'test', knownAt: 1, bars: barsOf([time], 1) });
  const writer = new EmbeddedMarketStore(path);
  await writer.append(SERIES, batch(0));
  const isRoot = process.getuid?.() === 0;
  const readOnly = async (bars: number) => {
    for (const [name, mode] of [[root, 0o755], [folder, 0o555], ...readdirSync(folder).map((each) => [join(folder, each), 0o444] as const)] as const) chmodSync(name, mode);
    // Root may write everywhere.
    if (isRoot) process.seteuid?.(65_534);
    try {
      const store = new EmbeddedMarketStore(path);
      assert.equal((await store.range(SERIES)).length, bars);
      await assert.rejects(store.append(SERIES, batch(1)), is('storage'));
      await store.close();
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(folder, 0o755);
      for (const each of readdirSync(folder)) chmodSync(join(folder, each), 0o644);
    }
  };
  await readOnly(1);
  await writer.append(SERIES, batch(2));
  await writer.close();
  await readOnly(2);
});

test('more reasons and sources than have a number of their own neither end a quarantine nor give a bar to another source', async () => {
  const path = join(root, 'many-words.sqlite');
  await new EmbeddedMarketStore(path).close();
  const database = new DatabaseSync(path);
  for (const [table, column] of [['reason', 'text'], ['source', 'name']]) {
    database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 65534) INSERT INTO ${table} (${column}) SELECT 'word ' || i FROM n`);
  }
  database.close();
  const store = new EmbeddedMarketStore(path);
  for (const source of ['first', 'second', 'third']) await store.append({ ...SERIES, instrument: source }, { source, knownAt: 1, bars: barsOf([1, 2, 3], 1) });
  for (const time of [1, 2, 3]) assert.equal(await store.quarantine({ ...SERIES, instrument: 'third' }, [time * 1_000], `close ${time} of one, 7 of two`, 2), 1);
  assert.equal((await store.range({ ...SERIES, instrument: 'third' })).length, 0);
  assert.deepEqual((await store.list('third')).map(({ quarantined, sources }) => [quarantined, sources]), [[3, ['one of many']]]);
  assert.deepEqual((await store.revisions({ ...SERIES, instrument: 'third' }, 3_000)).map(({ source, quarantine }) => [source, quarantine]), [['one of many', undefined], ['one of many', 'one of many']]);
  await store.close();
});
