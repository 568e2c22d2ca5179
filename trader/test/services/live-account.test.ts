import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, createClient } from '../../src/api/client.ts';
import { trade, VenueStreet } from '../live/venue-street.ts';
import { firstPerson } from '../served-run.ts';

test('a run at a venue\'s account tells its order book, and how long the venue takes to answer an order', { timeout: 120_000 }, () => VenueStreet.open(async (street) => {
  street.market.changeBook(0, [['30000.00', '2.00000']], [['30001.00', '1.00000']]);
  const seen: { told?: string; fault?: unknown } = {};
  const look = async (url: string, firstRun: string) => {
    const { token } = await firstPerson(url, firstRun);
    const api = createClient({ origin: url, token });
    for (;;) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      // The server of the dialect tells a book when it changes.
      street.market.changeBook(0, [['30000.00', '3.00000']], []);
      const [market, account] = (await api.call('listFeeds')).items;
      if (account?.latencyOf === 'order') {
        assert.deepEqual([market?.kind, account.kind, account.state, account.name], ['market', 'venue', 'up', 'binance account']);
        assert.ok(account.latencyMs !== null && account.latencyMs.p50 <= account.latencyMs.p99 && account.heard > 0);
        const book = await api.call('readBook', { query: { instrument: 'BTC-USDT.BINANCE' } }).catch((problem: unknown) => {
          if (problem instanceof ApiProblem && problem.status === 404) return undefined; // none has come yet
          throw problem;
        });
        if (book === undefined) continue;
        assert.deepEqual([book.bids, book.asks], [[['30000.00', '3']], [['30001.00', '1']]]);
        return 'told';
      }
    }
  };
  const ended = await trade(street, ['--api-port', '0'], (line) => {
    if (line.kind === 'api') {
      const { url, firstRun } = line as unknown as { readonly url: string; readonly firstRun: string };
      look(url, firstRun).then((told) => { seen.told = told; }, (fault: unknown) => { seen.fault = fault; });
    }
    return seen.told !== undefined || seen.fault !== undefined ? 'SIGINT' : undefined;
  });
  if (seen.fault !== undefined) throw seen.fault;
  assert.deepEqual([seen.told, ended.code], ['told', 0], ended.stderr);
}));
