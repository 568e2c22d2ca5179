import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { FEAR_GREED, FearGreedSource } from '../../../src/adapters/alternative/fear-greed.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { SeriesError } from '../../../src/domain/series-error.ts';

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const figure = (value: string, text: string) => ({ value, value_classification: 'Fear', timestamp: String(day(text) / 1_000) });
const body = (data: readonly object[]) => JSON.stringify({ name: 'Fear and Greed Index', data, metadata: { error: null } });
const GOOD = body([{ ...figure('40', '2026-11-21'), time_until_update: '32400' }, figure('38', '2026-11-20'), figure('71', '2026-11-18')]);

/** It is always the same moment, and nobody is kept waiting. */
const CLOCK: Clock = { now: () => Date.parse('2026-11-21T15:00:00Z'), after: () => () => undefined };

let said: readonly [number, string] = [200, GOOD];
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.writeHead(said[0]);
  response.end(said[1]);
});
before(async () => { await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }); });
after(() => {
  server.closeAllConnections();
  server.close();
});
const source = () => new FearGreedSource({ base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, clock: CLOCK });

test('each figure is of its day and known from the end of it, and the next is due after midnight', async () => {
  said = [200, GOOD];
  const { states, dueAt, facts } = await source().fetch(FEAR_GREED, { vintages: true });
  assert.deepEqual(states, [['2026-11-21', 40], ['2026-11-20', 38], ['2026-11-18', 71]].map(([date, value]) => ({ date: day(String(date)), value, availableAt: day(String(date)) + 86_400_000 })));
  assert.deepEqual([facts.id, dueAt], ['FEAR-GREED', Date.parse('2026-11-22T00:10:00Z')]);
  assert.deepEqual(asked, ['/fng/?limit=0&format=json']);
});

test('what was known at the last fetch stays as it was told then', async () => {
  said = [200, GOOD];
  const { states } = await source().fetch(FEAR_GREED, { vintages: true, since: day('2026-11-21') });
  assert.deepEqual(states.map(({ value }) => value), [40]);
  assert.deepEqual((await source().fetch(FEAR_GREED, { vintages: false })).states.map(({ availableAt }) => availableAt), Array.from({ length: 3 }, () => Date.parse('2026-11-21T15:00:00Z')));
});

const BAD: readonly (readonly [string, number, string, SeriesError['kind']])[] = [
  ['a page', 200, '<html></html>', 'unreadable'], ['an error in an answer of 200', 200, JSON.stringify({ data: [], metadata: { error: 'Invalid' } }), 'unreadable'],
  ['a figure beyond 100', 200, body([figure('140', '2026-11-21')]), 'unreadable'], ['a day twice', 200, body([figure('40', '2026-11-21'), figure('41', '2026-11-21')]), 'unreadable'],
  ['tomorrow', 200, body([figure('40', '2026-11-22')]), 'unreadable'], ['a moment within a day', 200, body([{ value: '40', timestamp: '1700000001' }]), 'unreadable'],
  ['a limit', 429, '', 'rate-limited'], ['a fault', 503, '', 'unavailable'], ['a redirection', 301, '', 'refused'],
];
for (const [what, status, text, kind] of BAD) {
  test(`${what} is refused whole`, async () => {
    said = [status, text];
    await assert.rejects(source().fetch(FEAR_GREED, { vintages: true }), (error) => error instanceof SeriesError && error.kind === kind);
  });
}
