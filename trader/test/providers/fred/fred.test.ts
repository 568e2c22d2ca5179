import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { FredSource } from '../../../src/adapters/fred/fred-source.ts';
import { EmbeddedSeriesStore } from '../../../src/adapters/series-store/embedded-series-store.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { SeriesError, type SeriesErrorKind } from '../../../src/domain/series-error.ts';
import { FredServer, type FredFault, type Publication, type ServedSeries } from './fred-server.ts';
import { JumpClock } from './jump-clock.ts';

const KEY = 'abcdefghijklmnopqrstuvwxyz012345';

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
/** When a day of publication is over at FRED's. */
const over = (text: string) => day(text) + 30 * 3_600_000;

const CPI: ServedSeries = {
  id: 'CPIAUCSL', title: 'Consumer Price Index for All Urban Consumers: All Items', updated: '2026-11-12 07:36:03-06', releases: ['2026-10-14', '2026-11-12', '2026-12-10'],
  publications: [
    { date: '2026-08-01', from: '2026-09-11', value: '320.1' }, { date: '2026-08-01', from: '2026-10-14', value: '320.4' },
    { date: '2026-09-01', from: '2026-10-14', value: '321.5' }, { date: '2026-10-01', from: '2026-11-12', value: '.' },
  ],
};

const server = new FredServer(KEY, [CPI]);
let port = 0;
let clock = new JumpClock();
before(async () => { port = await server.listen(); });
after(() => { server.close(); });
beforeEach(() => {
  clock = new JumpClock();
  server.requests.length = 0;
  server.longestPage = 100_000;
});

function source(key = KEY): FredSource {
  return new FredSource({ base: `http://127.0.0.1:${port}`, key: new Secret(key), clock });
}

async function failing(work: Promise<unknown>): Promise<SeriesError> {
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof SeriesError, String(error));
  return error;
}

test('with vintages each figure is known from the end of the day on which it came out, and the next release says when it is due', async () => {
  const { facts, states, dueAt } = await source().fetch('CPIAUCSL', { vintages: true });
  assert.equal(facts.units, 'Index 1982-1984=100');
  assert.deepEqual(states, [
    { date: day('2026-08-01'), value: 320.1, availableAt: over('2026-09-11') }, { date: day('2026-08-01'), value: 320.4, availableAt: over('2026-10-14') },
    { date: day('2026-09-01'), value: 321.5, availableAt: over('2026-10-14') }, { date: day('2026-10-01'), value: NaN, availableAt: over('2026-11-12') },
  ]);
  assert.equal(dueAt, day('2026-12-10') + 6 * 3_600_000);
});

test('without vintages the figures of today are known from now on, never from their dates', async () => {
  const { states } = await source().fetch('CPIAUCSL', { vintages: false });
  assert.deepEqual(states.map(({ value }) => value), [320.4, 321.5, NaN]);
  assert.ok(states.every(({ availableAt }) => availableAt >= Date.parse('2026-11-21T15:00:00Z')));
});

test('a search reads page after page to the end, and no further than asked', async () => {
  const many = new FredServer(KEY, Array.from({ length: 2_345 }, (_, i) => ({ ...CPI, id: `S${i}`, title: `Series ${i}`, publications: [] })));
  const at = await many.listen();
  const wide = new FredSource({ base: `http://127.0.0.1:${at}`, key: new Secret(KEY), clock });
  try {
    const all = await wide.search('series', Infinity);
    assert.equal(all.count, 2_345);
    assert.equal(new Set(all.series.map(({ id }) => id)).size, 2_345);
    assert.equal(many.requests.length, 3);
    const few = await wide.search('series', 3);
    assert.deepEqual([few.count, few.series.length, many.requests.length], [2_345, 3, 4]);
  } finally {
    wide.close();
    many.close();
  }
});

test('more days of publication than FRED takes in one request are fetched in parts, with the same outcome', async () => {
  const first = day('2010-01-04');
  const dayOf = (i: number) => new Date(first + i * 86_400_000).toISOString().slice(0, 10);
  const publications: Publication[] = Array.from({ length: 4_500 }, (_, i) => ({ date: dayOf(i), from: dayOf(i + 1), value: String(i % 7) }));
  // One figure that is revised much later, one that is taken back between two parts.
  publications.push({ date: dayOf(0), from: dayOf(4_000), value: '9.5' }, { date: dayOf(1), from: dayOf(2_001), value: undefined });
  server.serve({ ...CPI, id: 'DGS10', publications });
  server.longestPage = 1_700;
  const { states } = await source().fetch('DGS10', { vintages: true });
  assert.equal(states.length, 4_502);
  assert.deepEqual(states.filter(({ date }) => date <= first + 86_400_000), [
    { date: first, value: 0, availableAt: over(dayOf(1)) }, { date: first, value: 9.5, availableAt: over(dayOf(4_000)) },
    { date: day(dayOf(1)), value: 1, availableAt: over(dayOf(2)) }, { date: day(dayOf(1)), value: NaN, availableAt: over(dayOf(2_001)) },
  ]);
  assert.ok(server.requests.filter((each) => each.includes('observations')).every((each) => /offset=\d/.test(each)));
});

test('what is stored as of any day is what FRED would have said on that day', async () => {
  const days = Array.from({ length: 12 }, (_, i) => `2026-01-${String(i + 10)}`);
  const publication = fc.record({ date: fc.constantFrom('2025-11-01', '2025-12-01', '2026-01-01'), from: fc.constantFrom(...days), value: fc.constantFrom('1', '2', '.', undefined) });
  await fc.assert(fc.asyncProperty(fc.uniqueArray(publication, { selector: ({ date, from }) => date + from, minLength: 1, maxLength: 10 }), async (publications) => {
    // A date begins with a figure: nothing is taken back before there is one.
    const sound = publications.filter(({ date, value }) => value !== undefined || publications.some((other) => other.date === date && other.value !== undefined));
    if (sound.length === 0) return;
    server.serve({ ...CPI, id: 'ANY', publications: sound });
    const fred = source();
    const store = new EmbeddedSeriesStore(':memory:');
    const { facts, states } = await fred.fetch('ANY', { vintages: true });
    await store.append(facts, { fetchedAt: 0, dueAt: undefined, vintages: true }, states);
    for (const each of days) {
      server.today = each;
      const said = (await fred.fetch('ANY', { vintages: false })).states.filter(({ value }) => !Number.isNaN(value)).map(({ date, value }) => [date, value]);
      const stands = (await store.asOf('ANY', over(each))).filter(({ value }) => !Number.isNaN(value)).map(({ date, value }) => [date, value]);
      assert.deepEqual(stands, said);
      // A moment before the day is over, nothing of that day is known.
      assert.deepEqual((await store.asOf('ANY', over(each) - 1)).filter(({ availableAt }) => availableAt === over(each)), []);
    }
    await store.close();
    fred.close();
  }), { numRuns: 12 });
  server.today = '2026-11-21';
});

const FAULTS: readonly (readonly [FredFault, SeriesErrorKind])[] = [['page', 'unreadable'], ['truncated', 'unreadable'], ['moved', 'refused'], ['silent', 'unreachable'], ['drip', 'unreachable']];

for (const [fault, kind] of FAULTS) {
  test(`an answer that is ${fault} is ${kind}, asked for once, and the key is in no word of it`, async () => {
    server.failNext(fault);
    const error = await failing(source().fetch('CPIAUCSL', { vintages: true }));
    assert.equal(error.kind, kind);
    assert.equal(server.requests.length, 1);
    assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`, new RegExp(KEY));
  });
}

test('the limit and a fault of FRED\'s own are waited for and asked again, three times at most', async () => {
  server.failNext('limit-told', 'broken');
  assert.equal((await source().fetch('CPIAUCSL', { vintages: true })).states.length, 4);
  assert.ok(clock.slept.some((ms) => ms > 2_900 && ms <= 3_000), String(clock.slept));
  server.requests.length = 0;
  server.failNext('locked', 'limit', 'limit');
  assert.equal((await failing(source().fetch('CPIAUCSL', { vintages: true }))).kind, 'rate-limited');
  assert.equal(server.requests.length, 3);
});

test('two requests a second, no burst', async () => {
  await source().fetch('CPIAUCSL', { vintages: true });
  assert.equal(server.requests.length, 5);
  assert.deepEqual(clock.slept, [500, 500, 500, 500]);
});

test('a key that FRED does not know, a key of another shape, a series that is not there: each says which', async () => {
  const wrong = 'z'.repeat(32);
  const unknown = await failing(source(wrong).fetch('CPIAUCSL', { vintages: false }));
  assert.equal(unknown.kind, 'unauthorised');
  assert.doesNotMatch(unknown.message, new RegExp(wrong));
  assert.throws(() => source('SHOUTED'), (error) => error instanceof SeriesError && error.kind === 'unauthorised' && !error.message.includes('SHOUTED'));
  assert.equal((await failing(source().fetch('NOTHING', { vintages: false }))).kind, 'not-found');
  assert.equal((await failing(source().fetch('../series', { vintages: false }))).kind, 'not-found');
});

test('a figure that is none and a page that ends early make the whole answer unreadable', async () => {
  server.failNext('short-page');
  assert.equal((await failing(source().search('consumer', 20))).kind, 'unreadable');
  await source().search('consumer', 20);
  server.requests.length = 0;
  // The third request of a plain fetch without vintages is the release; the second has the figures.
  const fred = source();
  const asked = fred.fetch('CPIAUCSL', { vintages: false });
  while (server.requests.length === 0) await new Promise((resolve) => { setTimeout(resolve, 1); });
  server.failNext('nan');
  assert.equal((await failing(asked)).kind, 'unreadable');
});

test('what is closed asks nothing more', async () => {
  const fred = source();
  fred.close();
  assert.equal((await failing(fred.search('consumer', 1))).kind, 'unreachable');
});
