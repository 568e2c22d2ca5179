import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { EngineCommand } from '../ports/engine-control.ts';
import { ApiHost } from './api-host.ts';
import { EngineReporter } from './wiring/engine-reporter.ts';
import { PaperTrader } from './wiring/paper.ts';

/** A run, and a worker beside it that does as its words say. */
async function beside(t: TestContext, words: string) {
  const home = mkdtempSync(join(tmpdir(), 'api-host-'));
  const trader = await PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {} });
  const reporter = new EngineReporter(trader, () => ({ state: 'active', speed: 1, barsPerSecond: 0, decisionMicros: null, version: '0', startedAt: 0 }));
  const [troubles, commands, workers]: [string[], EngineCommand[], Worker[]] = [[], [], []];
  const heard = Promise.withResolvers<void>();
  const host = new ApiHost(() => {
    workers.push(new Worker(`const { parentPort: port } = require('node:worker_threads'); ${words}`, { eval: true }));
    return workers[workers.length - 1];
  }, reporter, {
    onUp() { heard.resolve(); }, onLog() {},
    onTrouble(text) {
      troubles.push(text);
      heard.resolve();
    },
    request(command) {
      commands.push(command);
      heard.resolve();
      return { ok: false, error: { kind: 'gone', message: 'test' } };
    },
  });
  t.after(async () => {
    await host.close();
    trader.release();
    rmSync(home, { recursive: true });
  });
  return { trader, reporter, host, troubles, commands, workers, heard: heard.promise };
}

test('a worker that dies is told of and started again, and the run goes on meanwhile', async (t) => {
  const { trader, host, troubles, heard } = await beside(t, 'throw new Error("out of luck")');
  await heard;
  for (let i = 0; i < 50; i++) {
    trader.step();
    host.tend(i * 1_000);
  }
  assert.match(troubles[0], /The API is down: out of luck. Trading goes on. It is started again./i);
  assert.equal(trader.run.engine.bars, 150);
});

test('a worker that has served for long is started again however many died before it', { timeout: 30_000 }, async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.UTC(2026, 0, 5) });
  const { trader, host, troubles, workers } = await beside(t, `
    port.on('message', (message) => {
      if (message.kind === 'stop') port.postMessage({ kind: 'stopped' });
      if (message.kind === 'snapshot') port.postMessage({ kind: 'taken', sequence: message.snapshot.sequence });
      if (message.kind === 'events') throw new Error('out of luck');
    });
    port.postMessage({ kind: 'listen' });`);
  const until = async (seen: () => boolean) => { while (!seen()) await new Promise((resolve) => { setImmediate(resolve); }); };
  for (let death = 1; death <= 6; death++) {
    await until(() => workers.length === death);
    let taken = false;
    workers[death - 1].on('message', ({ kind }: { readonly kind: string }) => { taken ||= kind === 'taken'; });
    await until(() => taken);
    t.mock.timers.tick(3_600_000);
    trader.step();
    host.tend(Date.now());
    await until(() => troubles.length === death);
    assert.match(troubles[death - 1], /It is started again/);
    t.mock.timers.tick(10_000);
  }
});

test('a worker that never takes what it is sent is sent no more, then ended, and the run goes on', async (t) => {
  const { trader, reporter, host, troubles, heard } = await beside(t, 'port.postMessage({ kind: "listen" }); port.postMessage({ kind: "up", url: "" }); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
  await heard;
  const start = Date.now();
  for (let i = 1; i <= 60; i++) {
    trader.step();
    host.tend(start + i * 1_000);
  }
  assert.match(troubles[0], /too slow/);
  assert.match(troubles[1], /does not answer/);
  assert.ok(reporter.dropped > 0);
  assert.equal(trader.run.engine.bars, 180);
});

test('a worker that has caught up is told everything anew, and no event is missing after it', async (t) => {
  const { trader, reporter, host, commands, heard } = await beside(t, `
    let last; let newest = -Infinity; const wrong = [];
    port.on('message', (message) => {
      if (message.kind === 'stop') port.postMessage({ kind: 'stopped' });
      const first = message.kind === 'events' ? message.events[0].sequence : undefined;
      // No bar of a snapshot comes again.
      if (message.kind === 'snapshot') newest = Math.max(...Object.values(message.snapshot.bars).flat().map(([time]) => time));
      for (const { bars } of message.events ?? []) if (bars?.some(([time]) => time <= newest)) wrong.push(bars);
      if (first !== undefined && first !== last + 1) wrong.push([last, first]);
      last = message.kind === 'events' ? message.events.at(-1).sequence : message.snapshot?.sequence ?? last;
      port.postMessage({ kind: 'taken', sequence: last });
      if (last > 150) port.postMessage({ kind: 'request', number: 1, command: { kind: 'resume', id: 'x', by: wrong.length + ' wrong' } });
    });
    port.postMessage({ kind: 'listen' });`);
  const start = Date.now();
  for (let i = 1; reporter.sequence < 200; i++) {
    trader.step();
    host.tend(start + i * 1_000);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  await heard;
  assert.equal(commands[0].by, '0 wrong');
});

test('a halt is told while the feed is paused', async (t) => {
  const { trader } = await beside(t, '');
  const paused = new EngineReporter(trader, () => ({ state: 'paused', speed: 1, barsPerSecond: 0, decisionMicros: null, version: '0', startedAt: 0 }));
  assert.equal(paused.trading().state, 'paused');
  trader.command({ kind: 'halt', reason: 'news', by: 'user:ana' });
  assert.deepEqual([paused.trading().state, paused.trading().reason], ['halted', 'news']);
});

test('what is said is numbered without gaps, and only what has changed is said', async (t) => {
  const { trader, reporter } = await beside(t, '');
  trader.step();
  const first = reporter.take(1_000);
  assert.deepEqual(first.map(({ sequence }) => sequence), first.map((_, at) => at + 1));
  // Memory moves by itself.
  assert.deepEqual(reporter.take(1_500).map(({ kind }) => kind).filter((kind) => kind !== 'health'), []);
  trader.step();
  assert.deepEqual([...new Set(reporter.take(1_600).map(({ kind }) => kind))], [], 'prices wait for their turn');
  const kinds = reporter.take(2_000).map(({ kind }) => kind);
  assert.ok(kinds.includes('bars') && kinds.includes('account') && !kinds.includes('run'));
});
