import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { HandFeed, handFill } from '../../../test/hand-feed.ts';
import { SqliteNotes } from '../../adapters/api-record/sqlite-notes.ts';
import { JournalFills } from '../../adapters/journal/journal-fills.ts';
import { exportHandlers } from '../../api/handlers/export.ts';
import { EngineReplica } from '../../api/replica.ts';
import { TripCounter } from '../../api/round-trips.ts';
import { TripHistory } from '../../api/trip-history.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { ArchivedFill, FillArchive } from '../../ports/fill-archive.ts';
import { EngineReporter } from './engine-reporter.ts';
import { PaperTrader } from './paper.ts';
import { fillFact } from './run-facts.ts';
import { WALL_CLOCK } from './wall-clock.ts';

const QUIET = { onFill() {}, onDenial() {}, onOrder() {} };

async function run(t: TestContext, moments: number): Promise<{ readonly trader: PaperTrader; readonly reporter: EngineReporter; readonly path: string }> {
  const home = mkdtempSync(join(tmpdir(), 'whole-'));
  const trader = await PaperTrader.open(home, undefined, false, QUIET);
  t.after(() => {
    trader.release();
    rmSync(home, { recursive: true, force: true });
  });
  const reporter = new EngineReporter(trader, () => ({ state: 'active', speed: 1, barsPerSecond: 0, decisionMicros: null, version: '0', startedAt: 0 }));
  for (let i = 0; i < moments; i++) trader.step();
  return { trader, reporter, path: join(home, 'paper', 'journal.jsonl') };
}

async function all(fills: AsyncIterable<ArchivedFill> | undefined): Promise<ArchivedFill[]> {
  const read: ArchivedFill[] = [];
  for await (const fill of fills ?? []) read.push(fill);
  return read;
}

test('a journal gives the fills of its run as they were told, and none of another run or of a line that is on its way', async (t) => {
  const { trader, path } = await run(t, 1_500);
  const told = trader.record.fills.map((fill) => fillFact(trader, fill));
  assert.ok(told.length > 20 && told.length < 1_000, `${told.length} fills`);
  const archive = new JournalFills(join(path, 'none'), path);
  const wanted = told.map(({ id, clientOrderId, book, leg, instrument, side, quantity, price, fee, tsEvent }) => ({ id, clientOrderId, book, leg, instrument, side, quantity, price, fee, tsEvent }));
  assert.deepEqual(await all(archive.fills(trader.run.id)), wanted);
  assert.equal(archive.fills('another'), undefined);
  appendFileSync(path, '00000000 {"kind":"report","report":"fil');
  assert.deepEqual(await all(archive.fills(trader.run.id)), wanted);
});

test('fills are exported from the first one on, also those that nobody holds in memory any more, with what each realised', async (t) => {
  const { trader, path } = await run(t, 1_500);
  const told = trader.record.fills.map((fill) => fillFact(trader, fill));
  const replica = new EngineReplica(new HandFeed({ run: { ...new HandFeed().snapshot.run, id: trader.run.id }, fills: told.slice(-5) }), WALL_CLOCK);
  const notes = new SqliteNotes(':memory:');
  t.after(() => { notes.close(); });
  const { exportCsv } = exportHandlers({ replica, notes, history: new TripHistory(replica, undefined), fills: new JournalFills(path) });
  const rows = String(await exportCsv({ params: { what: 'fills' }, query: {} } as Parameters<typeof exportCsv>[0])).trim().split('\r\n').slice(1).map((row) => row.split(','));
  assert.deepEqual(rows.map(([id]) => id), told.map(({ id }) => id));
  assert.deepEqual(rows.map((row) => row.at(-1)), told.map(({ realised }) => realised ?? ''));
  assert.deepEqual(rows.map((row) => row[6]), told.map(({ leg }) => leg));
});

test('a book tells the stop and the target at the prices of the orders that rest for them, on the steps of the market', async (t) => {
  const { trader, reporter } = await run(t, 0);
  let compared = 0;
  for (let batch = 0; batch < 40; batch++) {
    for (let i = 0; i < 50; i++) trader.step();
    const { books, orders } = reporter.snapshot(0);
    for (const { book, stop, takeProfit } of books) {
      for (const [leg, told] of [['stop', stop], ['take-profit', takeProfit]] as const) {
        const resting = orders.find((order) => order.book === book && order.leg === leg && order.state === 'open');
        if (resting === undefined) continue;
        assert.equal(Number(told), Number(resting.price), `${book}: ${leg}`);
        compared += 1;
      }
    }
  }
  assert.ok(compared > 20, `${compared} compared`);
});

test('a stop that the venue refuses is an alert, once an hour for one reason; what else it refuses, the order says itself', async (t) => {
  const { reporter } = await run(t, 0);
  const refused = (leg: 'stop' | 'target', reason: string, now: number) => { reporter.note({ kind: 'refused', clientOrderId: '0123456789abcdef', leg, reason }, now); };
  refused('target', 'no stops', 0);
  refused('stop', 'no stops', 0);
  refused('stop', 'no stops', 60_000);
  refused('stop', 'too far', 120_000);
  refused('stop', 'too far', 3_600_000);
  const { alerts } = reporter.snapshot(0);
  assert.deepEqual(alerts.map(({ tsWall, severity }) => [tsWall, severity]), [[0, 'warning'], [120_000, 'warning'], [3_600_000, 'warning']]);
  assert.match(alerts[0]?.text ?? '', /\(stop\) is refused: no stops\. What is held stands without it/);
});

test('the last equity of each day is told however fast the days pass, and is what a snapshot says', async (t) => {
  const { trader, reporter } = await run(t, 0);
  const told = new Map<number, string>();
  for (let batch = 0; batch < 4; batch++) {
    for (let i = 0; i < 2_000; i++) trader.step();
    for (const event of reporter.take(batch * 1_000, true)) if (event.kind === 'equity') for (const [at, equity] of event.points) told.set(Math.ceil(at / DAY_MS), equity);
  }
  const { days } = reporter.snapshot(0);
  assert.ok(days.length >= 5);
  assert.deepEqual([...told.values()], days.map(([, equity]) => equity));
  const daily = trader.run.engine.portfolio.curve.dailyEquity();
  assert.deepEqual(days.map(([, equity]) => equity), [...daily].slice(1).map((equity) => equity.toFixed(2)), 'as the metrics of the run have them');
});

test('round trips are those of the whole run, each fill once, also of those that come while the journal is read', async () => {
  const fills = Array.from({ length: 60 }, (_, number) => ({ ...handFill(number), side: number % 2 === 0 ? 'buy' as const : 'sell' as const }));
  const feed = new HandFeed({ fills: fills.slice(20, 40) });
  let reads = 0;
  const archive: FillArchive = {
    async *fills() {
      reads += 1;
      for (const fill of fills.slice(0, 30)) yield fill;
      // Told while it is read, and in the journal besides.
      feed.tell({ kind: 'fill', fill: fills[40] });
      for (const fill of fills.slice(30, 41)) yield fill;
    },
  };
  const history = new TripHistory(new EngineReplica(feed, WALL_CLOCK), archive);
  const wanted = (count: number) => {
    const counter = new TripCounter();
    for (const fill of fills.slice(0, count)) counter.take(fill);
    return counter.trips.map(({ id }) => id);
  };
  const first = await history.all();
  assert.deepEqual(first.map(({ id }) => id), wanted(41));
  for (const fill of fills.slice(41)) feed.tell({ kind: 'fill', fill });
  assert.deepEqual((await history.all()).map(({ id }) => id), wanted(60));
  assert.equal(reads, 1, 'it is read once');
});

test('a stop that is told protects what is held, also while a strategy turns from one side to the other', async (t) => {
  const { trader, reporter } = await run(t, 0);
  let [told, turning] = [0, 0];
  for (let moment = 0; moment < 1_200; moment++) {
    trader.step();
    for (const { book, quantity, target, stop, mark, lossAtStop } of reporter.snapshot(0).books) {
      if (Number(quantity) === 0) continue;
      if (Number(target) * Number(quantity) < 0) turning += 1;
      if (stop === null) assert.equal(lossAtStop, null);
      else {
        told += 1;
        assert.ok((Number(mark) - Number(stop)) * Number(quantity) > 0, `${book} holds ${quantity} at ${mark} with a stop at ${stop}`);
      }
    }
  }
  assert.ok(told > 500 && turning > 5, `${told} stops, ${turning} turns`);
});
