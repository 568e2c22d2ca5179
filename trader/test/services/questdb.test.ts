import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { QuestDbMarketStore } from '../../src/adapters/questdb/questdb-market-store.ts';
import { allocateBars } from '../../src/domain/bar.ts';
import { MarketStoreError } from '../../src/domain/market-store-error.ts';
import { Secret } from '../../src/domain/secret.ts';
import { columns, marketStoreContract } from '../contract/market-store.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { QuestDbServer } from './questdb-server.ts';

let server: QuestDbServer;

marketStoreContract('QuestDB', {
  cases: 10,
  async open() {
    server = await QuestDbServer.start();
    return QuestDbMarketStore.open(server.url);
  },
  async reopen() {
    await server.kill();
    await server.restart();
    return QuestDbMarketStore.open(server.url);
  },
  close: () => server.stop(),
});

describe('QuestDB over a connection that breaks', () => {
  let broken: QuestDbServer;
  before(async () => { broken = await QuestDbServer.start(); });
  after(() => broken.stop());

  test('an append that was cut anywhere and is repeated leaves each bar once, and no bar out', async () => {
    const proxy = new CuttingProxy(Number(new URL(broken.url.reveal()).port));
    const url = new Secret(`http://127.0.0.1:${await proxy.listen()}`);
    try {
      const bars = columns(Array.from({ length: 50 }, (_each, minute) => ({ timestamp: minute * 60_000, open: 1 + minute, high: 2 + minute, low: 1, close: 1.5 + minute, volume: minute })));
      const store = await QuestDbMarketStore.open(url);
      for (let cut = 0; cut < 20; cut++) {
        const series = { instrument: `CUT-${cut}.TEST`, intervalMs: 60_000 };
        const batch = { source: 'test', knownAt: 1_000, bars, covers: [{ from: 0, to: 50 * 60_000 }] };
        proxy.cutAfter = cut * 60;
        await store.append(series, batch).catch((error: unknown) => { assert.ok(error instanceof MarketStoreError && error.kind === 'unreachable', String(error)); });
        proxy.cutAfter = Number.POSITIVE_INFINITY;
        await store.append(series, batch);
        assert.deepEqual([...(await store.range(series)).close], [...bars.close]);
        assert.deepEqual(await store.coverage(series), batch.covers);
      }
      assert.equal((await store.list()).reduce((sum, { revisions }) => sum + revisions, 0), 0);
      assert.ok(proxy.cuts > 5, `${proxy.cuts} cuts`);
    } finally {
      await proxy.close();
    }
  });

  test('a server that is not there, and a URL that is none, are said without the password', async () => {
    for (const url of ['http://trader:hunter2@127.0.0.1:1', 'hunter2']) {
      await assert.rejects(QuestDbMarketStore.open(new Secret(url)), (error) => error instanceof MarketStoreError && error.kind === 'unreachable' && !error.message.includes('hunter2'));
    }
  });

  test('times before 1970 are refused, since QuestDB has none', async () => {
    const store = await QuestDbMarketStore.open(broken.url);
    const bars = { ...allocateBars(1), timestamp: Float64Array.of(-60_000), open: Float64Array.of(1), high: Float64Array.of(1), low: Float64Array.of(1), close: Float64Array.of(1) };
    await assert.rejects(store.append({ instrument: 'OLD.TEST', intervalMs: 60_000 }, { source: 'test', knownAt: 1, bars }), /before 1970/);
  });
});
