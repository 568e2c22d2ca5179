import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sequence, type Numbered } from './sequence.ts';

const spot = (first: number, last: number): Numbered => ({ first, last, previous: undefined });
const futures = (previous: number, first: number, last: number): Numbered => ({ first, last, previous });

/** Brings messages one after the other, and says what each was good for. */
function bring(sequence: Sequence<Numbered>, ...messages: readonly Numbered[]): readonly string[] {
  return messages.map((message) => sequence.update(message, message.last));
}

test('on spot the first update used bridges the snapshot, and each follows the one before', () => {
  const sequence = new Sequence<Numbered>();
  assert.deepEqual(bring(sequence, spot(90, 95), spot(96, 100), spot(101, 104)), ['leave', 'leave', 'leave']);
  const waiting = sequence.snapshot(100);
  assert.deepEqual(bring(sequence, ...waiting, spot(105, 105)), ['leave', 'leave', 'use', 'use']);
  assert.deepEqual([sequence.covered, sequence.gaps.length], [2, 0]);
  assert.deepEqual(bring(new Sequence<Numbered>(), spot(1, 2)), ['leave'], 'without a snapshot there is no book');
});

test('on spot an update may begin before the end of what is known', () => {
  const sequence = new Sequence<Numbered>();
  sequence.snapshot(100);
  assert.deepEqual(bring(sequence, spot(98, 103), spot(103, 107)), ['use', 'use']);
});

test('on futures the first update used spans the snapshot, also one that ends with it', () => {
  for (const [first, expected] of [[futures(80, 95, 99), 'leave'], [futures(80, 95, 100), 'use'], [futures(80, 99, 110), 'use'], [futures(100, 104, 110), 'use'], [futures(101, 104, 110), 'lost']] as const) {
    const sequence = new Sequence<Numbered>();
    sequence.snapshot(100);
    assert.deepEqual(bring(sequence, first), [expected], JSON.stringify(first));
  }
});

test('on futures each update names the one before', () => {
  const sequence = new Sequence<Numbered>();
  sequence.snapshot(100);
  assert.deepEqual(bring(sequence, futures(99, 100, 110), futures(110, 117, 120), futures(110, 117, 120), futures(119, 121, 130)), ['use', 'use', 'leave', 'lost']);
  assert.deepEqual(sequence.gaps, [{ at: 130, after: 120, next: 121 }]);
});

test('behind a gap nothing is used until the next snapshot, which those behind the gap may follow', () => {
  const sequence = new Sequence<Numbered>();
  sequence.snapshot(100);
  assert.deepEqual(bring(sequence, spot(101, 105), spot(108, 110), spot(111, 115)), ['use', 'lost', 'leave']);
  assert.deepEqual(bring(sequence, ...sequence.snapshot(112)), ['leave', 'use']);
  assert.deepEqual(bring(sequence, spot(116, 116)), ['use']);
  sequence.end();
  assert.deepEqual([sequence.gaps.length, sequence.unused], [1, 0]);
});

test('a snapshot from before the first update is a gap', () => {
  const sequence = new Sequence<Numbered>();
  bring(sequence, spot(101, 104));
  assert.deepEqual(bring(sequence, ...sequence.snapshot(90)), ['lost']);
  sequence.end();
  assert.equal(sequence.unused, 1);
});
