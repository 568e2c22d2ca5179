import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { JournalFile } from '../../src/adapters/journal/journal-file.ts';
import { BarCursor, sliceBars, type Bars } from '../../src/domain/bar.ts';
import { format } from '../../src/domain/exact.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { maxDrawdown, maxExposure, maxOrderRate } from '../../src/pipeline/guards.ts';
import { Ingest } from '../../src/pipeline/ingest.ts';
import { Recorder } from '../../src/pipeline/recorder.ts';
import type { Command, Journal, JournalRecord } from '../../src/ports/journal.ts';
import { moneyScaleOf, runBacktest, simulatedEngine, type BacktestSpec } from '../../src/research/backtest.ts';
import { BasisPointFee } from '../../src/simulation/fees.ts';
import { MemoryJournal, MINUTE, RandomStrategy, testInstrument, walkBars } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';

const folder = mkdtempSync(join(tmpdir(), 'algotrendy-parity-'));
after(() => rmSync(folder, { recursive: true }));

/** One world, made anew from its seed for each way of running it: strategies keep state. */
class World {
  readonly spec: BacktestSpec;
  readonly streams: readonly Bars[];
  readonly recorder: Recorder;
  /** Bars in the one admission order: by close, then by market. */
  readonly admission: readonly { readonly market: number; readonly index: number }[];

  constructor(seed: number, journal: Journal) {
    const random = seededRandom(seed);
    const markets = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => ({
      instrument: testInstrument({ id: `I${index}`, quantityScale: 3 }), intervalMs: pick(random, [MINUTE, 3 * MINUTE, 5 * MINUTE]),
    }));
    this.streams = markets.map(({ intervalMs }) => walkBars(random, { bars: 40 + Math.floor(random() * 100), intervalMs, gaps: 0.05, from: Math.floor(random() * 3) * MINUTE }));
    const fees = new BasisPointFee('7.5');
    const seeds = Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * 1e9));
    const instruments = markets.map(({ instrument }) => instrument);
    this.recorder = new Recorder(journal, instruments, moneyScaleOf(instruments, fees, '10000'));
    this.spec = {
      markets, fees, cash: '10000', latencyMs: pick(random, [0, 5, 90_000]), marketFill: pick(random, ['next-open', 'close']), audit: this.recorder,
      guards: [maxExposure(1), maxOrderRate(5, 5 * MINUTE), maxDrawdown(0.5)],
      books: seeds.map((own, index) => ({
        strategyName: `s${index}`, strategy: new RandomStrategy(seededRandom(own), [-1, 0, 0.5, 1], 0.3, 0.6), market: own % markets.length,
        sizing: pick(random, [{ kind: 'units', units: '1.5' }, { kind: 'fraction', fraction: '0.4' }] as const),
      })),
    };
    const closeOf = ({ market, index }: { market: number; index: number }) => (this.streams[market]?.timestamp[index]) + (markets[market]?.intervalMs);
    this.admission = this.streams
      .flatMap(({ length }, market) => Array.from({ length }, (_, index) => ({ market, index })))
      .sort((a, b) => closeOf(a) - closeOf(b) || a.market - b.market);
  }

  bar({ market, index }: { market: number; index: number }): BarCursor {
    const cursor = new BarCursor(this.streams[market]);
    cursor.index = index;
    return cursor;
  }
}

/** Everything that a run has come to. */
function outcome(engine: Engine, recorder: Recorder) {
  const { portfolio, books, risk, execution } = engine;
  const { account, curve, trades } = portfolio;
  return {
    digest: recorder.digest(), orders: recorder.orders, fills: portfolio.fills, denials: risk.denials, strays: execution.strays,
    cash: format(account.cash, account.moneyScale), equity: format(portfolio.exactEquity(), account.moneyScale),
    positions: account.positions.map(({ quantity, cost, realised, fees, bought }) => [quantity, cost, realised, fees, bought]),
    books: books.map(({ target, stop, wanted, latched, quantity, buying, selling, working }) => [target, stop, wanted, latched, quantity, buying, selling, working.length]),
    daily: [...curve.dailyEquity()], peak: curve.peak, drawdown: curve.maxDrawdown,
    trades: Array.from({ length: trades.length }, (_, index) => trades.at(index)), bars: engine.bars, exposed: engine.exposedBars,
  };
}

const told = (journal: MemoryJournal) => journal.records.filter(({ kind }) => kind !== 'bar');

function byBacktest(seed: number, pieces: (bars: Bars) => Iterable<Bars> = (bars) => [bars], every?: number) {
  const journal = new MemoryJournal();
  const world = new World(seed, journal);
  const engine = runBacktest(world.spec, world.streams.map(pieces), every, () => {});
  return { outcome: outcome(engine, world.recorder), records: told(journal) };
}

function byPaper(seed: number) {
  const journal = new MemoryJournal();
  const world = new World(seed, journal);
  const engine = simulatedEngine(world.spec, 'backtest');
  const ingest = new Ingest(engine, world.spec.markets, journal);
  for (const place of world.admission) assert.equal(ingest.admitBar(place.market, world.bar(place)), 'admitted');
  return { outcome: outcome(engine, world.recorder), records: told(journal) };
}

test('the same bars give the same orders, reports, denials and ledger in research and through the paper path', () => {
  const kinds = new Map<string, number>();
  fc.assert(fc.property(fc.integer(), (seed) => {
    const paper = byPaper(seed);
    assert.deepEqual(paper, byBacktest(seed));
    for (const { kind } of paper.records) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }), { numRuns: 100 });
  for (const kind of ['order', 'report', 'denial']) assert.ok((kinds.get(kind) ?? 0) > 50, `too few of ${kind}`);
});

test('the pieces in which bars come, and how often someone looks, do not matter', () => {
  fc.assert(fc.property(fc.integer(), fc.integer(), (seed, cuts) => {
    const random = seededRandom(cuts);
    const pieces = function* (bars: Bars): Generator<Bars> {
      for (let from = 0; from < bars.length;) {
        const to = Math.min(bars.length, from + Math.floor(random() * 20));
        yield sliceBars(bars, from, to);
        from = to;
      }
    };
    assert.deepEqual(byBacktest(seed, pieces, 1 + Math.floor(random() * 7)), byBacktest(seed));
  }), { numRuns: 60 });
});

test('bars that come again, late or malformed change nothing', () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const random = seededRandom(seed ^ 0x5eed);
    const world = new World(seed, new MemoryJournal());
    const engine = simulatedEngine(world.spec, 'backtest');
    const ingest = new Ingest(engine, world.spec.markets, new MemoryJournal());
    let refused = 0;
    let given = 0;
    world.admission.forEach((place, at) => {
      ingest.admitBar(place.market, world.bar(place));
      const before = world.admission[Math.floor(random() * (at + 1))];
      const [again, nonsense] = [random() < 0.2, random() < 0.1];
      given += Number(again) + Number(nonsense);
      if (again) refused += Number(ingest.admitBar(before.market, world.bar(before)) === 'repeated');
      if (nonsense) refused += Number(ingest.admitBar(place.market, { timestamp: 1e12, open: 1, high: 2, low: pick(random, [0, -1, NaN, 1.5]), close: 1, volume: 0 }) === 'malformed');
    });
    assert.equal(refused, given);
    assert.equal(ingest.quality.reduce((sum, { repeated, malformed }) => sum + repeated + malformed, 0), given);
    assert.deepEqual(outcome(engine, world.recorder), byBacktest(seed).outcome);
  }), { numRuns: 40 });
});

/** A run on a journal file: takes up what the file holds, goes on to `until` inputs, and lets go of it. */
class JournalledRun {
  readonly world: World;
  readonly engine: Engine;
  readonly #journal: JournalFile;
  readonly #ingest: Ingest;
  #bars = 0;
  #inputs = 0;

  constructor(seed: number, path: string) {
    this.#journal = new JournalFile(path);
    this.world = new World(seed, this.#journal);
    this.engine = simulatedEngine(this.world.spec, 'backtest');
    this.#ingest = new Ingest(this.engine, this.world.spec.markets, this.#journal);
    for (let record = this.#journal.ahead(); record; record = this.#journal.ahead()) this.#repeat(record);
  }

  #repeat(record: JournalRecord): void {
    assert.ok(record.kind === 'bar' || record.kind === 'command', `${record.kind} is no input`);
    if (record.kind === 'command') this.#command(record.command);
    else this.#bar();
  }

  #bar(): void {
    const place = this.world.admission[this.#bars++] as { market: number; index: number };
    this.#ingest.admitBar(place.market, this.world.bar(place));
    this.#inputs += 1;
  }

  #command(command: Command): void {
    this.#ingest.admitCommand(command);
    this.#inputs += 1;
  }

  /** Goes on; every 37th input is a command. */
  advance(until: number): this {
    while (this.#inputs < until && this.#bars < this.world.admission.length) {
      const turn = this.#inputs % 37;
      if (turn === 20) this.#command({ kind: this.#inputs % 2 === 0 ? 'flatten' : 'halt', reason: 'drill' });
      else if (turn === 30) this.#command({ kind: 'resume' });
      else this.#bar();
    }
    return this;
  }

  close(): ReturnType<typeof outcome> {
    this.#journal.close();
    return outcome(this.engine, this.world.recorder);
  }
}

test('a run that is stopped and taken up from its journal, again and again, ends as one that never was', () => {
  let file = 0;
  fc.assert(fc.property(fc.integer(), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }), (seed, steps) => {
    const whole = new JournalledRun(seed, join(folder, `${file++}`)).advance(Infinity).close();
    const path = join(folder, `${file++}`);
    let until = 0;
    for (const step of steps) new JournalledRun(seed, path).advance(until += step).close();
    assert.deepEqual(new JournalledRun(seed, path).advance(Infinity).close(), whole);
    assert.deepEqual(new JournalledRun(seed, path).close(), whole);
  }), { numRuns: 25 });
});

test('two strategies of one name on one market have names and ids of their own', () => {
  const journal = new MemoryJournal();
  const strategy = () => new RandomStrategy(seededRandom(1), [0, 1], 0.5, 0);
  const instrument = testInstrument();
  const fees = new BasisPointFee('1');
  const engine = runBacktest({
    markets: [{ instrument, intervalMs: MINUTE }], fees, cash: '1000', latencyMs: 0, marketFill: 'next-open', guards: [],
    books: [1, 2, 3].map(() => ({ strategyName: 'same', strategy: strategy(), market: 0, sizing: { kind: 'units', units: '1' } as const })),
    audit: new Recorder(journal, [instrument], 8),
  }, [[walkBars(seededRandom(2), { bars: 50 })]]);
  assert.deepEqual(engine.books.map(({ name }) => name), ['same@A', 'same@A#2', 'same@A#3']);
  const ids = journal.records.flatMap((record) => (record.kind === 'order' ? [record.clientOrderId] : []));
  assert.ok(ids.length > 30);
  assert.equal(new Set(ids).size, ids.length);
});
