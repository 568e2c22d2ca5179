import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sharedTurns } from '../../src/app/wiring/shared-turns.ts';
import { SeriesError } from '../../src/domain/series-error.ts';
import { JumpClock } from './fred/jump-clock.ts';

const root = mkdtempSync(join(tmpdir(), 'turns-'));
after(() => { rmSync(root, { recursive: true }); });

test('whoever asks FRED waits for what others of the installation asked', async () => {
  const clock = new JumpClock();
  const home = join(root, 'shared');
  const turns = [sharedTurns('fred', { home, clock }), sharedTurns('fred', { home, clock })];
  const began = clock.now();
  const at: number[] = [];
  for (let request = 0; request < 6; request++) {
    await turns[request % 2]();
    at.push(clock.now() - began);
  }
  assert.deepEqual(at, [0, 500, 1_000, 1_500, 2_000, 2_500]);
});

test('a quota that is used up for long is told, and a ledger that cannot be written too', async () => {
  writeFileSync(join(root, 'providers.json'), '{"quotas": {"fred": [{"calls": 1, "window": "1d"}]}}');
  const turn = sharedTurns('fred', { home: root, clock: new JumpClock() });
  await turn();
  await assert.rejects(turn(), (error) => error instanceof SeriesError && error.kind === 'rate-limited' && /1 in 1d/.test(error.message));
  writeFileSync(join(root, 'file'), '');
  await assert.rejects(sharedTurns('fred', { home: join(root, 'file'), clock: new JumpClock() })(), (error) => error instanceof SeriesError && error.kind === 'storage');
});
