import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import { DAY_MS } from '../../domain/time.ts';
import { SqliteProviderLedger } from './provider-ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
after(() => { rmSync(folder, { recursive: true }); });

test('several processes share one quota to the call', async () => {
  const taker = fileURLToPath(new URL('../../../test/providers/ledger-taker.ts', import.meta.url));
  const run = promisify(execFile);
  const outputs = await Promise.all([1, 2, 3].map(() => run(process.execPath, ['--disable-warning=ExperimentalWarning', taker, join(folder, 'shared.sqlite')])));
  assert.equal(outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0), 50);
});

test('counts are of days, refusals end, and comparisons add up, also when the file is opened again', () => {
  const path = join(folder, 'again.sqlite');
  const first = new SqliteProviderLedger(path);
  first.count('hit', 5);
  first.count('hit', DAY_MS + 5, 2);
  first.refuse('GONE', { kind: 'delisted', provider: 'yahoo', message: 'gone' }, 100);
  first.compared('NVDA', 'yahoo', 1, 0);
  first.compared('NVDA', 'yahoo', 0, 1);
  first.close();
  const second = new SqliteProviderLedger(path);
  assert.equal(second.counts(0).get('hit'), 3);
  assert.equal(second.counts(DAY_MS).get('hit'), 2);
  assert.equal(second.refusal('GONE', 99)?.kind, 'delisted');
  assert.equal(second.refusal('GONE', 100), undefined);
  assert.deepEqual(second.records(), [{ instrument: 'NVDA', source: 'yahoo', agreed: 1, disagreed: 1 }]);
  second.close();
});

test('refusals that are over are forgotten, so that years of them do not fill the file', () => {
  const path = join(folder, 'refusals.sqlite');
  const ledger = new SqliteProviderLedger(path);
  for (let hole = 0; hole < 50; hole++) ledger.refuse(`yahoo NVDA 60000 0 ${hole}`, { kind: 'empty', provider: 'yahoo', message: 'nothing new yet' }, 100 + hole);
  ledger.take('yahoo', { limits: [{ calls: 5, windowMs: 1_000 }], documented: true }, 148);
  ledger.close();
  const file = new DatabaseSync(path);
  assert.deepEqual(file.prepare('SELECT until FROM refusal').all().map(({ until }) => until), [149]);
  file.close();
});

test('calls and refusals of a time when the clock was years ahead hold nobody up for years', () => {
  const path = join(folder, 'clock.sqlite');
  const ledger = new SqliteProviderLedger(path);
  const quota = { limits: [{ calls: 2, windowMs: 1_000 }], documented: true };
  const [wrong, right] = [Date.UTC(2036, 0, 1), Date.UTC(2026, 0, 1)];
  for (let call = 0; call < 2; call++) assert.equal(ledger.take('yahoo', quota, wrong).waitMs, 0);
  ledger.refuse('yahoo GONE', { kind: 'delisted', provider: 'yahoo', message: 'gone' }, wrong + 86_400_000);
  assert.equal(ledger.refusal('yahoo GONE', wrong)?.kind, 'delisted');
  assert.deepEqual([right, right + 999, right + 1_000].map((now) => ledger.take('yahoo', quota, now).waitMs), [1_000, 1, 0], 'they count as of now, since nobody knows when they were');
  assert.equal(ledger.refusal('yahoo GONE', right), undefined);
  ledger.close();
});

test('what one process has claimed no other takes before it is given back, or its time is over', () => {
  const path = join(folder, 'claims.sqlite');
  const [one, two] = [new SqliteProviderLedger(path), new SqliteProviderLedger(path)];
  assert.deepEqual([one.claim('NVDA', 0, 100), two.claim('NVDA', 50, 150), two.claim('MSFT', 50, 150), one.claim('NVDA', 60, 160)], [true, false, true, true]);
  two.release('NVDA');
  assert.equal(two.claim('NVDA', 159, 300), false, 'it was not its own to give back');
  assert.equal(two.claim('NVDA', 160, 300), true);
  two.release('NVDA');
  assert.equal(one.claim('NVDA', 170, 300), true);
  one.close();
  two.close();
});

test('what a process that was killed had claimed is free at once', () => {
  const path = join(folder, 'killed.sqlite');
  const script = `import { SqliteProviderLedger } from ${JSON.stringify(new URL('./provider-ledger.ts', import.meta.url).href)}; new SqliteProviderLedger(${JSON.stringify(path)}).claim('NVDA', 0, 1e15); process.kill(process.pid, 'SIGKILL');`;
  assert.equal(spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]).signal, 'SIGKILL');
  const ledger = new SqliteProviderLedger(path);
  assert.equal(ledger.claim('NVDA', 1, 100), true);
  ledger.close();
});

test('a ledger that may not be written is read, and what would change it is refused by name', () => {
  const path = join(folder, 'kept.sqlite');
  const first = new SqliteProviderLedger(path);
  first.count('hit', 5);
  first.close();
  // SQLite cannot write where it cannot make this file.
  mkdirSync(`${path}-shm`);
  const second = new SqliteProviderLedger(path);
  assert.equal(second.counts(0).get('hit'), 1);
  assert.throws(() => second.take('yahoo', { limits: [], documented: true }, 5), (error) => error instanceof MarketStoreError && error.kind === 'storage' && error.message.startsWith(path));
  second.close();
});

test('a ledger that cannot be made, one that is damaged and one of another version are refused by name', () => {
  const refused = (path: string, kind: MarketStoreError['kind']) => { assert.throws(() => new SqliteProviderLedger(path), (error) => error instanceof MarketStoreError && error.kind === kind && error.message.startsWith(path)); };
  writeFileSync(join(folder, 'no-folder'), '');
  refused(join(folder, 'no-folder', 'x.sqlite'), 'storage');
  writeFileSync(join(folder, 'garbage.sqlite'), 'garbage '.repeat(100));
  refused(join(folder, 'garbage.sqlite'), 'damaged');
  const newer = new DatabaseSync(join(folder, 'newer.sqlite'));
  newer.exec('PRAGMA user_version = 9');
  newer.close();
  refused(join(folder, 'newer.sqlite'), 'version');
});
