import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { flattenAll } from './live-loop.ts';
import { PaperTrader } from './wiring/paper.ts';

test('a run that closes everything before it stops gives signs of life until that is done', async () => {
  const home = mkdtempSync(join(tmpdir(), 'flatten-'));
  const trader = await PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {} });
  try {
    for (let i = 0; i < 2; i++) trader.step();
    trader.command({ kind: 'place', id: 'one', order: { instrument: trader.run.markets[0].instrument.id, side: 'buy', type: 'market', timeInForce: 'ioc', quantity: '0.01' } });
    trader.step();
    let signs = 0;
    // The venue takes its time: what closes the position fills at a bar that comes later.
    setTimeout(() => { trader.step(); }, 400);
    await flattenAll(trader, () => { signs += 1; });
    assert.ok(signs >= 4, `${signs} signs`);
    assert.ok(trader.run.engine.books.every(({ quantity }) => quantity === 0));
  } finally {
    trader.release();
    rmSync(home, { recursive: true });
  }
});
