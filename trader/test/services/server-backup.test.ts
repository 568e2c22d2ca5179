import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { newKeyText } from '../../src/adapters/backup/sealing.ts';
import { OrderStore } from '../../src/adapters/postgres/order-store.ts';
import { QuestDbMarketStore } from '../../src/adapters/questdb/questdb-market-store.ts';
import { RPO_LIMIT_MS, RTO_LIMIT_MS } from '../../src/app/wiring/restore-drill.ts';
import { columns } from '../contract/market-store.ts';
import { PASSWORD, PostgresServer } from './postgres-server.ts';
import { QuestDbServer } from './questdb-server.ts';

const MAIN = new URL('../../src/app/main.mjs', import.meta.url).pathname;
const KEY = newKeyText();
const SERIES = { instrument: 'LOAD.TEST', intervalMs: 60_000 };
const root = mkdtempSync(join(tmpdir(), 'server-backup-'));
let postgres: PostgresServer;
let questdb: QuestDbServer;
before(async () => { [postgres, questdb] = await Promise.all([PostgresServer.start(), QuestDbServer.start()]); });
after(async () => {
  await Promise.all([postgres.stop(), questdb.stop()]);
  rmSync(root, { recursive: true, force: true });
});

async function run(words: readonly string[], spare = postgres.url): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...words, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env, ALGOTRENDY_HOME: join(root, 'home'), ALGOTRENDY_SECRET_BACKUP_KEY: KEY, ALGOTRENDY_SECRET_POSTGRES_URL: postgres.url.reveal(), ALGOTRENDY_SECRET_SPARE_URL: spare.reveal(),
      ALGOTRENDY_SECRET_QUESTDB_URL: questdb.url.reveal(), ALGOTRENDY_MARKET_STORE: 'questdb',
    },
  });
  let [stdout, text] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => { stdout += String(chunk); });
  child.stderr.on('data', (chunk: Buffer) => { text += String(chunk); });
  const code = await new Promise<number | null>((done) => { child.once('close', done); });
  assert.ok(!`${stdout}${text}`.includes(PASSWORD));
  return { code, text, ...JSON.parse(stdout) as object };
}

/** Writes one after another, numbered from 0, until it is stopped. */
function writer(write: (number: number) => Promise<void>): { acknowledged(): number; stop(): Promise<void> } {
  let [acknowledged, going] = [-1, true];
  const done = (async () => {
    for (let number = 0; going; number++) {
      await write(number);
      acknowledged = number;
    }
  })();
  return { acknowledged: () => acknowledged, async stop() { going = false; await done; } };
}

async function bars(server: QuestDbServer): Promise<readonly number[]> {
  const store = await QuestDbMarketStore.open(server.url);
  return [...(await store.range(SERIES)).timestamp];
}

test('QuestDB and Postgres are backed up while they are written to, and nothing acknowledged before is lost', { timeout: 300_000 }, async (context: TestContext) => {
  await (await OrderStore.open(postgres.url)).close();
  await postgres.ask("INSERT INTO algotrendy.run VALUES ('r', '{\"fee\": 0.10}', 0, 0)");
  const store = await QuestDbMarketStore.open(questdb.url);
  const told = writer(async (number) => { await store.append(SERIES, { source: 'test', knownAt: 1, bars: columns([{ timestamp: number * 60_000, open: 1, high: 2, low: 1, close: 1.5, volume: number }]) }); });
  const kept = writer(async (number) => { await postgres.ask(`INSERT INTO algotrendy.event VALUES ('r', ${number}, 'test', '{"price": 1.10000000000000000001}')`); });
  const place = join(root, 'vault');
  let before = { bars: -1, events: -1 };
  let began = 0;
  const words = ['data', 'backup', place, '--postgres', 'POSTGRES_URL', '--questdb', questdb.folder];
  await (await import('node:fs/promises')).mkdir(join(root, 'home'));
  for (let round = 0; round < 3; round++) {
    const enough = told.acknowledged() + 20;
    while (told.acknowledged() < enough) await new Promise((wait) => { setTimeout(wait, 10); });
    before = { bars: told.acknowledged(), events: kept.acknowledged() };
    began = Date.now();
    const report = await run(words);
    assert.equal(report['code'], 0, String(report['text']));
  }
  await Promise.all([told.stop(), kept.stop()]);
  const lostAt = Date.now();
  await questdb.kill();

  // The machine is gone; what follows happens on another one.
  const started = performance.now();
  const target = join(root, 'back');
  await postgres.ask('CREATE DATABASE spare');
  const spare = postgres.inDatabase('spare');
  const report = await run(['data', 'restore', place, '--to', target, '--postgres', 'SPARE_URL'], spare);
  assert.equal(report['code'], 0, JSON.stringify(report));
  const again = await QuestDbServer.start(join(target, 'servers/questdb'));
  try {
    const times = await bars(again);
    const rtoMs = performance.now() - started;
    const rpoMs = lostAt - began;
    assert.ok(times.every((time, number) => time === number * 60_000) && times.length > before.bars, `${times.length} bars of ${before.bars + 1}`);
    const events = await postgres.askIn('spare', 'SELECT sequence, record::text AS record FROM algotrendy.event ORDER BY sequence');
    assert.ok(events.every(({ sequence, record }, number) => Number(sequence) === number && record === '{"price": 1.10000000000000000001}') && events.length > before.events, `${events.length} events of ${before.events + 1}`);
    assert.equal(report['postgresRows'], events.length + 1);
    assert.ok(rtoMs < RTO_LIMIT_MS && rpoMs < RPO_LIMIT_MS);
    context.diagnostic(`RTO ${(rtoMs / 1000).toFixed(1)} s with both servers up, RPO ${(rpoMs / 1000).toFixed(1)} s; ${times.length} bars and ${events.length} events back, of which ${before.bars + 1} and ${before.events + 1} had to be`);
    // It goes on being a store.
    const reopened = await QuestDbMarketStore.open(again.url);
    await reopened.append(SERIES, { source: 'test', knownAt: 2, bars: columns([{ timestamp: 1e9 * 60, open: 1, high: 2, low: 1, close: 1.5, volume: 1 }]) });
    const twice = await run(['data', 'restore', place, '--to', join(root, 'twice'), '--postgres', 'SPARE_URL'], spare);
    assert.deepEqual([twice['code'], /already holds the run r/.test(JSON.stringify(twice))], [5, true]);
  } finally {
    await again.kill();
  }
});

test('a drill restores both, fills a spare Postgres, measures it and empties it again', async () => {
  await postgres.ask('CREATE DATABASE drilled');
  const spare = postgres.inDatabase('drilled');
  await questdb.restart();
  const place = join(root, 'drill-vault');
  assert.equal((await run(['data', 'backup', place, '--postgres', 'POSTGRES_URL', '--questdb', questdb.folder]))['code'], 0);
  const report = await run(['data', 'restore', place, '--drill', '--postgres', 'SPARE_URL'], spare);
  assert.deepEqual([report['code'], report['met']], [0, { rto: true, rpo: true, sound: true }], String(report['text']));
  assert.deepEqual(await postgres.askIn('drilled', 'SELECT count(*)::int AS rows FROM algotrendy.event'), [{ rows: 0 }]);
});

test('a checkpoint that a killed backup left is released, and a folder of another server is refused', async () => {
  const ask = (text: string) => fetch(`${questdb.url.reveal()}/exec?${new URLSearchParams({ query: text }).toString()}`);
  assert.ok((await ask('CHECKPOINT CREATE')).ok);
  const place = join(root, 'left');
  assert.equal((await run(['data', 'backup', place, '--questdb', questdb.folder]))['code'], 0);
  const wrong = await run(['data', 'backup', place, '--questdb', root]);
  assert.equal(wrong['code'], 2);
});
