import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { pageOf } from './paging.ts';

test('pages put together are the whole list, whatever their length, also while newer items come', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), fc.nat(5), (items, limit, newer) => {
    let list = items.map(String);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { items: readonly string[]; next: string | null } = pageOf(list, { cursor, limit }, (item) => item);
      seen.push(...page.items);
      cursor = page.next ?? undefined;
      list = [...Array.from({ length: newer }, (_, i) => `new ${list.length} ${i}`), ...list];
    } while (cursor !== undefined);
    assert.deepEqual(seen, items.map(String));
  }));
});

test('a cursor whose item is gone is told, not taken for the beginning', () => {
  assert.throws(() => pageOf(['a'], { cursor: 'b', limit: 1 }, (item) => item), { code: 'bad-cursor' });
});
