import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AlphaVantageProvider } from '../../src/adapters/alphavantage/provider.ts';
import { CryptoCompareProvider } from '../../src/adapters/cryptocompare/provider.ts';
import { YahooProvider } from '../../src/adapters/yahoo/provider.ts';
import { Secret } from '../../src/domain/secret.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import type { BarProvider, BarRequest, ProviderFailure, ProviderFailureKind } from '../../src/ports/bar-provider.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { MISANSWERS, ProviderStreet, type Misanswer, type Street } from './provider-street.ts';

/** The morning after the recorded bars end. Time-outs run on the machine's own timers. */
const NOW = Date.UTC(2022, 0, 31, 1);
const CLOCK: Clock = {
  now: () => NOW,
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    return () => { clearTimeout(timer); };
  },
};
const KEY = 'DEMOKEY123';
const SPAN = { from: Date.UTC(2021, 1, 1), to: Date.UTC(2022, 0, 31) };
const REQUEST: BarRequest = { symbol: 'NVDA', intervalMs: DAY_MS, span: SPAN };

let street: ProviderStreet;
before(async () => { street = await ProviderStreet.open(); });
after(() => street.close());

const unmetered = { clock: CLOCK, spend: () => undefined, timeoutMs: 5_000 };
/** Answers that are never whole; all others have time even on a busy machine. */
const ENDLESS: readonly Misanswer[] = ['drip', 'silent'];
function provider(name: Street, timeoutMs = unmetered.timeoutMs): BarProvider {
  const terms = { ...unmetered, timeoutMs };
  if (name === 'cryptocompare') return new CryptoCompareProvider({ base: street.base, ...terms });
  return name === 'yahoo' ? new YahooProvider({ base: street.base, cookieBase: street.base, ...terms })
    : new AlphaVantageProvider({ base: street.base, key: new Secret(KEY), ...terms });
}

/** What each wrong answer must come to: `both`, or each provider's own. */
const KINDS: Readonly<Record<Misanswer, ProviderFailureKind | Readonly<Record<Street, ProviderFailureKind>>>> = {
  'error-body': { alphavantage: 'rate-limited', yahoo: 'wrong-shape', cryptocompare: 'rate-limited' }, limit: 'rate-limited', 'limit-later': 'rate-limited', 'server-error': 'server-error', 'shut-out': 'banned',
  html: 'wrong-shape', truncated: 'wrong-shape', bomb: 'wrong-shape', elsewhere: 'wrong-shape', drip: 'timed-out', silent: 'timed-out', 'empty-body': 'empty', hollow: { alphavantage: 'empty', yahoo: 'wrong-shape', cryptocompare: 'wrong-shape' },
  nan: { alphavantage: 'wrong-shape', yahoo: 'implausible', cryptocompare: 'wrong-shape' }, hundredfold: 'implausible', 'one-hundredfold': 'implausible', yesterday: 'implausible',
  duplicated: 'implausible', reordered: 'implausible', 'no-rows': 'empty', old: 'stale', 'other-symbol': 'wrong-shape',
};
/** JSON objects keyed by day have neither order nor repetition, and CryptoCompare does not say which pair it answers for. */
const UNSAYABLE: Readonly<Record<Street, readonly Misanswer[]>> = { alphavantage: ['duplicated', 'reordered'], yahoo: [], cryptocompare: ['other-symbol'] };

async function failureOf(name: Street, request = REQUEST, timeoutMs?: number): Promise<ProviderFailure> {
  const answer = await provider(name, timeoutMs).bars(request);
  assert.ok(!answer.ok, `${name} took it for data`);
  assert.equal(answer.error.provider, name);
  assert.ok(!answer.error.message.includes(KEY), 'no message has the key');
  return answer.error;
}

for (const name of ['alphavantage', 'yahoo', 'cryptocompare'] as const) {
  test(`nothing wrong that ${name} answers is taken for data, and each has its kind`, async () => {
    const request = name === 'cryptocompare' ? { ...REQUEST, symbol: 'NVDA-USD' } : REQUEST;
    for (const how of MISANSWERS) {
      if (UNSAYABLE[name].includes(how)) continue;
      street.goWrong(name, how);
      // A whole answer in another scale shows by what is known around it.
      const failure = await failureOf(name, how === 'hundredfold' ? { ...request, known: { before: 13.1 } } : request, ENDLESS.includes(how) ? 200 : undefined);
      const expected = KINDS[how];
      assert.equal(failure.kind, typeof expected === 'string' ? expected : expected[name], `${how}: ${failure.message}`);
    }
    street.goWrong(name, undefined);
    assert.ok((await provider(name).bars(request)).ok);
  });
}

test('how long a provider wants to be left alone is heard in its header and in its words', async () => {
  street.goWrong('yahoo', 'limit-later');
  assert.equal((await failureOf('yahoo')).retryAfterMs, 120_000);
  street.goWrong('yahoo', 'limit');
  assert.equal((await failureOf('yahoo')).retryAfterMs, undefined);
  street.goWrong('yahoo', undefined);
  street.goWrong('alphavantage', 'error-body');
  assert.equal((await failureOf('alphavantage')).retryAfterMs, DAY_MS, 'it says 25 requests per day');
  street.goWrong('alphavantage', undefined);
});

test('where nobody listens the failure says so', async () => {
  const gone = await ProviderStreet.open();
  const { base } = gone;
  await gone.close();
  const lonely = new YahooProvider({ base, cookieBase: base, ...unmetered });
  const answer = await lonely.bars(REQUEST);
  assert.ok(!answer.ok && answer.error.kind === 'unreachable');
});

test('both providers give the same recorded bars, one adjusted for the split by itself, the other by us', async () => {
  const [alpha, yahoo] = [await provider('alphavantage').bars(REQUEST), await provider('yahoo').bars(REQUEST)];
  assert.ok(alpha.ok && yahoo.ok);
  assert.equal(yahoo.value.bars.length, 252);
  assert.deepEqual(alpha.value.bars.timestamp, yahoo.value.bars.timestamp);
  for (const column of ['open', 'high', 'low', 'close'] as const) {
    yahoo.value.bars[column].forEach((price, i) => { assert.ok(Math.abs(alpha.value.bars[column][i] / price - 1) < 1e-5, `${column} ${i}: ${alpha.value.bars[column][i]} ${price}`); });
  }
  assert.deepEqual(yahoo.value.facts.splits, [{ time: Date.UTC(2021, 6, 20), ratio: 4 }]);
  assert.deepEqual(alpha.value.facts.splits, yahoo.value.facts.splits);
  // NVDA's close of 2021-02-01 was 529.48 dollars; two splits of 4 and 10 later that is 13.237.
  assert.equal(yahoo.value.bars.close[0], 13.237);
  assert.equal(yahoo.value.bars.timestamp[0], Date.UTC(2021, 1, 1));
  assert.equal(yahoo.value.facts.timeZone, 'America/New_York');
});

test('dividends come with the bars of the days before which the share had to be held', async () => {
  const answer = await provider('yahoo').bars({ ...REQUEST, symbol: 'MSFT' });
  assert.ok(answer.ok);
  assert.deepEqual(answer.value.facts.dividends.map(({ time, amount }) => [new Date(time).toISOString().slice(0, 10), amount]), [['2021-02-17', 0.56], ['2021-05-19', 0.56], ['2021-08-18', 0.56], ['2021-11-17', 0.62]]);
});

test('a bar that is still open is nobody\'s to tell: it is left out and not covered', async () => {
  const early: Clock = { ...CLOCK, now: () => Date.UTC(2022, 0, 28, 20, 59) };
  const yahoo = new YahooProvider({ base: street.base, cookieBase: street.base, ...unmetered, clock: early });
  const answer = await yahoo.bars(REQUEST);
  assert.ok(answer.ok);
  const last = answer.value.bars.timestamp[answer.value.bars.length - 1];
  assert.equal(last, Date.UTC(2022, 0, 27));
  assert.deepEqual(answer.value.covers, [{ from: SPAN.from, to: Date.UTC(2022, 0, 28) }]);
});

test('unknown symbols, intervals and quotes of long ago are refused by their kind', async () => {
  assert.equal((await failureOf('yahoo', { ...REQUEST, symbol: 'GONE' })).kind, 'delisted');
  assert.equal((await failureOf('alphavantage', { ...REQUEST, symbol: 'GONE' })).kind, 'not-found');
  assert.equal((await failureOf('alphavantage', { ...REQUEST, intervalMs: 60_000 })).kind, 'unsupported');
  assert.equal((await failureOf('yahoo', { ...REQUEST, intervalMs: 7 })).kind, 'unsupported');
  const stale = await provider('alphavantage').quote?.('MSFT');
  assert.ok(stale !== undefined && !stale.ok && stale.error.kind === 'stale', 'it is of October 2018');
});

test('where Yahoo wants a crumb it gets one, once', async () => {
  const own = await ProviderStreet.open();
  try {
    own.wantCrumb();
    const yahoo = new YahooProvider({ base: own.base, cookieBase: own.base, ...unmetered });
    assert.ok((await yahoo.bars(REQUEST)).ok);
    assert.ok((await yahoo.bars({ ...REQUEST, symbol: 'MSFT' })).ok);
    assert.deepEqual(own.requests.map((line) => line.split('?')[0]), ['GET /v8/finance/chart/NVDA', 'GET /', 'GET /v1/test/getcrumb', 'GET /v8/finance/chart/NVDA', 'GET /v8/finance/chart/MSFT']);
  } finally {
    await own.close();
  }
});

test('a few rows that cannot be are left out and told; their times stay uncovered', async () => {
  street.goWrong('yahoo', 'one-nan');
  const answer = await provider('yahoo').bars(REQUEST);
  street.goWrong('yahoo', undefined);
  assert.ok(answer.ok);
  const { bars, refused, covers: [ahead, behind] } = answer.value;
  assert.equal(bars.length, 251);
  assert.equal(refused.length, 1);
  assert.match(refused[0], /open NaN/);
  assert.equal(behind.from - ahead.to, DAY_MS);
  assert.ok(!bars.timestamp.includes(ahead.to));
});

test('of a symbol that trades no more all is told, to the end of the span', async () => {
  const later: Clock = { ...CLOCK, now: () => Date.UTC(2026, 0, 5) };
  const yahoo = new YahooProvider({ base: street.base, cookieBase: street.base, ...unmetered, clock: later });
  const span = { from: SPAN.from, to: Date.UTC(2026, 0, 5) };
  const answer = await yahoo.bars({ ...REQUEST, span });
  assert.ok(answer.ok);
  assert.deepEqual(answer.value.covers, [span]);
});

test('coins come from CryptoCompare as they were recorded, a long span in pages, and shares are no matter for it', async () => {
  const hours = await provider('cryptocompare').bars({ symbol: 'NEO-USD', intervalMs: 3_600_000, span: { from: 1_520_557_200_000, to: 1_520_557_200_000 + 13 * 3_600_000 } });
  assert.ok(hours.ok, hours.ok ? '' : hours.error.message);
  assert.deepEqual([hours.value.bars.length, hours.value.bars.open[0], hours.value.bars.close[0], hours.value.bars.volume[0]], [13, 92.42, 88.92, 20_093.41]);
  assert.deepEqual([hours.value.facts.currency, hours.value.facts.adjusted], ['USD', 'none']);
  const before_ = street.asked('cryptocompare');
  assert.ok((await provider('cryptocompare').bars({ ...REQUEST, symbol: 'NVDA-USD', span: { from: Date.UTC(2014, 0, 1), to: SPAN.to } })).ok);
  assert.ok(street.asked('cryptocompare') - before_ >= 2);
  assert.equal((await failureOf('cryptocompare')).kind, 'unsupported');
  assert.equal((await failureOf('cryptocompare', { ...REQUEST, symbol: 'GONE-USD' })).kind, 'not-found');
  assert.equal((await failureOf('alphavantage', { ...REQUEST, symbol: 'BTC-USD' })).kind, 'unsupported');
});

test('an answer is judged by what is known around it, in the scale before a split as well as after', async () => {
  // From August 2021 on: the close known ahead may be of before the split of four for one, or of after it.
  const span = { from: Date.UTC(2021, 6, 20), to: SPAN.to };
  for (const before_ of [18.8, 75.2]) assert.ok((await provider('yahoo').bars({ ...REQUEST, span, known: { before: before_ } })).ok);
  assert.equal((await failureOf('yahoo', { ...REQUEST, span, known: { before: 1_880 } })).kind, 'implausible');
  assert.equal((await failureOf('yahoo', { ...REQUEST, span, known: { after: 0.2 } })).kind, 'implausible');
});

test('a zone that there is not is another shape, not an end of the program', async () => {
  street.goWrong('yahoo', 'nowhere');
  assert.equal((await failureOf('yahoo')).kind, 'wrong-shape');
  street.goWrong('yahoo', undefined);
});
