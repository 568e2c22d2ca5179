import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Operator } from '../../src/app/wiring/operator.ts';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import { Random } from '../../src/domain/random.ts';
import { BINANCE_SPOT_FEED } from '../venues/binance/feed-harness.ts';

const MINUTE = 60_000;

test('an order by hand that adds risk is denied where the market has not been heard for longer than a price may be old', async (t) => {
  const { server, host } = await BINANCE_SPOT_FEED.serve(WALL_CLOCK);
  const home = mkdtempSync(join(tmpdir(), 'stale-'));
  const [{ instrument: { id }, symbol }] = BINANCE_SPOT_FEED.listings;
  const last = Math.floor(Date.now() / MINUTE) * MINUTE - MINUTE;
  server.remember(0, [{ timestamp: last, open: '100.0', high: '100.0', low: '100.0', close: '100.0', volume: '1' }]);
  const trader = await PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {} }, {
    venue: 'binance', instruments: [symbol], intervalMs: undefined, strategy: undefined, parameters: {}, series: [],
    around: { home, secrets: { read: () => Promise.resolve(undefined), write: () => Promise.resolve(), remove: () => Promise.resolve() }, clock: WALL_CLOCK, random: new Random(1), loopbackPort: Number(host.split(':')[1]), onUnreadable: () => undefined },
  });
  t.after(async () => {
    trader.release();
    await server.close();
    rmSync(home, { recursive: true });
  });
  while (trader.feed.peek() === undefined) await sleep(10);
  trader.step();
  trader.command({ kind: 'resume' });
  let now = Date.now();
  const operator = new Operator({ trader, carryOut: (command) => { trader.command(command); }, trading: () => ({ state: 'active', reason: null, by: null, since: null, flat: false }), now: () => now });
  let commands = 0;
  const place = () => operator.request({ id: `c${++commands}`, by: 'user:ann', kind: 'place', ticket: { instrument: id, side: 'buy', type: 'market', size: { kind: 'notional', notional: '1000' } } });
  const first = place();
  assert.ok(first.ok, first.ok ? '' : first.error.message);
  now += 10 * MINUTE;
  const late = place();
  assert.ok(!late.ok && late.error.kind === 'denied' && /beyond the limit of 300 s/.test(late.error.message), JSON.stringify(late));
});
