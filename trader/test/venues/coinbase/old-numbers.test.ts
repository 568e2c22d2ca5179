import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedEar } from '../../contract/market-feed.ts';
import { FastClock } from '../fast-clock.ts';
import { COINBASE_FEED } from './feed-harness.ts';

const frame = (sequence: number) => JSON.stringify({ channel: 'market_trades', client_id: '', timestamp: '2026-03-02T00:00:00Z', sequence_num: sequence, events: [] });

async function withFeed(check: (ear: FeedEar, say: (text: string) => void) => Promise<void>): Promise<void> {
  const { server, feed: connect } = await COINBASE_FEED.serve(new FastClock());
  const feed = connect(assert.fail);
  const ear = new FeedEar();
  try {
    await feed.open(60_000, ear);
    await check(ear, (text) => { server.say(text); });
  } finally {
    await feed.close();
    await server.close();
  }
}

test('frames whose numbers have begun anew end the connection: all of them would pass for repeated', () => withFeed(async (ear, say) => {
  for (let sequence = 0; sequence < 20; sequence++) say(frame(sequence % 3));
  await ear.until('another connection', () => ear.connections.length === 3);
  assert.deepEqual(ear.connections, ['up', 'down', 'up']);
}));

test('a frame that comes again does not', () => withFeed(async (ear, say) => {
  for (let times = 0; times < 5; times++) say(frame(0));
  await new Promise((resolve) => { setTimeout(resolve, 100); });
  assert.deepEqual(ear.connections, ['up']);
}));
