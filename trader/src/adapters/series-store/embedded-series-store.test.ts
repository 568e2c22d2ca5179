import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { SeriesState } from '../../domain/dated-series.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { EmbeddedSeriesStore } from './embedded-series-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'series-'));
after(() => { rmSync(folder, { recursive: true }); });
const FACTS = { id: 'GDP', source: 'fred', title: 'Gross Domestic Product', units: 'Billions of Dollars', frequency: 'Quarterly', adjustment: '' };
const FETCH = { fetchedAt: 1_000, dueAt: 2_000, vintages: true };

let files = 0;
const file = () => join(folder, `${files++}`, 'series.sqlite');

async function kept(...batches: readonly (readonly SeriesState[])[]): Promise<EmbeddedSeriesStore> {
  const store = new EmbeddedSeriesStore(':memory:');
  for (const batch of batches) await store.append(FACTS, FETCH, batch);
  return store;
}

/** Few dates, moments and figures, so that they meet; one state for each date and moment. */
const STATES = fc.uniqueArray(
  fc.record({ date: fc.integer({ min: 0, max: 4 }), availableAt: fc.integer({ min: 5, max: 15 }), value: fc.constantFrom(1, 2, 3, NaN) }),
  { selector: ({ date, availableAt }) => `${date} ${availableAt}`, maxLength: 24 },
);

/** What the definition says: of each date, the last state that was available. */
function expected(states: readonly SeriesState[], moment: number): readonly (readonly [number, number])[] {
  const latest = new Map<number, SeriesState>();
  for (const state of states) {
    if (state.availableAt <= moment && state.availableAt >= (latest.get(state.date)?.availableAt ?? -Infinity)) latest.set(state.date, state);
  }
  return [...latest.values()].sort((a, b) => a.date - b.date).map(({ date, value }) => [date, value]);
}

test('as of any moment the last figure that was available stands, in whatever order and parts the states came', async () => {
  await fc.assert(fc.asyncProperty(STATES, fc.integer({ min: 0, max: 24 }), fc.integer(), async (states, cut, seed) => {
    const [shuffled = []] = fc.sample(fc.shuffledSubarray([...states], { minLength: states.length }), { numRuns: 1, seed });
    const store = await kept(shuffled.slice(0, cut), shuffled.slice(cut), ...(seed % 2 === 0 ? [shuffled] : []));
    for (let moment = 4; moment <= 16; moment++) {
      const stands = await store.asOf('GDP', moment);
      assert.ok(stands.every(({ availableAt }) => availableAt <= moment), 'looked ahead');
      assert.deepEqual(stands.map(({ date, value }) => [date, value]), expected(states, moment));
    }
    await store.close();
  }), { numRuns: 200 });
});

test('what was known at a moment stays so whatever is told afterwards of later moments', async () => {
  await fc.assert(fc.asyncProperty(STATES, fc.integer({ min: 5, max: 15 }), async (states, moment) => {
    const store = await kept(states.filter(({ availableAt }) => availableAt <= moment));
    const before = await store.asOf('GDP', moment);
    await store.append(FACTS, FETCH, states.filter(({ availableAt }) => availableAt > moment));
    assert.deepEqual(await store.asOf('GDP', moment), before);
    await store.close();
  }), { numRuns: 100 });
});

test('it counts what is new, revised, the last word of a moment, and there already', async () => {
  const store = await kept();
  assert.deepEqual(await store.append(FACTS, FETCH, [{ date: 0, value: 1, availableAt: 10 }]), { added: 1, revised: 0, replaced: 0, equal: 0 });
  assert.deepEqual(await store.append(FACTS, FETCH, [{ date: 0, value: 1, availableAt: 10 }, { date: 0, value: 2, availableAt: 14 }, { date: 0, value: 3, availableAt: 14 }]), { added: 0, revised: 1, replaced: 1, equal: 1 });
  assert.deepEqual(await store.history('GDP'), [{ date: 0, value: 1, availableAt: 10 }, { date: 0, value: 3, availableAt: 14 }]);
  await store.close();
});

test('a batch with a state that cannot be changes nothing', async () => {
  const store = await kept();
  await assert.rejects(store.append(FACTS, FETCH, [{ date: 0, value: 1, availableAt: 10 }, { date: 1, value: Infinity, availableAt: 10 }]), (error) => error instanceof SeriesError && error.kind === 'value');
  await assert.rejects(store.append(FACTS, FETCH, [{ date: 0.5, value: 1, availableAt: 10 }]), SeriesError);
  assert.deepEqual(await store.list(), []);
  await store.close();
});

test('a list tells of each series what is kept and when it is due, also after it was opened anew', async () => {
  const path = file();
  const store = new EmbeddedSeriesStore(path);
  await store.append(FACTS, FETCH, [{ date: 0, value: 1, availableAt: 10 }, { date: 0, value: 2, availableAt: 20 }, { date: 5, value: NaN, availableAt: 20 }]);
  await store.append({ ...FACTS, id: 'EMPTY' }, { fetchedAt: 7, dueAt: undefined, vintages: false }, []);
  await store.close();
  const again = new EmbeddedSeriesStore(path);
  assert.deepEqual(await again.list(), [
    { ...FACTS, id: 'EMPTY', fetchedAt: 7, dueAt: undefined, vintages: false, dates: 0, first: NaN, last: NaN, revisions: 0, knownFrom: NaN },
    { ...FACTS, ...FETCH, dates: 2, first: 0, last: 5, revisions: 1, knownFrom: 10 },
  ]);
  await again.close();
});

test('a file of another version and a file that is none are refused by name', () => {
  const other = join(folder, 'other.sqlite');
  const database = new DatabaseSync(other);
  database.exec('PRAGMA user_version = 9');
  database.close();
  assert.throws(() => new EmbeddedSeriesStore(other), (error) => error instanceof SeriesError && error.kind === 'version' && error.message.includes(other));
  const garbage = join(folder, 'garbage.sqlite');
  writeFileSync(garbage, 'no database at all, and long enough to be looked at as one'.repeat(100));
  assert.throws(() => new EmbeddedSeriesStore(garbage), (error) => error instanceof SeriesError && error.kind === 'damaged');
});

test('a file that may not be written is read, and what would change it is refused', async () => {
  const path = file();
  const store = new EmbeddedSeriesStore(path);
  await store.append(FACTS, FETCH, [{ date: 0, value: 1, availableAt: 10 }]);
  await store.close();
  // SQLite cannot write where it cannot make this file.
  mkdirSync(`${path}-shm`);
  const again = new EmbeddedSeriesStore(path);
  assert.equal((await again.list()).length, 1);
  await assert.rejects(again.append(FACTS, FETCH, [{ date: 1, value: 1, availableAt: 10 }]), (error) => error instanceof SeriesError && error.kind === 'storage');
  await again.close();
});
