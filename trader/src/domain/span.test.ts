import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fewerSpans, gapsBetween, joinSpans, missingSpans, type Span } from './span.ts';

const TIMES = Array.from({ length: 41 }, (_each, time) => time / 2);

function holds(spans: readonly Span[], time: number): boolean {
  return spans.some(({ from, to }) => time >= from && time < to);
}

const span = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })).map(([from, to]): Span => ({ from, to }));

test('joined spans hold what either held, in order and apart; what is missing is the rest of what is wanted', () => {
  fc.assert(fc.property(fc.array(span, { maxLength: 8 }), span, (added, wanted) => {
    const joined = added.reduce(joinSpans, [] as readonly Span[]);
    const missing = missingSpans(joined, wanted);
    for (const time of TIMES) {
      assert.equal(holds(joined, time), holds(added, time));
      assert.equal(holds(missing, time), holds([wanted], time) && !holds(joined, time));
    }
    for (const spans of [joined, missing]) {
      for (const [index, { from, to }] of spans.entries()) {
        assert.ok(from < to);
        assert.ok(index === 0 || from > (spans[index - 1]?.to ?? Infinity));
      }
    }
  }));
});

test('spans are made fewer by joining the nearest, and hold all that they held', () => {
  assert.deepEqual(fewerSpans([{ from: 0, to: 1 }, { from: 2, to: 3 }, { from: 9, to: 10 }, { from: 12, to: 13 }], 2), [{ from: 0, to: 3 }, { from: 9, to: 13 }]);
  fc.assert(fc.property(fc.array(span, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (added, most) => {
    const spans = added.reduce(joinSpans, [] as readonly Span[]);
    const fewer = fewerSpans(spans, most);
    assert.equal(fewer.length, Math.min(most, spans.length));
    for (const time of TIMES) assert.ok(!holds(spans, time) || holds(fewer, time));
  }));
});

test('gaps lie between neighbours that are further apart than the interval', () => {
  assert.deepEqual(gapsBetween(Float64Array.of(0, 10, 30, 40, 70), 10), [{ from: 20, to: 30 }, { from: 50, to: 70 }]);
  assert.deepEqual(gapsBetween(Float64Array.of(), 10), []);
});
