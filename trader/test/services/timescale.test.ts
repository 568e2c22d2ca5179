import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { MigrationRecord } from '../../src/app/wiring/migration-record.ts';
import type { MigrationReport } from '../../src/app/wiring/migration.ts';
import { PASSWORD, PostgresServer } from './postgres-server.ts';
import { QuestDbServer } from './questdb-server.ts';

const root = mkdtempSync(join(tmpdir(), 'timescale-'));
const MAIN = new URL('../../src/app/main.mjs', import.meta.url).pathname;
let postgres: PostgresServer;
before(async () => { postgres = await PostgresServer.start(); });
after(async () => {
  await postgres.stop();
  rmSync(root, { recursive: true, force: true });
});

/** The table as AlgoTrendy 2.5 made it, with so many minutes of each symbol; not by the order of time. */
async function fill(symbols: readonly string[], minutes: number, type = 'double precision'): Promise<void> {
  await postgres.ask(`DROP TABLE IF EXISTS market_data; CREATE TABLE market_data (symbol text, "time" timestamptz, open ${type}, high ${type}, low ${type}, close ${type}, volume ${type}, source text);
    INSERT INTO market_data SELECT symbol, '2023-01-01Z'::timestamptz + (minute * 7919 % ${minutes}) * interval '1 minute', 100 + sin(minute), 103, 97, 100 + cos(minute),
      CASE WHEN minute % 97 <> 0 THEN abs(sin(minute)) END, CASE WHEN minute % 5 = 0 THEN 'coinbase' ELSE 'binance' END
      FROM generate_series(0, ${minutes - 1}) minute, unnest(ARRAY['${symbols.join("','")}']) symbol`);
}

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly text: string;
  readonly json: MigrationReport & { readonly error?: { readonly code: string; readonly message: string } };
}

/** Runs the command; `watch` may kill it. */
async function migrate(home: string, words: readonly string[] = [], { url = postgres.url.reveal(), questdb = '', watch }: { readonly url?: string; readonly questdb?: string; readonly watch?: (kill: () => void) => Promise<void> } = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'migrate', 'timescale', '--from', 'V25_URL', '--json', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ALGOTRENDY_HOME: join(root, home), ALGOTRENDY_SECRET_V25_URL: url, ALGOTRENDY_SECRET_QUESTDB_URL: questdb },
  });
  let [text, stdout] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => { text += String(chunk); stdout += String(chunk); });
  child.stderr.on('data', (chunk: Buffer) => { text += String(chunk); });
  const ended = new Promise<[number | null, string | null]>((done) => { child.once('close', (code, signal) => { done([code, signal]); }); });
  await watch?.(() => child.kill('SIGKILL'));
  const [status, signal] = await ended;
  return { status, signal, text, json: stdout === '' ? {} as never : JSON.parse(stdout) };
}

test('4 100 rows of four symbols come over from a live Postgres, and nothing is lost', async () => {
  await fill(['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BTC-USD'], 1_025);
  const { status, json } = await migrate('first');
  assert.deepEqual([status, json.rows, json.written, json.sound, json.symbols.length], [0, 4_100, 4_100, true, 4]);
  await postgres.ask("INSERT INTO market_data VALUES ('BTCUSDT', '2024-01-01Z', 1, 1, 1, 1, 1, 'binance')");
  const grown = await migrate('first');
  assert.deepEqual([grown.json.written, grown.json.sound], [1, true], 'what has come since comes over, and no more');
});

test('numeric columns come over too, and digits beyond a float64 are counted', async () => {
  await fill(['BTCUSDT'], 500, 'numeric(38,20)');
  await postgres.ask("UPDATE market_data SET volume = 0.12345678901234567891 WHERE \"time\" = '2023-01-01Z'");
  const { status, json } = await migrate('numeric');
  assert.deepEqual([status, json.sound, json.rounded >= 1], [0, true, true]);
});

test('a million rows survive a migration that is killed twice and a server that dies', { timeout: 240_000 }, async () => {
  await fill(['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'], 250_000);
  const through = () => {
    try {
      const folder = join(root, 'million/migrations');
      const record = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8')) as MigrationRecord;
      return Object.values(record.symbols).reduce((sum, symbol) => sum + Math.max(0, symbol.through), 0);
    } catch {
      return 0;
    }
  };
  for (let round = 0; round < 3; round++) {
    const start = through();
    const { signal, status, json } = await migrate('million', [], { watch: async (kill) => {
      while (through() <= start) await setTimeout(2);
      if (round === 2) await postgres.kill();
      else kill();
    } });
    if (round < 2) assert.equal(signal, 'SIGKILL');
    else assert.deepEqual([status, json.error?.code, /start again/.test(json.error?.message ?? '')], [1, 'failure', true]);
  }
  await postgres.restart();
  const { json } = await migrate('million');
  assert.ok(json.sound && json.rows === 1_000_000 && json.written < 1_000_000 && json.written > 0, JSON.stringify(json).slice(0, 300));
  const whole = await migrate('whole');
  assert.deepEqual(json.symbols.map(({ target }) => target.checksum), whole.json.symbols.map(({ target }) => target.checksum));
});

test('rows come over into QuestDB as well', { timeout: 240_000 }, async () => {
  const questdb = await QuestDbServer.start();
  try {
    await fill(['BTCUSDT', 'ETHUSDT'], 20_500);
    const { json, text } = await migrate('questdb', ['--to', 'questdb'], { questdb: questdb.url.reveal() });
    assert.ok(json.sound && json.written === 41_000, text.slice(0, 500));
    const again = await migrate('questdb', ['--to', 'questdb'], { questdb: questdb.url.reveal() });
    assert.deepEqual([again.json.written, again.json.sound], [0, true]);
  } finally {
    await questdb.stop();
  }
});

test('what is wrong with the server or its rows is one clear error, without the password', async () => {
  const nowhere = await migrate('wrong', [], { url: `postgres://trader:${PASSWORD}@127.0.0.1:1/postgres` });
  assert.deepEqual([nowhere.status, nowhere.json.error?.code], [1, 'failure']);
  assert.match(nowhere.json.error?.message ?? '', /^127\.0\.0\.1:1\/postgres cannot be reached: .*ECONNREFUSED/);
  const refused = await migrate('wrong', [], { url: postgres.url.reveal().replace(/postgres$/, 'nothing') });
  assert.deepEqual([refused.status, refused.json.error?.code], [2, 'usage']);
  const breakings: readonly (readonly [string, RegExp])[] = [
    ["INSERT INTO market_data VALUES ('BTCUSDT', '2022-01-01Z', 1, 'NaN', 1, 1, 1, 'x')", /BTCUSDT at 2022-01-01 .* no possible bar \(open 1, high NaN/],
    ["INSERT INTO market_data VALUES ('BTCUSDT', '2023-01-01Z', 1, 1, 1, 1, 1, 'x')", /BTCUSDT has more than one row of 2023-01-01T00:00:00.000Z/],
    ["INSERT INTO market_data VALUES ('BTCUSDT', '2022-01-01 00:00:00.0005Z', 1, 1, 1, 1, 1, 'x')", /finer than a millisecond/],
    ["INSERT INTO market_data VALUES (NULL, '2022-01-01Z', 1, 1, 1, 1, 1, 'x')", /the row of no symbol/],
    ["INSERT INTO market_data VALUES ('BTC/USDT', '2022-01-01Z', 1, 1, 1, 1, 1, 'x')", /1 of 2 symbols cannot be the id of an instrument: "BTC\/USDT"/],
    ["INSERT INTO market_data VALUES ('BTCUSDT', '2022-01-01Z', 1, 1, 1, 1, 1, 'Börse')", /the source "Börse" is not one to eighty/],
    ['DELETE FROM market_data', /holds no row/],
    ['ALTER TABLE market_data RENAME volume TO amount', /has no column volume, only symbol, time, open, high, low, close, amount, source/],
    ['ALTER TABLE market_data ALTER open TYPE text', /is not read as|BTCUSDT/],
    ['DROP TABLE market_data', /has no table market_data/],
  ];
  for (const [breaking, words] of breakings) {
    await fill(['BTCUSDT'], 10);
    if (breaking.includes('TYPE text')) await postgres.ask("UPDATE market_data SET source = 'x'");
    await postgres.ask(breaking);
    if (breaking.includes('TYPE text')) await postgres.ask("UPDATE market_data SET open = 'abc'");
    const { status, json, text } = await migrate('wrong');
    assert.deepEqual([status, json.error?.code], [3, 'bad-data'], `${breaking}: ${text.slice(0, 300)}`);
    assert.match(json.error?.message ?? '', words);
    assert.ok(!text.includes(PASSWORD));
  }
});
