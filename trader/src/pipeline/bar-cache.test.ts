import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EmbeddedMarketStore } from '../adapters/market-store/embedded-market-store.ts';
import { SqliteProviderLedger } from '../adapters/provider-ledger/provider-ledger.ts';
import { allocateBars } from '../domain/bar.ts';
import type { Span } from '../domain/span.ts';
import { DAY_MS } from '../domain/time.ts';
import type { BarProvider, BarRequest, ProviderFailure, Split } from '../ports/bar-provider.ts';
import { BarCache } from './bar-cache.ts';

/** A Wednesday, after midnight. */
const NOW = Date.UTC(2024, 0, 10, 1);
const DAY = (n: number) => Date.UTC(2024, 0, n);
const SERIES = { instrument: 'ABC', intervalMs: DAY_MS };
const folder = mkdtempSync(join(tmpdir(), 'cache-'));
after(() => { rmSync(folder, { recursive: true }); });
let stores = 0;

/** A cache over a real store and ledger, and a provider that has a bar for every weekday up to a day. */
async function caching(work: (made: { cache: BarCache; asked: Span[]; source: Source; store: EmbeddedMarketStore; clock: { time: number }; ledger: SqliteProviderLedger }) => Promise<void>): Promise<void> {
  const store = new EmbeddedMarketStore(join(folder, `${stores++}.sqlite`));
  const ledger = new SqliteProviderLedger(':memory:');
  const clock = { time: NOW };
  const source = new Source();
  const cache = new BarCache({ store, ledger, provider: source, clock: { now: () => clock.time, after: () => () => undefined } });
  try {
    await work({ cache, asked: source.asked, source, store, clock, ledger });
  } finally {
    await store.close();
    ledger.close();
  }
}

class Source implements BarProvider {
  readonly name = 'source';
  readonly asked: Span[] = [];
  last = DAY(9);
  scale = 1;
  splits: Split[] = [];
  failure: ProviderFailure | undefined;
  /** Requests that are answered before one times out. */
  failAfter = Infinity;
  price = 10;
  /** It has nothing before, and says so. */
  oldest = -Infinity;

  async bars({ span }: BarRequest) {
    this.asked.push(span);
    await Promise.resolve();
    if (span.to <= this.oldest) return { ok: false, error: { kind: 'unsupported', provider: 'source', message: 'source: nothing before' } } as const;
    if (this.failAfter-- <= 0) return { ok: false, error: { kind: 'timed-out', provider: 'source', message: 'source: late' } } as const;
    if (this.failure !== undefined) return { ok: false, error: this.failure } as const;
    const times = [];
    for (let time = Math.max(span.from, this.oldest); time < span.to && time <= this.last; time += DAY_MS) if (![2, 3].includes(Math.floor(time / DAY_MS) % 7)) times.push(time);
    const bars = allocateBars(times.length);
    times.forEach((time, i) => {
      bars.timestamp[i] = time;
      for (const column of ['open', 'high', 'low', 'close'] as const) bars[column][i] = (100 + Math.floor(time / DAY_MS) % 5) / this.scale;
      bars.volume[i] = 5;
    });
    return { ok: true, value: { source: this.name, bars, covers: times.length === 0 ? [] : [{ from: Math.max(span.from, this.oldest), to: (times.at(-1) ?? 0) + DAY_MS }], refused: [], facts: { currency: 'USD', timeZone: 'UTC', adjusted: 'splits', splits: this.splits, dividends: [] } } } as const;
  }

  async quote(symbol: string) {
    this.asked.push({ from: 0, to: 0 });
    await Promise.resolve();
    return { ok: true, value: { source: this.name, symbol, price: this.price, currency: 'USD', tsEvent: NOW } } as const;
  }
}

test('only what is missing is asked for', () => caching(async ({ cache, asked }) => {
  const first = await cache.bars(SERIES, 'ABC', { from: DAY(3), to: DAY(6) }, false);
  assert.equal(first.bars.length, 3);
  assert.equal((await cache.bars(SERIES, 'ABC', { from: DAY(4), to: DAY(6) }, false)).asked, 0);
  const more = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: NOW }, false);
  assert.equal(more.bars.length, 7);
  assert.deepEqual(asked, [{ from: DAY(3), to: DAY(6) }, { from: DAY(1), to: DAY(3) }, { from: DAY(8), to: DAY(10) }], 'the weekend of 6 and 7 January is left out');
}));

test('many holes take a few requests, and what lies between them stays as it was told', () => caching(async ({ cache, asked, store }) => {
  // Every second day was told by another, at another price.
  const days = [1, 3, 5, 9];
  const told = allocateBars(days.length);
  days.forEach((day, i) => {
    told.timestamp[i] = DAY(day);
    for (const column of ['open', 'high', 'low', 'close'] as const) told[column][i] = 7;
  });
  await store.append(SERIES, { source: 'table', knownAt: NOW, bars: told, covers: days.map((day) => ({ from: DAY(day), to: DAY(day + 1) })) });
  const { bars, added, revised } = await cache.bars(SERIES, 'ABC', { from: Date.UTC(2023, 11, 25), to: NOW }, true);
  assert.deepEqual([asked.length, added, revised], [4, 8, 0]);
  assert.deepEqual([...bars.timestamp].filter((_, i) => bars.close[i] === 7), days.map(DAY));
  assert.equal((await cache.bars(SERIES, 'ABC', { from: Date.UTC(2023, 11, 25), to: NOW }, true)).asked, 0);
}));

test('holes beyond that are asked for together', () => caching(async ({ cache, asked, store }) => {
  const covers = Array.from({ length: 20 }, (_each, i) => ({ from: DAY(1) - (2 * i + 2) * DAY_MS, to: DAY(1) - (2 * i + 1) * DAY_MS }));
  await store.append(SERIES, { source: 'table', knownAt: NOW, bars: allocateBars(0), covers });
  const { added } = await cache.bars(SERIES, 'ABC', { from: DAY(1) - 41 * DAY_MS, to: DAY(1) }, true);
  const { bars } = await cache.bars(SERIES, 'ABC', { from: DAY(1) - 41 * DAY_MS, to: DAY(1) }, true);
  assert.equal(asked.length, 4);
  assert.ok(added > 0 && added === bars.length);
  assert.ok([...bars.timestamp].every((time) => covers.every(({ from }) => from !== time)), 'nothing of what is covered is taken');
}));

test('where a provider tells only what is newest, the rest is asked for by itself, and it is said why it is missing', () => caching(async ({ cache, asked, source }) => {
  source.oldest = DAY(5);
  const { added, asked: requests, failure } = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: NOW }, false);
  assert.deepEqual([added, requests, failure?.message, asked], [3, 2, 'source: nothing before', [{ from: DAY(1), to: DAY(10) }, { from: DAY(1), to: DAY(5) }]]);
}));

test('who asks for the same while it is fetched waits for it', () => caching(async ({ cache, asked, ledger }) => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(6) }, false)));
  assert.equal(asked.length, 1);
  assert.ok(answers.every(({ bars }) => bars.length === 5));
  assert.deepEqual([...ledger.counts(0)], [['hit', 19], ['miss', 1]]);
}));

test('what was asked in vain is not asked again before it may be there', () => caching(async ({ cache, asked, source, clock }) => {
  source.last = DAY(8);
  await cache.bars(SERIES, 'ABC', { from: DAY(1), to: NOW }, false);
  const again = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: NOW }, false);
  assert.deepEqual([asked.length, again.asked, again.failure], [1, 0, undefined]);
  clock.time += DAY_MS / 4;
  source.last = DAY(9);
  assert.equal((await cache.bars(SERIES, 'ABC', { from: DAY(1), to: clock.time }, false)).added, 1);
}));

test('what was asked in vain is known again though it begins on a weekend', () => caching(async ({ cache, asked, source, clock }) => {
  source.last = DAY(5);
  clock.time = Date.UTC(2024, 0, 9, 1);
  for (let i = 0; i < 3; i++) await cache.bars(SERIES, 'ABC', { from: DAY(1), to: clock.time }, false);
  assert.equal(asked.length, 1);
}));

test('a symbol that nobody knows is asked for once a day, and a failure gives what is there', () => caching(async ({ cache, asked, source, clock }) => {
  await cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(4) }, false);
  source.failure = { kind: 'delisted', provider: 'source', message: 'gone' };
  for (let i = 0; i < 5; i++) {
    const { bars, failure } = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: NOW }, false);
    assert.equal(bars.length, 3);
    assert.equal(failure?.kind, 'delisted');
  }
  assert.equal(asked.length, 2);
  clock.time += DAY_MS;
  await cache.bars(SERIES, 'ABC', { from: DAY(1), to: clock.time }, false);
  assert.equal(asked.length, 3);
}));

test('a split behind the stored bars fetches them all anew, and what was known before stays known', () => caching(async ({ cache, source, store, clock }) => {
  await cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(6) }, false);
  const then = clock.time;
  clock.time += 1;
  source.splits = [{ time: DAY(8), ratio: 4 }];
  source.scale = 4;
  const { revised, bars } = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: NOW }, false);
  assert.equal(revised, 5);
  assert.ok(bars.close.every((price) => price < 30));
  assert.ok((await store.range(SERIES, { asOf: then })).close.every((price) => price >= 100));
}));

test('what is told after the clock was set back counts, too: bars of before a split do not stay in the old scale', () => caching(async ({ cache, source, clock }) => {
  clock.time = NOW + 365 * DAY_MS;
  await cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(8) }, false);
  clock.time = NOW;
  source.scale = 4;
  source.splits = [{ time: DAY(8), ratio: 4 }];
  const { bars } = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(10) }, false);
  assert.ok(bars.length > 5 && bars.close.every((close) => close < 30), bars.close.join());
}));

test('where the stored bars cannot be fetched anew after a split, nothing in the new scale comes beside them, and it is tried again', () => caching(async ({ cache, source, store, clock }) => {
  await cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(10) }, false);
  clock.time = DAY(12) + 3_600_000;
  source.last = DAY(11);
  source.scale = 4;
  source.splits = [{ time: DAY(10), ratio: 4 }];
  const before = await store.range(SERIES);
  // What is new is answered, and the second request, for all, is not.
  source.failAfter = 1;
  const { bars, failure, added } = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(12) }, false);
  assert.deepEqual([bars.close, added, failure?.kind], [before.close, 0, 'timed-out']);
  assert.match(failure?.message ?? '', /split/);
  source.failAfter = Infinity;
  const whole = await cache.bars(SERIES, 'ABC', { from: DAY(1), to: DAY(12) }, false);
  assert.equal(whole.failure, undefined);
  assert.ok(whole.bars.length > before.length && whole.bars.close.every((close) => close < 30), whole.bars.close.join());
}));

test('an old quote answers at once while a new one is fetched, and one that is too old does not', () => caching(async ({ cache, asked, source, clock }) => {
  const price = async () => {
    const answer = await cache.quote('ABC');
    return answer.ok ? answer.value.price : NaN;
  };
  assert.deepEqual([await price(), await price(), asked.length], [10, 10, 1]);
  clock.time += 16_000;
  source.price = 11;
  assert.deepEqual([await price(), asked.length], [10, 2]);
  await new Promise((resolve) => { setImmediate(resolve); });
  assert.deepEqual([await price(), asked.length], [11, 2]);
  clock.time += 16 * 60_000;
  source.price = 12;
  assert.equal(await price(), 12);
}));
