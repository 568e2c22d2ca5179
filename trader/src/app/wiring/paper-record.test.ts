import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { JournalFile } from '../../adapters/journal/journal-file.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Command } from '../../ports/journal.ts';
import { paperEvidence } from './paper-record.ts';
import { runId, wirePaper, type PaperSetup } from './paper-setup.ts';
import { passportSubject } from './passport.ts';
import { hostName, hostsOf } from './venue-hosts.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 5);
const PARAMETERS = { fast: 2, slow: 4 } as const;
const LIVE = hostsOf('binance', 'live', undefined);

const SETUP: PaperSetup = {
  cash: '100000', feeBps: '1', latencyMs: 0, feed: { venue: 'binance', hosts: [LIVE.data, LIVE.dataStream].map(hostName) },
  markets: [{
    instrument: { id: 'BTC-USDT.BINANCE', venue: 'binance', assetClass: 'crypto', quoteCurrency: 'USDT', tickSize: '0.01', lotSize: '0.00001', minNotional: '5' },
    intervalMs: HOUR, priceDecimals: 2, symbol: 'BTCUSDT',
  }],
  books: [{ strategy: 'moving-average-cross', parameters: PARAMETERS, market: 0, sizing: { kind: 'fraction', fraction: '0.5' } }],
  limits: { maxNotional: 1e6, maxExposure: 1, maxOrdersPerMinute: 30, priceCollar: 0.5, maxDataAgeMs: 5 * HOUR, maxDrawdown: 0.9 },
};

/** How long after its close the bar of an hour was heard; undefined where it was fetched afterwards. */
type Heard = (hour: number) => number | undefined;

/** Long waves, which crossing averages ride, of a size that changes from day to day. */
function priceAt(hour: number): number {
  return Math.round(3_000_000 * (1 + (0.05 + 0.01 * Math.sin(hour / 40)) * Math.sin(hour / 12 * Math.PI))) / 100;
}

/** A run on paper of so many days, written as a process that was there would have. */
async function inHome(days: number, heard: Heard, setup: PaperSetup, check: (home: string, path: string) => Promise<void>, steered?: Command): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'paper-record-'));
  const path = join(home, 'paper', 'journal.jsonl');
  try {
    mkdirSync(join(home, 'paper'));
    const journal = new JournalFile(path);
    journal.append({ kind: 'run', version: 1, run: runId(setup), setup });
    const run = await wirePaper(setup, journal, { onOrder() {}, onReport() {}, onDenial() {} });
    const [{ intervalMs }] = setup.markets;
    for (let hour = 0; hour < days * 24; hour++) {
      const [open, close] = [priceAt(hour), priceAt(hour + 1)];
      if (hour === 30 && steered !== undefined) run.ingest.admitCommand(steered);
      const late = heard(hour);
      const bar = { timestamp: START + hour * intervalMs, open, high: Math.max(open, close), low: Math.min(open, close), close, volume: 1 };
      assert.equal(run.ingest.admitBar(0, bar, late === undefined ? undefined : bar.timestamp + intervalMs + late), 'admitted');
      run.watchBar(0, bar);
    }
    journal.close();
    await check(home, path);
  } finally {
    rmSync(home, { recursive: true });
  }
}

const subject = () => passportSubject({ strategy: 'moving-average-cross', parameters: PARAMETERS, instrument: 'BTC-USDT.BINANCE' }, HOUR);
const AT_ONCE: Heard = () => 400;

/** Each line's state, in order: strategy, feed, days, Sharpe, wins. */
async function states(home: string): Promise<string> {
  return (await paperEvidence(home, await subject())).lines.map(({ state }) => state).join(' ');
}

test('fifteen days on a live feed that made money are a record, reckoned from the journal', () => inHome(15, AT_ONCE, SETUP, async (home) => {
  const { paper, lines } = await paperEvidence(home, await subject());
  assert.deepEqual(lines.map(({ name, state }) => `${name}: ${state}`), ['Paper: this strategy: pass', 'Paper: live feed: pass', 'Paper: 14 days: pass', 'Paper: Sharpe above 1.5: pass', 'Paper: wins above 55 %: pass'], JSON.stringify(lines));
  assert.ok(paper);
  assert.deepEqual([paper.days, paper.from, paper.to, paper.venue, paper.hosts], [15, '2026-01-05T00:00:00.000Z', '2026-01-20T00:00:00.000Z', 'binance', SETUP.feed?.hosts]);
  assert.ok((paper.sharpe ?? 0) > 1.5 && (paper.winRate ?? 0) > 0.55 && paper.trades > 10);
}));

test('a run that somebody steered by hand is no record of its strategy', async () => {
  const book = 'moving-average-cross@BTC-USDT.BINANCE';
  const order = { instrument: 'BTC-USDT.BINANCE', side: 'buy', type: 'market', timeInForce: 'ioc', quantity: '0.1' } as const;
  for (const command of [{ kind: 'set-parameters', book, parameters: { ...PARAMETERS, fast: 3 } }, { kind: 'place', order }, { kind: 'close', instrument: order.instrument }] as const) {
    await inHome(15, AT_ONCE, SETUP, async (home) => {
      const { paper, lines } = await paperEvidence(home, await subject());
      assert.deepEqual([paper, lines[0].state], [null, 'fail']);
      assert.match(lines[0].reason, /steered by hand/);
    }, command);
  }
});

test('thirteen days are too few, and a day on which an hour in ten was missed is none', async () => {
  await inHome(13, AT_ONCE, SETUP, async (home) => { assert.equal(await states(home), 'pass pass fail pass pass'); });
  await inHome(15, (hour) => (hour % 10 === 0 ? undefined : 400), SETUP, async (home) => {
    const { paper } = await paperEvidence(home, await subject());
    assert.equal(paper?.days, 0);
  });
});

test('a Sharpe ratio of bars that are longer than a day is annualised by as many as there are in a year', async () => {
  const sharpes: number[] = [];
  for (const bars of [1, 2]) {
    const intervalMs = bars * DAY_MS;
    const setup = { ...SETUP, markets: SETUP.markets.map((market) => ({ ...market, intervalMs })), limits: { ...SETUP.limits, maxDataAgeMs: 5 * intervalMs } };
    await inHome(2, AT_ONCE, setup, async (home) => {
      const { paper } = await paperEvidence(home, await passportSubject({ strategy: 'moving-average-cross', parameters: PARAMETERS, instrument: 'BTC-USDT.BINANCE' }, intervalMs));
      sharpes.push(paper?.sharpe ?? NaN);
    });
  }
  assert.ok(Math.abs(sharpes[0] / sharpes[1] - Math.SQRT2) < 1e-9, sharpes.join(' '));
});

test('a replay is no record, whatever times its bars carry; nor is a feed of this machine, of a sandbox or of nobody', async () => {
  const { feed: _, ...rest } = SETUP;
  const replayed = { ...rest, markets: SETUP.markets.map(({ symbol: __, ...market }) => ({ ...market, bars: 'x.csv.gz' })) };
  await inHome(15, AT_ONCE, replayed, async (home) => {
    const { lines } = await paperEvidence(home, await subject());
    assert.deepEqual(lines.map(({ state }) => state), ['pass', 'fail', 'pass', 'pass', 'pass']);
    assert.match(lines[1]?.reason ?? '', /a replay never counts/);
  });
  for (const hosts of [['127.0.0.1:4711'], Object.values(hostsOf('binance', 'sandbox', undefined)).map(hostName), [...SETUP.feed?.hosts ?? [], 'example.com'], []]) {
    await inHome(15, AT_ONCE, { ...SETUP, feed: { venue: 'binance', hosts } }, async (home) => { assert.equal((await states(home)).split(' ')[1], 'fail', hosts.join()); });
  }
  await inHome(15, AT_ONCE, { ...SETUP, feed: { venue: 'binance-usdm', hosts: SETUP.feed?.hosts ?? [] } }, async (home) => { assert.equal((await states(home)).split(' ')[1], 'fail'); });
});

test('bars that were fetched, heard an hour late, or heard before they closed make no day', async () => {
  for (const heard of [() => undefined, () => HOUR, () => -HOUR, (hour: number) => (500 - hour) * HOUR]) {
    await inHome(15, heard, SETUP, async (home) => {
      const { paper } = await paperEvidence(home, await subject());
      assert.deepEqual([paper?.days, paper?.trades, paper?.sharpe, paper?.winRate], [0, 0, null, null]);
    });
  }
});

test('what was earned on days that do not count is not in the figures', () => inHome(30, (hour) => (hour < 24 * 15 ? undefined : 400), SETUP, async (home) => {
  const { paper } = await paperEvidence(home, await subject());
  assert.deepEqual([paper?.days, Date.parse(paper?.from ?? '') - START], [15, 15 * DAY_MS]);
  const whole = await new Promise<number>((resolve, reject) => {
    inHome(30, AT_ONCE, SETUP, async (other) => { resolve((await paperEvidence(other, await subject())).paper?.trades ?? 0); }).catch(reject);
  });
  assert.ok((paper?.trades ?? 0) < whole * 0.6);
}));

test('a run of another strategy, other parameters, another market, other bars, or more than one is none of this strategy', async () => {
  const [book, market] = [SETUP.books[0], SETUP.markets[0]];
  for (const [setup, words] of [
    [{ ...SETUP, books: [{ ...book, parameters: { fast: 2, slow: 5 } }] }, /trades with slow=5, not 4/],
    [{ ...SETUP, books: [{ ...book, strategy: 'macd', parameters: {} }] }, /trades macd/],
    [{ ...SETUP, markets: [{ ...market, instrument: { ...market.instrument, id: 'ETH-USDT.BINANCE' } }] }, /trades ETH-USDT\.BINANCE/],
    [{ ...SETUP, books: [book, book] }, /trades 2 strategies and markets/],
  ] as const) {
    await inHome(1, AT_ONCE, setup, async (home) => {
      const { paper, lines } = await paperEvidence(home, await subject());
      assert.equal(paper, null);
      assert.match(lines[0].reason, words);
      assert.ok(lines.every(({ state }) => state === 'fail'));
    });
  }
});

test('no run, a damaged journal and one that does not come out again are no record', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'paper-record-'));
  assert.match((await paperEvidence(empty, await subject())).lines[0].reason, /^There is no run on paper/);
  rmSync(empty, { recursive: true });
  await inHome(15, AT_ONCE, SETUP, async (home, path) => {
    appendFileSync(path, '00000000 {"kind":"bar"}\n00000000 {"kind":"bar"}\n');
    assert.match((await paperEvidence(home, await subject())).lines[0].reason, /is damaged/);
  });
});
