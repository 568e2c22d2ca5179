import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { JournalFile } from '../../src/adapters/journal/journal-file.ts';
import { copyOrderStore, loadOrderStore } from '../../src/adapters/postgres/order-store-copy.ts';
import { StoreError } from '../../src/adapters/postgres/store-error.ts';
import { storeJournal, type JournalStoreSpec } from '../../src/app/wiring/journal-store.ts';
import type { Secret } from '../../src/domain/secret.ts';
import type { JournalRecord, ReportRecord } from '../../src/ports/journal.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { PASSWORD, PostgresServer } from './postgres-server.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'store-'));
let server: PostgresServer;

/** What an order of a number and its reports look like in a journal. Prices and fees have more digits than a double. */
function orderRecords(number: number): readonly JournalRecord[] {
  const clientOrderId = number.toString(16).padStart(32, '0');
  const tsInit = 1_746_372_780_000 + number;
  const report = (each: Omit<ReportRecord, 'kind' | 'clientOrderId' | 'tsEvent'>): ReportRecord => ({ kind: 'report', clientOrderId, tsEvent: tsInit + 7, ...each });
  const order: JournalRecord = { kind: 'order', clientOrderId, book: 'macd@BTC-USD.ALPACA', signalId: number, leg: 'target', side: number % 2 === 0 ? 'buy' : 'sell', type: 'limit', timeInForce: 'gtc', quantity: '0.3', price: '95310.123456789012345678', tsInit };
  const accepted = report({ report: 'accepted', venueOrderId: `v${number}` });
  const fill = (tradeId: number, quantity: string) => report({ report: 'filled', tradeId, venueTradeId: `t${number}-${tradeId}`, price: '95310.100000000000000001', quantity, fee: '0.000000000000000003' });
  switch (number % 5) {
    case 0: return [order, accepted, fill(1, '0.1'), fill(2, '0.2')];
    case 1: return [order, accepted, fill(1, '0.1'), report({ report: 'canceled' })];
    case 2: return [order, report({ report: 'rejected', reason: 'lost' })];
    case 3: return [order, accepted, { kind: 'bar', market: 0, bar: [tsInit, 1, 2, 1, 2, null] }, { kind: 'denial', rule: 'exposure', owner: 'macd', tsEvent: tsInit, side: 'buy', quantity: 1.5, value: 2.5, limit: 2 }];
    default: return [order, { kind: 'command', command: { kind: 'halt', reason: 'by hand' } }];
  }
}

/** A journal of a run of its own, with so many orders. */
function journal(run: string, orders: number): { readonly path: string; readonly file: JournalFile } {
  const path = join(folder, `${run}.jsonl`);
  const file = new JournalFile(path);
  file.append({ kind: 'run', version: 1, run, setup: { cash: '100000' } });
  for (let number = 0; number < orders; number++) for (const record of orderRecords(number)) file.append(record);
  return { path, file };
}

/** What must be stored of so many orders. */
function expected(orders: number): Readonly<Record<string, number>> {
  const of = (...rests: readonly number[]) => Array.from({ length: orders }, (_each, number) => number % 5).filter((rest) => rests.includes(rest)).length;
  return { orders, report: 3 * of(0) + 3 * of(1) + of(2) + of(3), fill: 2 * of(0) + of(1), denial: of(3), event: of(4) };
}

async function stored(run: string): Promise<Readonly<Record<string, number>>> {
  const tables = ['orders', 'report', 'fill', 'denial', 'event'];
  const [row] = await server.ask<Record<string, string>>(`SELECT ${tables.map((table) => `(SELECT count(*) FROM algotrendy.${table} WHERE run = '${run}') AS ${table}`).join(', ')}`);
  return Object.fromEntries(Object.entries(row ?? {}).map(([table, count]) => [table, Number(count)]));
}

/** How many rows there are in all. */
async function counts(): Promise<Readonly<Record<string, number>>> {
  const [row] = await server.ask<Record<string, string>>(`SELECT ${['run', 'orders', 'report', 'fill', 'denial', 'event'].map((table) => `(SELECT count(*) FROM algotrendy.${table}) AS ${table}`).join(', ')}`);
  return Object.fromEntries(Object.entries(row ?? {}).map(([table, count]) => [table, Number(count)]));
}

function store(path: string, changes: Partial<JournalStoreSpec> = {}) {
  return storeJournal({ journal: path, url: server.url, follow: false, anew: false, stop: new AbortController().signal, onNote: () => undefined, ...changes });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !await holds();) {
    if (performance.now() - began > 30_000) assert.fail(`waited in vain for ${what}`);
    await new Promise((wait) => { setTimeout(wait, 50); });
  }
}

/** The program itself, as a person runs it. */
function program(words: readonly string[], secrets: Readonly<Record<string, string>>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'trader/src/app/main.mjs', ...words], {
    cwd: ROOT, encoding: 'utf8', env: { ...process.env, ALGOTRENDY_HOME: join(folder, 'home'), ...secrets },
  });
  assert.ok(!`${stdout}${stderr}`.includes(PASSWORD), 'the password is printed');
  return { status, stdout, stderr };
}

before(async () => { server = await PostgresServer.start(); });
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('orders in Postgres', () => {
  test('every number is exact, every moment to the millisecond, and the state of an order is what was said of it', async () => {
    const { path } = journal('exact', 10);
    assert.deepEqual(await store(path), { journal: path, run: 'exact', records: 33, added: 32 });
    assert.deepEqual(await stored('exact'), expected(10));
    const rows = await server.ask(`SELECT client_order_id AS id, status, quantity::text, price::text, filled::text, trim_scale(average_price)::text AS average_price, fees::text, trades::int, venue_order_id, reason, (extract(epoch from decided_at) * 1000)::bigint::text AS at FROM algotrendy.order_state WHERE run = 'exact' ORDER BY sequence LIMIT 5`);
    const price = '95310.123456789012345678';
    const none = { average_price: null, fees: '0', filled: '0', trades: 0 };
    assert.deepEqual(rows.map(({ id: _id, ...row }) => row), [
      { status: 'filled', quantity: '0.3', price, filled: '0.3', average_price: '95310.100000000000000001', fees: '0.000000000000000006', trades: 2, venue_order_id: 'v0', reason: null, at: '1746372780000' },
      { status: 'canceled', quantity: '0.3', price, filled: '0.1', average_price: '95310.100000000000000001', fees: '0.000000000000000003', trades: 1, venue_order_id: 'v1', reason: null, at: '1746372780001' },
      { status: 'rejected', quantity: '0.3', price, ...none, venue_order_id: null, reason: 'lost', at: '1746372780002' },
      { status: 'accepted', quantity: '0.3', price, ...none, venue_order_id: 'v3', reason: null, at: '1746372780003' },
      { status: 'sent', quantity: '0.3', price, ...none, venue_order_id: null, reason: null, at: '1746372780004' },
    ]);
  });

  test('storing again adds nothing, and what was appended meanwhile is added once', async () => {
    const { path, file } = journal('again', 20);
    await store(path);
    assert.equal((await store(path)).added, 0);
    for (let number = 20; number < 25; number++) for (const record of orderRecords(number)) file.append(record);
    assert.equal((await store(path)).added, 16);
    assert.deepEqual(await stored('again'), expected(25));
  });

  test('Postgres is killed again and again while the journal grows: it catches up, and nothing is twice or missing', async () => {
    const { path, file } = journal('killed', 0);
    const stop = new AbortController();
    const notes: string[] = [];
    const following = store(path, { follow: true, stop: stop.signal, onNote: (text) => { notes.push(text); } });
    const write = (from: number, to: number) => { for (let number = from; number < to; number++) for (const record of orderRecords(number)) file.append(record); };
    for (const from of [0, 2_000, 4_000]) {
      write(from, from + 1_000);
      // In the middle: some of it is stored, and the rest is being stored.
      await until('the storing', async () => (await stored('killed'))['orders'] !== from);
      await server.kill();
      write(from + 1_000, from + 2_000);
      await server.restart();
    }
    await until('all of it', async () => (await stored('killed'))['orders'] === 6_000);
    stop.abort();
    const { records } = await following;
    assert.deepEqual(await stored('killed'), expected(6_000));
    assert.equal(records, readFileSync(path, 'utf8').split('\n').length - 1);
    assert.ok(notes.includes('Postgres is back'), notes.join('\n'));
  });

  test('the connection is cut after any part of what Postgres answers, also while it tells that a transaction is done: nothing is twice or missing', async () => {
    const proxy = new CuttingProxy(server.port);
    const url = server.through(await proxy.listen());
    try {
      await store(journal('uncut', 400).path, { url });
      const whole = proxy.passed;
      for (let part = 1; part < 50; part++) {
        const run = `cut-${part}`;
        const { path } = journal(run, 400);
        proxy.cutAfter = Math.floor(whole * part / 50);
        await store(path, { url }).catch((error: unknown) => { assert.ok(error instanceof StoreError && error.kind === 'unreachable', inspect(error)); });
        proxy.cutAfter = Number.POSITIVE_INFINITY;
        await store(path, { url });
        assert.deepEqual(await stored(run), expected(400), run);
      }
      assert.ok(proxy.cuts >= 45, `${proxy.cuts} cuts`);
    } finally {
      await proxy.close();
    }
  });

  test('two that store one journal at once add each record once', async () => {
    const { path } = journal('both', 3_000);
    const stop = new AbortController();
    const both = [store(path, { follow: true, stop: stop.signal }), store(path, { follow: true, stop: stop.signal })];
    await until('all of it', async () => (await stored('both'))['orders'] === 3_000);
    stop.abort();
    const added = (await Promise.all(both)).map((report) => report.added);
    assert.equal(added[0] + added[1], readFileSync(path, 'utf8').split('\n').length - 2);
    assert.deepEqual(await stored('both'), expected(3_000));
  });

  test('appending to the journal takes no longer while Postgres is gone', async () => {
    const { path, file } = journal('gone', 0);
    const stop = new AbortController();
    const following = store(path, { follow: true, stop: stop.signal });
    await until('the run', async () => (await server.ask(`SELECT 1 FROM algotrendy.run WHERE run = 'gone'`)).length === 1);
    await server.kill();
    let slowest = 0;
    for (let number = 0; number < 2_000; number++) {
      for (const record of orderRecords(number)) {
        const began = performance.now();
        file.append(record);
        slowest = Math.max(slowest, performance.now() - began);
      }
    }
    await server.restart();
    await until('all of it', async () => (await stored('gone'))['orders'] === 2_000);
    stop.abort();
    await following;
    assert.ok(slowest < 200, `an append took ${slowest} ms`);
  });

  test('another journal of the same run is refused, and stored anew where a person says so', async () => {
    const { path } = journal('parted', 10);
    await store(path);
    const other = join(folder, 'other.jsonl');
    cpSync(path, other);
    // The last line goes, as a power cut would take it, and another way is gone.
    const lines = readFileSync(other, 'utf8').trimEnd().split('\n');
    writeFileSync(other, `${lines.slice(0, -1).join('\n')}\n`);
    const shorter = (error: unknown) => error instanceof StoreError && error.kind === 'diverged' && error.message.includes('--anew');
    await assert.rejects(store(other), shorter);
    const file = new JournalFile(other);
    while (file.ahead() !== undefined) file.skip();
    for (const record of orderRecords(99)) file.append(record);
    file.close();
    await assert.rejects(store(other), shorter);
    assert.deepEqual(await stored('parted'), expected(10));
    await store(other, { anew: true });
    const [{ last } = { last: '' }] = await server.ask<{ last: string }>(`SELECT max(client_order_id) AS last FROM algotrendy.orders WHERE run = 'parted'`);
    assert.equal(last, (99).toString(16).padStart(32, '0'));
  });

  test('the program stores by a URL that is a secret, and says what is wrong without it', () => {
    const { path } = journal('program', 5);
    const done = program(['store', path, '--json'], { ALGOTRENDY_SECRET_POSTGRES_URL: server.url.reveal() });
    assert.deepEqual([done.status, JSON.parse(done.stdout)], [0, { journal: path, run: 'program', records: 17, added: 16 }]);
    const named = program(['store', path, '--postgres', 'ARCHIVE'], { ALGOTRENDY_SECRET_ARCHIVE: server.url.reveal() });
    assert.deepEqual([named.status, named.stdout.includes('0 of them added now')], [0, true]);
    const without = program(['store', path, '--postgres', 'NOWHERE'], {});
    assert.equal(without.status, 2);
    assert.match(without.stderr, /there is no secret NOWHERE/);
  });

  test('what cannot be used is refused with its exit code, and the password never comes out', () => {
    const { path } = journal('refused', 1);
    const to = (url: string) => program(['store', path], { ALGOTRENDY_SECRET_POSTGRES_URL: url });
    const at = server.url.reveal();
    for (const [url, code, words] of [
      [at.replace(/\/postgres$/, '/nowhere'), 2, /database "nowhere" does not exist/],
      [at.replace(/:\d+\//, ':1/'), 1, /Postgres cannot be reached/],
      [`mysql://u:${PASSWORD}@127.0.0.1/x`, 2, /is not the URL of a Postgres server/],
      [PASSWORD, 2, /is not the URL of a Postgres server/],
    ] as const) {
      const { status, stderr } = to(url);
      assert.equal(status, code, stderr);
      assert.match(stderr, words);
    }
    assert.equal(program(['store', join(folder, 'missing.jsonl')], { ALGOTRENDY_SECRET_POSTGRES_URL: at }).status, 3);
  });

  test('words that Postgres cannot keep as they are stop nothing, and a copy of any words is loaded again', async () => {
    const { path, file } = journal('words', 5);
    file.append({ kind: 'command', command: { kind: 'halt', reason: 'cut \ud83d, nothing \0, a line\u2028ends, "\\u0000" is typed' } });
    await store(path);
    const [kept] = await server.ask<{ reason: string }>(`SELECT record -> 'command' ->> 'reason' AS reason FROM algotrendy.event WHERE run = 'words' ORDER BY sequence DESC LIMIT 1`);
    assert.equal(kept?.reason, 'cut \ufffd, nothing \ufffd, a line\u2028ends, "\\u0000" is typed');
    const copy = mkdtempSync(join(folder, 'copy-'));
    for await (const each of copyOrderStore(server.url, copy)) assert.ok(existsSync(each.source));
    await server.ask('CREATE DATABASE words');
    const rows = Object.values(await counts()).reduce((sum, count) => sum + count, 0);
    assert.equal(await loadOrderStore(server.inDatabase('words'), copy), rows);
  });

  test('a schema that a newer build has made is left alone', async () => {
    const { path } = journal('newer', 1);
    await server.ask('INSERT INTO algotrendy.schema_step (step) VALUES (99)');
    try {
      await assert.rejects(store(path), (error) => error instanceof StoreError && error.kind === 'version' && error.message.includes('step 99'));
      assert.equal(program(['store', path], { ALGOTRENDY_SECRET_POSTGRES_URL: server.url.reveal() }).status, 5);
    } finally {
      await server.ask('DELETE FROM algotrendy.schema_step WHERE step = 99');
    }
    assert.equal((await store(path)).added, 4);
  });

  test('an empty database is made ready by many at once, one after the other', async () => {
    await server.ask('CREATE DATABASE fresh');
    const { path } = journal('fresh', 3);
    const url = { reveal: () => server.url.reveal().replace(/\/postgres$/, '/fresh') } as Secret;
    const reports = await Promise.allSettled(Array.from({ length: 4 }, () => store(path, { url })));
    assert.ok(reports.some(({ status }) => status === 'fulfilled'));
    assert.equal((await store(path, { url })).added, 0);
  });
});
