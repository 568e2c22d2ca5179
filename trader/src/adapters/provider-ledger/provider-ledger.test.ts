import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
