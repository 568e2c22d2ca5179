import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { HAND_START, HandFeed, handLimit } from '../../../test/hand-feed.ts';
import { SqliteSeen } from '../../adapters/api-record/sqlite-seen.ts';
import { AlertBook } from '../../api/alerts.ts';
import { sharedSeen } from '../../api/shared-seen.ts';
import type { EngineChange, TradingFact } from '../../ports/engine-feed.ts';
import type { MessageBus } from '../../ports/message-bus.ts';

/** A bus within one process. */
class NearBus implements MessageBus {
  readonly #listeners = new Map<string, Set<(text: string) => void>>();

  say(subject: string, text: string): void {
    for (const listener of this.#listeners.get(subject) ?? []) listener(text);
  }

  listen(subject: string, listener: (text: string) => void): () => void {
    const listeners = this.#listeners.get(subject) ?? new Set();
    this.#listeners.set(subject, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
}

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seen-'));
  t.after(() => { rmSync(folder, { recursive: true }); });
  return join(folder, 'seen.sqlite');
}

const near: EngineChange = { kind: 'limits', limits: [handLimit(0.9)], propFirm: null };
const calm: EngineChange = { kind: 'limits', limits: [handLimit(0.1)], propFirm: null };
const HALTED: TradingFact = { state: 'halted', reason: 'lunch', by: 'user:ana', since: HAND_START, flat: false };
const halted: EngineChange = { kind: 'trading', trading: HALTED };
const names = (book: AlertBook) => book.all().filter(({ resolvedAt }) => resolvedAt === null).map(({ kind, acknowledged }) => `${kind} ${acknowledged?.by ?? 'nobody'}`);

test('what one process has seen, every process and the next one after a restart know, with a name', (t) => {
  const path = place(t);
  const [own, other] = [new SqliteSeen(path), new SqliteSeen(path)];
  const [bus, feed] = [new NearBus(), new HandFeed()];
  const [here, there] = [new AlertBook(feed, sharedSeen(own, bus)), new AlertBook(feed, sharedSeen(other, bus))];
  feed.tell(near, halted);
  here.acknowledge(here.all()[0].id, 'user:ana', 1);
  assert.deepEqual([names(here), names(there)], [['limit user:ana', 'halt nobody'], ['limit user:ana', 'halt nobody']]);
  there.acknowledge(there.all()[0].id, 'user:ben', 2);
  assert.deepEqual(names(here)[0], 'limit user:ana', 'who was first stays');
  there.acknowledge(there.all()[1].id, 'user:ben', 3);
  const after = new HandFeed();
  const again = new AlertBook(after, new SqliteSeen(path));
  after.tell(near, halted);
  assert.deepEqual(names(again), ['limit nobody', 'halt nobody'], 'the run began with neither: what was over is forgotten');
  for (const store of [own, other]) store.close();
});

test('what is over and comes again is nobody\'s until it is seen again', (t) => {
  const store = new SqliteSeen(place(t));
  const feed = new HandFeed();
  const book = new AlertBook(feed, store);
  feed.tell(near);
  book.acknowledge(book.all()[0].id, 'user:ana', 1);
  feed.tell(calm, near);
  assert.deepEqual(names(book), ['limit nobody']);
  assert.deepEqual(store.all(feed.snapshot.run.id), []);
  store.close();
});

test('a store that cannot be written or read any more ends no process, and what comes again is nobody\'s all the same', (t) => {
  const path = place(t);
  const [store, another] = [new SqliteSeen(path), new SqliteSeen(path)];
  const feed = new HandFeed();
  // As on a full disk: what is there stays there.
  const book = new AlertBook(feed, { all: (run) => another.all(run), put: (seen) => { store.put(seen); }, drop: (run, mark) => { store.drop(run, mark); }, listen: () => () => undefined });
  feed.tell(near);
  book.acknowledge(book.all()[0].id, 'user:ana', 1);
  store.close();
  feed.tell(calm, near);
  assert.deepEqual(names(book), ['limit nobody']);
  another.close();
  feed.tell(halted);
  assert.deepEqual(names(book), ['limit nobody', 'halt nobody']);
});

test('a run that goes on halted after a restart is still known to who has seen it', (t) => {
  const path = place(t);
  const store = new SqliteSeen(path);
  const feed = new HandFeed();
  const book = new AlertBook(feed, store);
  feed.tell(halted);
  book.acknowledge(book.all()[0].id, 'user:ana', 1);
  store.close();
  const next = new SqliteSeen(path);
  const later = new HandFeed({ trading: HALTED });
  assert.deepEqual(names(new AlertBook(later, next)), ['halt user:ana']);
  next.close();
});

test('an alert is found by what it is about where another process numbers it otherwise', () => {
  const feed = new HandFeed();
  const book = new AlertBook(feed);
  feed.tell(near);
  const [{ id }] = book.all();
  assert.equal(book.acknowledge(id.replace(/-\d+$/, '-4711'), 'user:ana', 1)?.id, id);
  assert.equal(book.acknowledge('limit-nothing-1', 'user:ana', 1), undefined);
});
