import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradingDayEnd } from './trading-day.ts';

const end = (assetClass: 'crypto' | 'equity' | 'fx', at: string) => new Date(tradingDayEnd(assetClass, Date.parse(at))).toISOString();

test('a coin\'s day ends at the next UTC midnight, and a day decided at midnight lasts a day', () => {
  assert.equal(end('crypto', '2024-02-28T23:59:59.999Z'), '2024-02-29T00:00:00.000Z');
  assert.equal(end('crypto', '2024-02-29T00:00:00Z'), '2024-03-01T00:00:00.000Z');
});

test('shares end at four in New York, currencies at five', () => {
  assert.equal(end('equity', '2024-07-01T14:00:00Z'), '2024-07-01T20:00:00.000Z');
  assert.equal(end('equity', '2024-07-01T20:00:00Z'), '2024-07-02T20:00:00.000Z');
  assert.equal(end('equity', '2024-01-10T14:00:00Z'), '2024-01-10T21:00:00.000Z');
  assert.equal(end('fx', '2024-01-10T14:00:00Z'), '2024-01-10T22:00:00.000Z');
});

test('New York\'s clock is the one that the time zone database has, on every day of half a century', () => {
  const hour = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
  for (let day = Date.UTC(1987, 4, 1, 12); day < Date.UTC(2037, 0, 1); day += 86_400_000) {
    assert.equal(hour.format(tradingDayEnd('equity', day)), '16:00', new Date(day).toISOString());
  }
});
