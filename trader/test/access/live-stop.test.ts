import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { trade, VenueStreet, type Line } from '../live/venue-street.ts';

// Most of it is waiting, so all at once.
describe('a run at a venue', { concurrency: true }, () => {
  test('that is killed leaves its orders open, and the watchdog ends them and opens none', () => VenueStreet.open(async (street) => {
    street.trades = false;
    const kinds: string[] = [];
    const watched = street.run(['watchdog', 'binance', '--testnet', '--after', '2s', '--settle', '1s', '--json'], {
      onLine(text, child) {
        const { kind } = JSON.parse(text) as Line;
        kinds.push(kind);
        if (kind === 'canceled') child.kill('SIGTERM');
      },
    });
    const { signal } = await trade(street, [], () => (street.account.orders.length > 0 ? 'SIGKILL' : undefined));
    assert.equal(signal, 'SIGKILL');
    assert.ok(existsSync(join(street.home, 'live', 'alive.json')));
    const placed = street.account.orders.length;
    assert.ok(placed > 0);
    const { stdout, stderr } = await watched;
    assert.deepEqual(kinds.filter((kind) => kind !== 'waiting'), ['watching', 'silent', 'canceled', 'stopped'], stderr);
    assert.match(stdout, /"kind":"canceled","orders":1/);
    assert.equal(street.account.orders.length, placed);
    assert.equal(street.account.requests.filter((request) => request === 'DELETE /api/v3/openOrders').length, 1);
  }));

  test('that ends of its own accord takes its sign of life away', () => VenueStreet.open(async (street) => {
    const { code } = await trade(street, [], ({ kind }) => (kind === 'minute' ? 'SIGINT' : undefined));
    assert.equal(code, 0);
    assert.equal(existsSync(join(street.home, 'live', 'alive.json')), false);
  }));

  test('is flattened by the file KILL, and does not start while it is there', () => VenueStreet.open(async (street) => {
    const file = join(street.home, 'KILL');
    let held = false;
    const ended = await trade(street, [], ({ kind, positions = {}, trading }) => {
      const holds = Object.keys(positions).length > 0;
      if (holds && !held) writeFileSync(file, 'news\n');
      held ||= holds;
      return held && kind === 'minute' && !holds && trading === 'halted' ? 'SIGINT' : undefined;
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(street.records().some(({ command }) => JSON.stringify(command ?? {}).includes('"kind":"flatten","reason":"the file KILL is there","by":"file"')));
    const sold = street.account.orders.at(-1);
    assert.deepEqual([sold?.side, sold?.quantity], ['sell', '0.5']);
    const asked = street.account.requests.length;
    const refused = await street.run(['live', '--json']);
    assert.deepEqual([refused.code, refused.dialled, street.account.requests.length], [1, [], asked], refused.stdout);
  }));
});
