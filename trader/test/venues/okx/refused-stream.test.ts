import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OkxFeed } from '../../../src/adapters/okx/market-feed.ts';
import { Random } from '../../../src/domain/random.ts';
import { VenueError } from '../../../src/domain/venue-error.ts';
import { FastClock } from '../fast-clock.ts';
import { OKX_FEED } from './feed-harness.ts';
import { OkxMarketServer } from './market-server.ts';

const LISTENER = { onBar: () => undefined, onTrade: () => undefined, onConnection: () => undefined };

/** Opens a feed whose first subscription is refused with a code. */
async function refused(code: string, work: (opening: Promise<void>) => Promise<void>): Promise<void> {
  const clock = new FastClock();
  const server = new OkxMarketServer({ clock, symbols: ['BTC-USDT'] });
  server.refuse(code);
  const host = await server.listen();
  const feed = new OkxFeed({ hosts: { rest: `http://${host}`, stream: `ws://${host}` }, clock, random: new Random(7), onUnreadable: assert.fail }, OKX_FEED.listings.slice(0, 1));
  try {
    await work(feed.open(60_000, LISTENER));
  } finally {
    await feed.close();
    await server.close();
  }
}

test('a stream that OKX refuses for the moment is tried again: asked too often, or a fault of its own', async () => {
  for (const code of ['60014', '63999', '64008', '50001']) await refused(code, (opening) => opening);
});

test('a channel that there is not is refused for good', async () => {
  await refused('60018', (opening) => assert.rejects(opening, (error) => error instanceof VenueError && error.failure === 'rejected'));
});
