import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FillPlace } from './fill-place.ts';

test('no fill is lost and none read twice, whatever times they share and however late some are listed', () => {
  // Each fill: when it traded, and how much later the venue lists it; it is asked in between.
  const fills = fc.array(fc.record({ stepMs: fc.constantFrom(0, 0, 1, 400, 30_000), lateMs: fc.constantFrom(0, 0, 1, 9_000) }), { maxLength: 40 });
  fc.assert(fc.property(fills, fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 8 }), (steps, pauses) => {
    let time = 1_000_000;
    const venue = steps.map(({ stepMs, lateMs }, index) => {
      time += stepMs;
      return { tradeId: `t${index}`, tsEvent: time, listedAt: time + lateMs };
    });
    const read: string[] = [];
    let text: string | undefined;
    for (let now = 1_000_000, turn = 0; now < time + 60_000; turn++) {
      now += pauses[turn % pauses.length] ?? 1;
      const place = FillPlace.read(text);
      const listed = venue.filter(({ tsEvent, listedAt }) => listedAt <= now && tsEvent >= (place.from ?? 0));
      read.push(...listed.filter(({ tradeId }) => !place.has(tradeId)).map(({ tradeId }) => tradeId));
      text = place.after(listed);
    }
    assert.deepEqual([...read].sort(), venue.map(({ tradeId }) => tradeId).sort());
  }));
});

test('a place stays where it is while nothing new is listed', () => {
  const place = FillPlace.read(undefined).after([{ tradeId: 'a', tsEvent: 50_000 }, { tradeId: 'b', tsEvent: 30_000 }]);
  assert.deepEqual(JSON.parse(place), { from: 40_000, seen: ['a'] });
  assert.equal(FillPlace.read(place).after([]), place);
  assert.deepEqual(JSON.parse(FillPlace.read(undefined).after([])), { from: null, seen: [] });
});

test('what is no place is not taken for one', () => {
  for (const text of ['', '{}', '{"from":"x","seen":[]}', '{"BTC":"1"}']) assert.throws(() => FillPlace.read(text));
});
