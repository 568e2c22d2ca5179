import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { HAND_START, HandFeed } from '../../../test/hand-feed.ts';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { allocateBars } from '../../domain/bar.ts';
import { EngineReplica } from '../replica.ts';
import type { Answer } from '../schema/table.ts';
import { barHandlers } from './bars.ts';

const MINUTE = 60_000;
const INSTRUMENT = 'BTC-USDT.HAND';

describe('bars for a chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bars-'));
  const store = new EmbeddedMarketStore(join(folder, 'bars.sqlite'));
  const feed = new HandFeed({ bars: { [INSTRUMENT]: Array.from({ length: 30 }, (_, i) => [HAND_START + i * MINUTE, 10 + i, 20 + i, i, 15 + i, i === 0 ? null : 1] as const) } });
  const replica = new EngineReplica(feed, WALL_CLOCK);
  const { listBars } = barHandlers({ replica, marketStore: () => Promise.resolve(store) });
  const ask = (query: { instrument?: string; interval?: string; from?: number; to?: number; limit?: number }) =>
    listBars({ query: { instrument: INSTRUMENT, limit: 500, ...query }, params: undefined, body: undefined, id: '', caller: { kind: 'token', userId: 'u', name: 'u', role: 'viewer', id: 't', steppedUpAt: undefined, enrolling: false, expiresAt: 0 } }) as Promise<Answer<'listBars'>>;

  before(async () => {
    // Two hours before the run, and a market of its own with a hole in it.
    for (const [instrument, count, hole] of [[INSTRUMENT, 120, 0], ['OLD.X', 300, 100]] as const) {
      const bars = allocateBars(count);
      for (let i = 0; i < count; i++) {
        bars.timestamp[i] = HAND_START - (count - i) * MINUTE - (i < count / 2 ? hole * MINUTE : 0);
        bars.open[i] = bars.close[i] = 5;
        bars.high[i] = 6;
        bars.low[i] = 4;
        bars.volume[i] = 2;
      }
      await store.append({ instrument, intervalMs: MINUTE }, { source: 'test', knownAt: HAND_START, bars });
    }
  });
  after(async () => {
    replica.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  test('are those of the run, of a longer interval where one is asked for, the newest so many', async () => {
    const { time, open, high, low, close, volume, more, source } = await ask({ interval: '5m', limit: 2 });
    assert.deepEqual({ time, open, high, low, close, volume, more, source }, {
      time: [HAND_START + 20 * MINUTE, HAND_START + 25 * MINUTE], open: [30, 35], high: [44, 49], low: [20, 25], close: [39, 44], volume: [5, 5], more: true, source: 'run',
    });
    assert.equal((await ask({ limit: 1_000 })).volume[0], null, 'an absent volume stays absent');
  });

  test('go back page by page from the run into the store, without a hole and without a repetition', async () => {
    const seen: number[] = [];
    let to: number | undefined;
    for (;;) {
      const { time, more } = await ask({ limit: 7, ...(to !== undefined && { to }) });
      seen.unshift(...time);
      if (!more) break;
      to = time[0];
    }
    assert.deepEqual(seen, Array.from({ length: 150 }, (_, i) => HAND_START + (i - 120) * MINUTE));
  });

  test('of a market that is only stored reach over its holes', async () => {
    const { time, more, source } = await ask({ instrument: 'OLD.X', interval: '5m', limit: 50 });
    assert.deepEqual([time.length, more, source], [50, true, 'store']);
    const within = await ask({ instrument: 'OLD.X', from: HAND_START - 10 * MINUTE, to: HAND_START - 5 * MINUTE });
    assert.deepEqual([within.time.length, within.more], [5, false]);
  });

  test('that cannot be made, or are nowhere, are not found', async () => {
    await assert.rejects(ask({ interval: '90s' }), { code: 'not-found' });
    await assert.rejects(ask({ instrument: 'NOWHERE.X' }), { code: 'not-found' });
  });
});
