import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../../test/command-line.ts';
import { readingsOf } from '../../domain/dated-series.ts';
import type { Observation } from './answers.ts';
import { beginOf, dayAt, knownFrom, momentOf, periodsOf, statesOf } from './vintages.ts';

/** What FRED itself answered of GDP: all vintages up to 2019, and first releases alone. */
const GDP = JSON.parse(readFileSync(join(ROOT, 'trader/test/fixtures/fred/gdp.json'), 'utf8')) as { readonly vintages: readonly Observation[]; readonly initial: readonly Observation[] };

test('of FRED\'s recorded GDP the first state of each quarter is the first release that FRED names, on its day', () => {
  const states = statesOf(GDP.vintages);
  assert.ok(GDP.initial.length > 50);
  for (const { date, realtime_start: from, value } of GDP.initial) {
    const [first] = states.filter((state) => state.date === momentOf(date));
    assert.deepEqual(first, { date: momentOf(date), value: Number(value), availableAt: knownFrom(from) });
  }
});

test('the quarter that was first told as 14 429.2 is read so until its revisions are out', () => {
  // BEA's advance, preliminary and final figures of 2008 Q3: 30 October, 25 November and 23 December 2008.
  const readings = readingsOf(statesOf(GDP.vintages));
  const at = (moment: number) => readings.findLast(({ availableAt }) => availableAt <= moment);
  const asOf = (day: string) => at(knownFrom(day));
  assert.deepEqual([asOf('2008-10-30')?.value, asOf('2008-11-24')?.value, asOf('2008-11-25')?.value, asOf('2008-12-23')?.value], [14_429.2, 14_429.2, 14_420.5, 14_412.8]);
  assert.notEqual(at(knownFrom('2008-10-30') - 1)?.date, momentOf('2008-07-01'));
});

test('states do not depend on the order or the cuts of what was fetched', () => {
  const cut = '2010-06-15';
  const parts = GDP.vintages.flatMap((each): Observation[] => (each.realtime_start < cut && each.realtime_end >= cut
    ? [{ ...each, realtime_end: '2010-06-14' }, { ...each, realtime_start: cut }] : [each]));
  assert.ok(parts.length > GDP.vintages.length);
  assert.deepEqual(statesOf(parts.reverse()), statesOf(GDP.vintages));
});

test('periods of at most 2 000 days of publication follow one another without a hole', () => {
  const days = Array.from({ length: 4_100 }, (_, i) => new Date(i * 2 * 86_400_000).toISOString().slice(0, 10));
  const periods = periodsOf(days);
  assert.deepEqual(periods.map(({ from }) => from), [days[0], days[2_000], days[4_000]]);
  assert.deepEqual(periods.map(({ to }) => to), [dayAt(beginOf(days[2_000]) - 1), dayAt(beginOf(days[4_000]) - 1), '9999-12-31']);
  assert.deepEqual(periodsOf([]), []);
});
