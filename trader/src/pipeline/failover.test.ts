import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../domain/random.ts';
import { DAY_MS } from '../domain/time.ts';
import type { BarProvider, ProvidedQuote, ProviderFailureKind } from '../ports/bar-provider.ts';
import { failover, type FallBack } from './failover.ts';

const quote: ProvidedQuote = { source: '', symbol: 'ABC', price: 1, currency: 'USD', tsEvent: 0 };

/** A provider that answers with this kind of failure, or well. */
class Fickle implements BarProvider {
  readonly name: string;
  failure: ProviderFailureKind | undefined;
  asked = 0;

  constructor(name: string, failure?: ProviderFailureKind) {
    this.name = name;
    this.failure = failure;
  }

  bars() {
    return Promise.resolve({ ok: false, error: { kind: 'unsupported', provider: this.name, message: '' } } as const);
  }

  quote() {
    this.asked += 1;
    return Promise.resolve(this.failure === undefined ? { ok: true, value: { ...quote, source: this.name } } as const : { ok: false, error: { kind: this.failure, provider: this.name, message: `${this.name}: ${this.failure}` } } as const);
  }
}

function chained(...providers: readonly BarProvider[]) {
  const events: FallBack[] = [];
  const waits: number[] = [];
  const clock = {
    time: 0, now: () => clock.time,
    after(delayMs: number, work: () => void) {
      waits.push(delayMs);
      work();
      return () => undefined;
    },
  };
  return { events, clock, waits, chain: failover(providers, { clock, random: new Random(1), onFallBack: (event) => { events.push(event); } }) };
}

test('the first that answers is taken, the others are not asked, and nobody else is', async () => {
  const [a, b] = [new Fickle('a'), new Fickle('b')];
  const { chain, events } = chained(a, b);
  const answer = await chain.quote('ABC');
  assert.ok(answer.ok && answer.value.source === 'a');
  assert.deepEqual([b.asked, events.length], [0, 0]);
});

test('who was asked too often and does not say how long to wait is given seconds, not a moment', async () => {
  for (const [kind, least] of [['rate-limited', 2_500], ['timed-out', 250]] as const) {
    const { chain, waits } = chained(new Fickle('a', kind), new Fickle('b', 'server-error'));
    assert.equal((await chain.quote('ABC')).ok, false);
    assert.ok(waits.length === 2 && waits[0] >= least && waits[0] <= 2 * least && waits[1] >= 2 * least, `${kind} ${waits.join(' ')}`);
  }
});

test('every kind of failure falls back, and every fall-back is told', async () => {
  for (const kind of ['rate-limited', 'empty', 'wrong-shape', 'stale', 'timed-out', 'quota', 'not-found', 'implausible', 'server-error'] as const) {
    const { chain, events } = chained(new Fickle('a', kind), new Fickle('b'));
    const answer = await chain.quote('ABC');
    assert.ok(answer.ok && answer.value.source === 'b');
    assert.deepEqual(events.map(({ symbol, failure, next }) => [symbol, failure.kind, failure.provider, next]), [['ABC', kind, 'a', 'b']]);
  }
});

test('after five failures it is left alone for half a minute; a used-up quota or an unknown symbol is no failure', async () => {
  for (const [kind, asked] of [['timed-out', 5], ['quota', 20], ['not-found', 20]] as const) {
    const a = new Fickle('a', kind);
    const { chain, clock } = chained(a, new Fickle('b'));
    for (let i = 0; i < 20; i++) await chain.quote('ABC');
    assert.equal(a.asked, asked, kind);
    a.failure = undefined;
    clock.time = 33_000;
    for (let i = 0; i < 4; i++) assert.ok((await chain.quote('ABC')).ok);
    assert.equal(a.asked, asked + 4, 'it is asked again, and stays');
  }
});

test('where nobody answers, the failure names them all, and its kind is of the first that was asked', async () => {
  const { chain, events } = chained(new Fickle('a', 'quota'), new Fickle('b', 'stale'), new Fickle('c', 'timed-out'));
  const answer = await chain.quote('ABC');
  assert.ok(!answer.ok);
  assert.equal(answer.error.kind, 'stale');
  assert.equal(answer.error.message, 'a: quota; b: stale; c: timed-out');
  assert.equal(events.at(-1)?.next, undefined);
  const nobody = await chained().chain.bars({ symbol: 'ABC', intervalMs: DAY_MS, span: { from: 0, to: 1 } });
  assert.ok(!nobody.ok && nobody.error.kind === 'unsupported');
});

test('where nobody answers and it may pass, the chain is gone through three times, each wait longer than the one before', async () => {
  const [a, b] = [new Fickle('a', 'timed-out'), new Fickle('b', 'server-error')];
  const { chain, waits } = chained(a, b);
  assert.ok(!(await chain.quote('ABC')).ok);
  assert.deepEqual([a.asked, b.asked, waits.length], [3, 3, 2]);
  assert.ok(waits[0] >= 250 && waits[0] <= 500 && waits[1] >= 500 && waits[1] <= 1_000);
  const sure = chained(new Fickle('a', 'delisted'), new Fickle('b', 'banned'));
  await sure.chain.quote('ABC');
  assert.equal(sure.waits.length, 0);
});
