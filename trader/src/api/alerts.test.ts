import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HAND_START, HandFeed, handFill, handLimit, handOrder } from '../../test/hand-feed.ts';
import type { DenialFact, EngineChange, FeedFact } from '../ports/engine-feed.ts';
import { AlertBook, type Alert } from './alerts.ts';

function watched(): { readonly feed: HandFeed; readonly book: AlertBook; readonly heard: Alert[]; brief(): readonly string[] } {
  const feed = new HandFeed();
  const book = new AlertBook(feed);
  const heard: Alert[] = [];
  book.listen((changed) => { heard.push(...changed); });
  return { feed, book, heard, brief: () => book.all().map(({ severity, text, resolvedAt }) => `${severity}${resolvedAt === null ? '' : ' (over)'}: ${text}`) };
}

const limits = (share: number): EngineChange => ({ kind: 'limits', limits: [handLimit(share)], propFirm: null });
const feeds = (more: Partial<FeedFact>): EngineChange => ({
  kind: 'feeds',
  feeds: [{ name: 'binance market data', kind: 'market', state: 'up', ageMs: 100, latencyMs: null, latencyOf: null, aheadMs: null, heard: 1, late: 0, reconnections: 0, trouble: null, progress: null, ...more }],
});
const denial = (number: number): EngineChange => {
  const fact: DenialFact = { id: `d${number}`, book: 'macd@BTC-USDT.HAND', instrument: 'BTC-USDT.HAND', side: 'buy', quantity: '1', rule: 'exposure', value: '2', limit: '1', tsEvent: HAND_START };
  return { kind: 'denial', denial: fact };
};

describe('Alerts', () => {
  test('tell that trading is halted, by whom and why, until it is resumed', () => {
    const { feed, brief } = watched();
    feed.tell({ kind: 'trading', trading: { state: 'halted', reason: 'too fast', by: 'user:ana', since: HAND_START, flat: false } });
    assert.deepEqual(brief(), ['critical: Trading is halted by ana: too fast.']);
    feed.tell({ kind: 'trading', trading: { state: 'active', reason: null, by: 'user:ben', since: HAND_START, flat: false } });
    assert.deepEqual(brief(), ['critical (over): Trading is halted by ana: too fast.']);
  });

  test('do not cry when a run that has begun, or has missed something, catches up with its market', () => {
    const { feed, brief } = watched();
    feed.tell({ kind: 'trading', trading: { state: 'catching-up', reason: 'catching up', by: 'feed', since: HAND_START, flat: false } });
    assert.deepEqual(brief(), []);
  });

  test('tell once that a limit is near and once that it is reached, and do not flicker around it', () => {
    const { feed, heard, brief } = watched();
    for (const share of [0.5, 0.79, 0.81, 0.79, 0.83, 1.02, 0.99, 1.01]) feed.tell(limits(share));
    assert.deepEqual(brief(), ['warning (over): Exposure, all together: 81 % of the limit are used; at 100 % new risk is denied.', 'critical: Exposure, all together: the limit is reached, new risk is denied.']);
    assert.equal(heard.length, 3);
    feed.tell(limits(0.74));
    assert.equal(heard.at(-1)?.resolvedAt === null, false);
  });

  test('tell of feeds that are down or silent for three bars, of orders rejected or of unknown fate', () => {
    const { feed, brief } = watched();
    feed.tell(feeds({ state: 'down', trouble: 'connection refused' }), feeds({}), feeds({ ageMs: 180_001 }), feeds({ ageMs: 500 }));
    feed.tell({ kind: 'order', order: handOrder(1, 'unknown') }, { kind: 'order', order: handOrder(1, 'open') }, { kind: 'order', order: handOrder(2, 'rejected', 'no funds') });
    assert.deepEqual(brief(), [
      'critical (over): binance market data is down: connection refused.',
      'warning (over): binance market data is stale: nothing was heard for more than 180 s.',
      'critical (over): No answer to buy 0.01 BTC-USDT.HAND of macd@BTC-USDT.HAND: it may stand at the venue, and is being looked for.',
      'warning: The venue rejected buy 0.01 BTC-USDT.HAND of macd@BTC-USDT.HAND: no funds.',
    ]);
  });

  test('tell once of a storm of denials, and nothing of a few', () => {
    const { feed, brief } = watched();
    for (let i = 0; i < 9; i++) feed.tell(denial(i));
    assert.deepEqual(brief(), []);
    for (let i = 9; i < 40; i++) feed.tell(denial(i));
    assert.deepEqual(brief(), ['warning: 10 orders or more were denied within a minute (Exposure, all together).']);
  });

  test('are acknowledged once, by the first; the same thing happening anew is a new one', () => {
    const { feed, book } = watched();
    feed.tell(limits(0.9));
    const [{ id }] = book.all();
    assert.deepEqual(book.acknowledge(id, 'ana', 5)?.acknowledged, { by: 'ana', at: 5 });
    assert.deepEqual(book.acknowledge(id, 'ben', 6)?.acknowledged, { by: 'ana', at: 5 });
    assert.equal(book.acknowledge('none', 'ben', 6), undefined);
    feed.tell(limits(0.1), limits(0.9));
    assert.deepEqual(book.all().map(({ acknowledged }) => acknowledged?.by), ['ana', undefined]);
  });

  test('begin from the facts of a snapshot, take the words of the engine where nothing else tells of it, and are bounded', () => {
    const feed = new HandFeed({ trading: { state: 'halted', reason: null, by: 'file', since: HAND_START, flat: false }, orders: [handOrder(1, 'rejected')] });
    const book = new AlertBook(feed);
    const word = (number: number, kind: string): EngineChange => ({ kind: 'alert', alert: { id: `a${number}`, severity: 'info', kind, text: 'A word.', tsEvent: null, tsWall: HAND_START } });
    feed.tell(word(1, 'difference'), word(1, 'difference'), word(2, 'halt'), { kind: 'fill', fill: handFill(1) });
    assert.deepEqual(book.all().map(({ kind }) => kind), ['halt', 'difference']);
    for (let i = 3; i < 600; i++) feed.tell(word(i, 'difference'));
    assert.equal(book.all().length, 200);
    assert.equal(book.all()[0].kind, 'halt', 'what still lasts stays');
  });
});
