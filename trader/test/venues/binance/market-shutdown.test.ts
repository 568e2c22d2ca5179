import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedEar } from '../../contract/market-feed.ts';
import { FastClock } from '../fast-clock.ts';
import { BINANCE_SPOT_FEED } from './feed-harness.ts';

test('a market\'s server that says that it goes down is left for another connection', async () => {
  const { server, feed: connect } = await BINANCE_SPOT_FEED.serve(new FastClock());
  const feed = connect(assert.fail);
  const ear = new FeedEar();
  try {
    await feed.open(BINANCE_SPOT_FEED.intervalMs, ear);
    // web-socket-streams.md of github.com/binance/binance-spot-api-docs, "Server Shutdown".
    server.say('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}');
    await ear.until('the stream', () => ear.connections.length === 3);
    assert.deepEqual([ear.connections, server.streams], [['up', 'down', 'up'], 1]);
  } finally {
    await feed.close();
    await server.close();
  }
});
