import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { VenueError } from '../../domain/venue-error.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { LifeSign, readLifeSign } from './life-sign.ts';

test('each second has another sign, the venue is told three times a span, and a clean end takes both back', async () => {
  const home = mkdtempSync(join(tmpdir(), 'life-sign-'));
  const clock = new VirtualClock(1_000_000);
  const armed: number[] = [];
  const troubles: unknown[] = [];
  let failing = false;
  const venue = {
    venue: 'binance',
    armDeadMansSwitch(afterMs: number) {
      armed.push(afterMs);
      return failing ? Promise.reject(new VenueError('unreachable', 'binance: away')) : Promise.resolve();
    },
  };
  try {
    const sign = new LifeSign(home, { venue: 'binance', world: 'sandbox' }, venue, clock, 9_000, (error) => troubles.push(error));
    assert.equal(readLifeSign(home), undefined);
    const seen = new Set<string | undefined>();
    for (let turns = 0; turns < 100; turns++) {
      sign.give();
      seen.add(readLifeSign(home));
      await clock.run(clock.now() + 100);
    }
    await turn();
    assert.equal(seen.size, 10);
    assert.deepEqual(JSON.parse([...seen][0] ?? '') as object, { pid: process.pid, venue: 'binance', world: 'sandbox', count: 1 });
    assert.deepEqual(armed, [9_000, 9_000, 9_000, 9_000]);
    failing = true;
    await clock.run(clock.now() + 3_000);
    sign.give();
    await turn();
    assert.equal(troubles.length, 1, 'a venue that is away is told of, and asked again');
    failing = false;
    await sign.end();
    assert.deepEqual([armed.at(-1), readLifeSign(home)], [0, undefined]);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('a venue without such a switch has the file alone', async () => {
  const home = mkdtempSync(join(tmpdir(), 'life-sign-'));
  try {
    const sign = new LifeSign(home, { venue: 'coinbase', world: 'sandbox' }, { venue: 'coinbase' }, new VirtualClock(0), 9_000, () => undefined);
    sign.give();
    assert.notEqual(readLifeSign(home), undefined);
    await sign.end();
  } finally {
    rmSync(home, { recursive: true });
  }
});
