import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { allocateBars, type Bar, type Bars } from '../../src/domain/bar.ts';
import { MarketStoreError } from '../../src/domain/market-store-error.ts';
import type { BarRevision, MarketStore, RangeQuery, SeriesId } from '../../src/ports/market-store.ts';
import { MarketStoreModel } from './market-store-model.ts';

/** A store under test. Suites share it; every test takes series of its own. */
export interface MarketStoreSubject {
  open(): Promise<MarketStore>;
  /** Ends the store's process or connection as a crash would, and opens it again. */
  reopen(store: MarketStore): Promise<MarketStore>;
  close(store: MarketStore): Promise<void>;
  /** Random cases of the property; a server takes longer for each. */
  readonly cases: number;
}

const MINUTE = 60_000;
const DAY_ONE = Date.UTC(2024, 0, 2);

/** A bar of the minute `minute`, whose prices follow from `price`. */
function bar(minute: number, price: number, volume = price / 4): Bar {
  return { timestamp: DAY_ONE + minute * MINUTE, open: price, high: price + 1, low: price / 2, close: price + 0.25, volume };
}

/** Bars as columns. */
export function columns(bars: readonly Bar[]): Bars {
  const made = allocateBars(bars.length);
  bars.forEach((each, row) => {
    made.timestamp[row] = each.timestamp;
    made.open[row] = each.open;
    made.high[row] = each.high;
    made.low[row] = each.low;
    made.close[row] = each.close;
    made.volume[row] = each.volume;
  });
  return made;
}

async function closes(store: MarketStore, series: SeriesId, query?: RangeQuery): Promise<readonly number[]> {
  return [...(await store.range(series, query)).close];
}

/** What every store of market data must do. */
export function marketStoreContract(name: string, subject: MarketStoreSubject): void {
  describe(`${name} as a store of bars`, () => {
    let store: MarketStore;
    let series: SeriesId;
    let number = 0;
    before(async () => { store = await subject.open(); });
    after(async () => { await subject.close(store); });
    beforeEach(() => { series = { instrument: `TEST-${number++}.CONTRACT`, intervalMs: MINUTE }; });
    const append = (knownAt: number, ...bars: readonly Bar[]) => store.append(series, { source: 'first', knownAt, bars: columns(bars) });

    test('bars come back as they were told, to the last bit, with their source and the moment', async () => {
      const told = [bar(0, 0.1 + 0.2), bar(1, 123_456.789), { ...bar(2, 5e-9), volume: Number.NaN }, { ...bar(5, 1e9 / 3), volume: 0 }];
      assert.deepEqual(await append(1_000, ...told), { added: 4, revised: 0, equal: 0 });
      const read = await store.range(series);
      assert.deepEqual([...read.timestamp], told.map(({ timestamp }) => timestamp));
      for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) assert.deepEqual([...read[column]], told.map((each) => each[column]));
      assert.deepEqual([...read.knownAt], [1_000, 1_000, 1_000, 1_000]);
      assert.deepEqual([...read.source].map((code) => read.sources[code]), ['first', 'first', 'first', 'first']);
      assert.deepEqual([...read.quarantined], [0, 0, 0, 0]);
    });

    test('what is told again is kept once, whoever tells it, also when the first telling was not acknowledged', async () => {
      await append(1_000, bar(0, 10), bar(1, 11));
      assert.deepEqual(await append(1_000, bar(0, 10), bar(1, 11), bar(2, 12)), { added: 1, revised: 0, equal: 2 });
      assert.deepEqual(await store.append(series, { source: 'second', knownAt: 2_000, bars: columns([bar(0, 10)]) }), { added: 0, revised: 0, equal: 1 });
      assert.equal((await store.revisions(series, DAY_ONE)).length, 1);
    });

    test('what differs is a revision, and the past is read as it was known', async () => {
      await append(1_000, bar(0, 10), bar(1, 11));
      assert.deepEqual(await store.append(series, { source: 'second', knownAt: 2_000, bars: columns([bar(1, 11.5), bar(2, 12)]) }), { added: 1, revised: 1, equal: 0 });
      assert.deepEqual(await closes(store, series), [10.25, 11.75, 12.25]);
      assert.deepEqual(await closes(store, series, { asOf: 1_999 }), [10.25, 11.25]);
      assert.deepEqual(await closes(store, series, { asOf: 2_000 }), [10.25, 11.75, 12.25]);
      assert.deepEqual(await closes(store, series, { asOf: 999 }), []);
      assert.deepEqual((await store.revisions(series, DAY_ONE + MINUTE)).map(({ source, knownAt, open }) => ({ source, knownAt, open })),
        [{ source: 'first', knownAt: 1_000, open: 11 }, { source: 'second', knownAt: 2_000, open: 11.5 }]);
    });

    test('a revision that arrives late takes its place by the moment at which it was known', async () => {
      await append(1_000, bar(0, 10));
      await append(3_000, bar(0, 30));
      assert.deepEqual(await append(2_000, bar(0, 20)), { added: 0, revised: 1, equal: 0 });
      assert.deepEqual(await append(2_000, bar(0, 20)), { added: 0, revised: 0, equal: 1 });
      assert.deepEqual(await closes(store, series), [30.25]);
      assert.deepEqual(await closes(store, series, { asOf: 2_500 }), [20.25]);
      assert.deepEqual((await store.revisions(series, DAY_ONE)).map(({ open }) => open), [10, 20, 30]);
    });

    test('two different bars of one moment are both kept, the later arrival counts, and telling both again adds nothing', async () => {
      for (const [price, revised] of [[10, 0], [11, 1], [10, 0], [11, 0]] as const) assert.equal((await append(1_000, bar(0, price))).revised, revised);
      assert.deepEqual(await closes(store, series), [11.25]);
    });

    test('a range is from its first time up to its last, which it leaves out', async () => {
      await append(1_000, ...[0, 1, 2, 3, 4].map((minute) => bar(minute, 10 + minute)));
      assert.deepEqual(await closes(store, series, { from: DAY_ONE + MINUTE, to: DAY_ONE + 3 * MINUTE }), [11.25, 12.25]);
      assert.deepEqual(await closes(store, series, { from: DAY_ONE + 1 }), [11.25, 12.25, 13.25, 14.25]);
      assert.deepEqual(await closes(store, series, { to: DAY_ONE }), []);
      assert.deepEqual(await closes(store, series, { from: DAY_ONE + 3 * MINUTE, to: DAY_ONE + MINUTE }), []);
      assert.equal((await store.range({ ...series, intervalMs: 2 * MINUTE })).length, 0);
    });

    test('bars in quarantine are read only by those who ask for them, until they are let out or replaced', async () => {
      await append(1_000, bar(0, 10), bar(1, 1_100), bar(2, 12));
      assert.equal(await store.quarantine(series, [DAY_ONE + MINUTE, DAY_ONE + 9 * MINUTE], 'price × 100', 2_000), 1);
      assert.equal(await store.quarantine(series, [DAY_ONE + MINUTE], 'price × 100', 2_500), 0);
      assert.deepEqual(await closes(store, series), [10.25, 12.25]);
      assert.deepEqual(await closes(store, series, { asOf: 1_500 }), [10.25, 1_100.25, 12.25]);
      assert.deepEqual([...(await store.range(series, { quarantined: true })).quarantined], [0, 1, 0]);
      assert.equal((await store.revisions(series, DAY_ONE + MINUTE)).at(-1)?.quarantine, 'price × 100');
      assert.equal((await append(3_000, bar(1, 1_100))).equal, 1, 'the same numbers again do not lift it');
      assert.deepEqual(await closes(store, series), [10.25, 12.25]);
      assert.equal((await append(4_000, bar(1, 11))).revised, 1);
      assert.deepEqual(await closes(store, series), [10.25, 11.25, 12.25]);
      assert.equal(await store.quarantine(series, [DAY_ONE], 'asked twice', 5_000), 1);
      assert.equal(await store.quarantine(series, [DAY_ONE], undefined, 6_000), 1);
      assert.deepEqual(await closes(store, series), [10.25, 11.25, 12.25]);
      assert.deepEqual((await store.list(series.instrument)).map(({ instrument, quarantined }) => [instrument, quarantined]), [[series.instrument, 0]]);
      assert.deepEqual(await store.list("NOBODY'S"), []);
    });

    test('the latest bar is that of the latest time, out of quarantine, as known then or now', async () => {
      assert.equal(await store.latest(series), undefined);
      await append(1_000, bar(0, 10), bar(1, 11));
      await append(2_000, bar(2, 12));
      assert.equal((await store.latest(series))?.open, 12);
      assert.equal((await store.latest(series, 1_000))?.open, 11);
      assert.equal(await store.latest(series, 999), undefined);
      await store.quarantine(series, [DAY_ONE + 2 * MINUTE], 'stale', 3_000);
      assert.deepEqual(await store.latest(series), { ...bar(1, 11), source: 'first', knownAt: 1_000, quarantine: undefined } satisfies BarRevision);
    });

    test('gaps are where neighbours are further apart than the interval; quarantine makes one', async () => {
      await append(1_000, ...[0, 1, 4, 5, 6].map((minute) => bar(minute, 10)));
      const hole = { from: DAY_ONE + 2 * MINUTE, to: DAY_ONE + 4 * MINUTE };
      assert.deepEqual(await store.gaps(series), [hole]);
      assert.deepEqual(await store.gaps(series, { from: DAY_ONE + 4 * MINUTE, to: DAY_ONE + 60 * MINUTE }), []);
      await store.quarantine(series, [DAY_ONE + 5 * MINUTE], 'odd', 2_000);
      assert.deepEqual(await store.gaps(series), [hole, { from: DAY_ONE + 5 * MINUTE, to: DAY_ONE + 6 * MINUTE }]);
    });

    test('coverage joins the spans that sources answered for, with bars or without', async () => {
      const told = (from: number, to: number, bars: readonly Bar[] = []) => store.append(series, { source: 'first', knownAt: 1_000, bars: columns(bars), covers: [{ from: from * MINUTE, to: to * MINUTE }] });
      await told(0, 10, [bar(1, 10)]);
      await told(20, 30);
      await told(25, 40);
      assert.deepEqual(await store.coverage(series), [{ from: 0, to: 10 * MINUTE }, { from: 20 * MINUTE, to: 40 * MINUTE }]);
      await told(10, 20);
      assert.deepEqual(await store.coverage(series), [{ from: 0, to: 40 * MINUTE }]);
      await store.append(series, { source: 'first', knownAt: 1_000, bars: columns([]), covers: [[70, 80], [50, 60], [38, 45], [60, 60]].map(([from, to]) => ({ from: from * MINUTE, to: to * MINUTE })) });
      assert.deepEqual(await store.coverage(series), [[0, 45], [50, 60], [70, 80]].map(([from, to]) => ({ from: from * MINUTE, to: to * MINUTE })));
    });

    test('the list sums up each series that has a bar', async () => {
      await append(1_000, bar(3, 10), bar(4, 11));
      await store.append(series, { source: 'second', knownAt: 2_000, bars: columns([bar(1, 9), bar(3, 10.5)]) });
      await store.quarantine(series, [DAY_ONE + MINUTE], 'odd', 3_000);
      assert.deepEqual((await store.list()).find(({ instrument }) => instrument === series.instrument), {
        ...series, bars: 3, first: DAY_ONE + MINUTE, last: DAY_ONE + 4 * MINUTE, revisions: 2, quarantined: 1, sources: ['first', 'second'], knownAt: 3_000,
      });
    });

    test('what cannot be stored is refused whole, with the row named', async () => {
      const refused = (bars: readonly Bar[], message: RegExp, id: SeriesId = series) => assert.rejects(store.append(id, { source: 'first', knownAt: 1_000, bars: columns(bars) }),
        (error) => error instanceof MarketStoreError && error.kind === 'value' && message.test(error.message));
      await refused([bar(0, 10), bar(0, 11)], /row 1: .* does not come after/);
      await refused([bar(0, 10), { ...bar(1, 10), high: 1 }], /row 1: .* is no possible bar/);
      await refused([{ ...bar(0, 10), close: Number.NaN }], /row 0/);
      await refused([{ ...bar(0, 10), timestamp: 0.5 }], /is no time/);
      await refused([bar(0, 10)], /no instrument id/, { ...series, instrument: '../etc' });
      await refused([bar(0, 10)], /cannot be/, { ...series, intervalMs: 0 });
      assert.equal((await store.range(series)).length, 0);
    });

    test('many bars, revised here and there and in their midst, are read as they should be after a crash', async () => {
      const many = Array.from({ length: 9_000 }, (_each, minute) => bar(minute, 100 + (minute % 50) / 4));
      await append(1_000, ...many);
      const revised = many.filter((_each, minute) => minute % 40 === 0).map((each) => ({ ...each, volume: 1_000 }));
      assert.deepEqual(await append(2_000, ...revised), { added: 0, revised: 225, equal: 0 });
      await append(3_000, { ...bar(4_500, 100), volume: 7 });
      store = await subject.reopen(store);
      const now = await store.range(series);
      assert.deepEqual([...now.volume], many.map(({ volume }, minute) => (minute === 4_500 ? 7 : minute % 40 === 0 ? 1_000 : volume)));
      assert.deepEqual([...(await store.range(series, { asOf: 1_000 })).volume], many.map(({ volume }) => volume));
      assert.deepEqual([...(await store.range(series, { from: DAY_ONE + 4_499 * MINUTE, to: DAY_ONE + 4_502 * MINUTE })).volume], [many[4_499]?.volume, 7, many[4_501]?.volume]);
    });

    test('whatever is appended and marked in whatever order, every reading is that of a plain list of states', async () => {
      const at = fc.integer({ min: 0, max: 12 });
      const knownAt = fc.integer({ min: 1, max: 6 });
      const step = fc.oneof(
        fc.record({ kind: fc.constant('append' as const), source: fc.constantFrom('a', 'b'), knownAt, bars: fc.uniqueArray(fc.tuple(at, fc.integer({ min: 1, max: 3 })), { selector: ([minute]) => minute, maxLength: 6 }) }),
        fc.record({ kind: fc.constant('quarantine' as const), times: fc.array(at, { maxLength: 3 }), reason: fc.constantFrom('odd', 'stale', undefined), knownAt }),
      );
      await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const id = { instrument: `RANDOM-${number++}.CONTRACT`, intervalMs: MINUTE };
        const model = new MarketStoreModel();
        for (const each of steps) {
          if (each.kind === 'append') {
            const batch = { source: each.source, knownAt: each.knownAt, bars: columns(each.bars.toSorted(([a], [b]) => a - b).map(([minute, price]) => bar(minute, price))) };
            assert.deepEqual(await store.append(id, batch), model.append(batch));
          } else {
            const times = each.times.map((minute) => DAY_ONE + minute * MINUTE);
            assert.equal(await store.quarantine(id, times, each.reason, each.knownAt), model.quarantine(times, each.reason, each.knownAt));
          }
        }
        for (const query of [{}, { asOf: 3 }, { quarantined: true }, { from: DAY_ONE + 4 * MINUTE, to: DAY_ONE + 9 * MINUTE, asOf: 4, quarantined: true }]) {
          const read = await store.range(id, query);
          const rows = Array.from(read.timestamp, (timestamp, row) => [timestamp, read.open[row], read.knownAt[row], read.sources[read.source[row]], read.quarantined[row]]);
          assert.deepEqual(rows, model.range(query).map((each) => [each.timestamp, each.open, each.knownAt, each.source, each.quarantine === undefined ? 0 : 1]));
        }
        assert.deepEqual(await store.latest(id, 5), model.range({ asOf: 5 }).at(-1));
      }), { numRuns: subject.cases });
    });
  });
}
