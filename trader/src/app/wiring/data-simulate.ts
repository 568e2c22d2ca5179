import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { SqliteProviderLedger } from '../../adapters/provider-ledger/provider-ledger.ts';
import { Random } from '../../domain/random.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import { BarCache } from '../../pipeline/bar-cache.ts';
import { failover } from '../../pipeline/failover.ts';
import { quotaGate } from '../../pipeline/quota-gate.ts';
import type { Clock } from '../../ports/clock.ts';
import { SimulatedProvider } from '../../simulation/simulated-provider.ts';
import { checkSeries } from './data-check.ts';
import type { MarketData } from './market-data.ts';
import { QUOTAS } from './provider-settings.ts';

/** What is simulated. */
export interface SimulationRequest {
  readonly days: number;
  readonly symbols: number;
  readonly seed: number;
  readonly onProgress: (fraction: number) => void;
}

/** The load: what people and strategies read on each weekday, beside the nightly refresh. */
const LOAD = {
  scansPerWeekday: 9, scanBars: 'the last 100 days of every symbol, hourly from 12:00 to 20:00 UTC',
  backtestsPerWeekday: 60, backtestBars: '6 years of 20 symbols each, at random times', weekend: 'two scans a day',
  refresh: 'every symbol once after each session, from 00:30 UTC, again every 15 minutes what failed', checked: 'before the refresh a rotating sample of 20 symbols a night, the last 130 days',
};
const FAILURE_RATE = 0.05;
const LIE_RATE = 1 / 5_000;
const YEARS = 7;
const SAMPLE = 20;
const HOUR_MS = 3_600_000;
/** A Monday. */
const BEGIN = Date.UTC(2026, 0, 5);

/** Time of which one thing happens after another: whoever waits is called at once, and it is so much later. */
class SequentialClock implements Clock {
  time: Timestamp;

  constructor(time: Timestamp) {
    this.time = time;
  }

  now(): Timestamp {
    return Math.floor(this.time);
  }

  after(delayMs: number, work: () => void): () => void {
    this.time += delayMs;
    work();
    return () => undefined;
  }
}

interface Street {
  readonly clock: SequentialClock;
  readonly chain: ReturnType<typeof failover>;
  readonly providers: readonly SimulatedProvider[];
  readonly fallBacks: () => number;
}

/** Two providers that fail one time in twenty each, one of them down for an hour of every day. */
function street(seed: number, ledger: SqliteProviderLedger | undefined): Street {
  const clock = new SequentialClock(BEGIN);
  const random = new Random(seed);
  // Whose hour it is, and which, changes by the day.
  const outage = (day: number) => new Random(seed * 1_000 + day);
  const isDown = (which: number) => (now: Timestamp) => {
    const lot = outage(Math.floor(now / DAY_MS));
    return lot.integer(2) === which && Math.floor((now % DAY_MS) / HOUR_MS) === lot.integer(24);
  };
  const providers = (['yahoo', 'alphavantage'] as const).map((name, which) => new SimulatedProvider({
    name, clock, random, failureRate: FAILURE_RATE, isDown: isDown(which), lieRate: LIE_RATE,
    spend: ledger === undefined ? () => undefined : quotaGate(name, QUOTAS[name], ledger, clock),
  }));
  let fallBacks = 0;
  return { clock, providers, fallBacks: () => fallBacks, chain: failover(providers, { clock, random, onFallBack: () => { fallBacks += 1; } }) };
}

/** Asks the chain, without cache and quota, every five minutes of a year: the share that was answered. */
export async function simulateYear(seed: number, onProgress: (fraction: number) => void) {
  const { clock, chain, fallBacks } = street(seed, undefined);
  let asked = 0;
  let failed = 0;
  for (let at = BEGIN; at < BEGIN + 365 * DAY_MS; at += 5 * 60_000) {
    clock.time = Math.max(clock.time, at);
    const answer = await chain.quote('S1');
    asked += 1;
    if (!answer.ok) failed += 1;
    if (asked % 5_000 === 0) onProgress((at - BEGIN) / (365 * DAY_MS));
  }
  return { requests: asked, failed, fallBacks: fallBacks(), availability: 1 - failed / asked, failureRate: FAILURE_RATE, outageHoursPerDay: 1, limit: 0.9999 };
}

/** A month of a universe of shares before simulated providers, in virtual time. Everything but the durations of reads hangs on the seed alone. */
class ProviderMonth {
  readonly #request: SimulationRequest;
  readonly #random: Random;
  readonly #symbols: readonly string[];
  readonly #street: Street;
  readonly #cache: BarCache;
  readonly #data: MarketData;
  readonly #readMs: number[] = [];
  readonly #checked = new Set<string>();
  #reads = 0;
  #answered = 0;
  #fromStore = 0;
  #refreshCalls = 0;
  #nights = 0;
  #compared = 0;
  #found = 0;

  constructor(request: SimulationRequest, folder: string) {
    this.#request = request;
    this.#random = new Random(request.seed + 1);
    this.#symbols = Array.from({ length: request.symbols }, (_, i) => `S${i + 1}`);
    const ledger = new SqliteProviderLedger(':memory:');
    const store = new EmbeddedMarketStore(join(folder, 'bars.sqlite'));
    this.#street = street(request.seed, ledger);
    const { chain, clock, providers } = this.#street;
    this.#cache = new BarCache({ store, ledger, provider: chain, clock });
    this.#data = { cache: this.#cache, store, ledger, providers, close: async () => {
      ledger.close();
      await store.close();
    } };
  }

  async run() {
    const { clock, providers } = this.#street;
    // The years before the month are in the store already: they are fetched once, not every month.
    await this.#backfill();
    for (const provider of providers) provider.calls = 0;
    const before = this.#street.fallBacks();
    const calls: Record<string, number[]> = Object.fromEntries(providers.map(({ name }) => [name, []]));
    for (let day = 0; day < this.#request.days; day++) {
      const counts = providers.map((provider) => provider.calls);
      clock.time = Math.max(clock.time, BEGIN + day * DAY_MS);
      await this.#day(day);
      providers.forEach((provider, i) => calls[provider.name].push(provider.calls - counts[i]));
      this.#request.onProgress((day + 1) / this.#request.days);
    }
    await this.#data.close();
    return this.#report(calls, this.#street.fallBacks() - before);
  }

  /** Seven years from an archive, as a first run would have left them. */
  async #backfill(): Promise<void> {
    const clock = new SequentialClock(BEGIN);
    const archive = new SimulatedProvider({ name: 'yahoo', clock, random: new Random(0), failureRate: 0, lieRate: 0, isDown: () => false, spend: () => undefined });
    const span = { from: BEGIN - YEARS * 365 * DAY_MS, to: BEGIN };
    for (const instrument of this.#symbols) {
      const answer = await archive.bars({ symbol: instrument, intervalMs: DAY_MS, span });
      if (answer.ok) await this.#data.store.append({ instrument, intervalMs: DAY_MS }, { source: 'yahoo', knownAt: BEGIN, bars: answer.value.bars, covers: [span] });
    }
  }

  async #day(day: number): Promise<void> {
    const { clock } = this.#street;
    const midnight = BEGIN + day * DAY_MS;
    const weekday = (Math.floor(midnight / DAY_MS) + 3) % 7;
    // After each session: in the night to Tuesday, …, Saturday.
    if (weekday >= 1 && weekday <= 5) await this.#refresh(midnight + HOUR_MS / 2);
    const isWeekend = weekday >= 5;
    const scans = (isWeekend ? [12, 18] : Array.from({ length: LOAD.scansPerWeekday }, (_, i) => 12 + i)).map((hour) => ({ at: midnight + hour * HOUR_MS, scan: true }));
    const backtests = isWeekend ? [] : Array.from({ length: LOAD.backtestsPerWeekday }, () => ({ at: midnight + this.#random.integer(24 * 60) * 60_000, scan: false }));
    for (const { at, scan } of [...scans, ...backtests].toSorted((a, b) => a.at - b.at)) {
      clock.time = Math.max(clock.time, at);
      if (scan) for (const symbol of this.#symbols) await this.#read(symbol, 100 * DAY_MS);
      else for (let i = 0; i < 20; i++) await this.#read(this.#symbols[this.#random.integer(this.#symbols.length)], (YEARS - 1) * 365 * DAY_MS);
    }
  }

  async #refresh(at: Timestamp): Promise<void> {
    const { clock, providers } = this.#street;
    clock.time = Math.max(clock.time, at);
    const called = providers.reduce((sum, provider) => sum + provider.calls, 0);
    await this.#check();
    let left = this.#symbols;
    for (let round = 0; left.length > 0 && round < 40; round++) {
      if (round > 0) clock.time += 15 * 60_000;
      const failed: string[] = [];
      for (const symbol of left) {
        // Our own restraint: a call a second.
        clock.time += 1_000;
        const { failure } = await this.#cache.bars({ instrument: symbol, intervalMs: DAY_MS }, symbol, { from: clock.now() - 10 * DAY_MS, to: clock.now() }, false);
        if (failure !== undefined) failed.push(symbol);
      }
      left = failed;
    }
    this.#refreshCalls += providers.reduce((sum, provider) => sum + provider.calls, 0) - called;
  }

  /** Compares what the night's sample of symbols tells with the second source, which allows few calls. */
  async #check(): Promise<void> {
    const { clock } = this.#street;
    const second = this.#street.providers.slice(1);
    for (let i = 0; i < Math.min(SAMPLE, this.#symbols.length); i++) {
      const instrument = this.#symbols[(this.#nights * SAMPLE + i) % this.#symbols.length];
      clock.time += 15_000;
      const report = await checkSeries({ ...this.#data, providers: second }, { instrument, intervalMs: DAY_MS }, { from: clock.now() - 130 * DAY_MS, to: clock.now() }, clock.now());
      this.#compared += report.compared;
      this.#found += report.differences.length;
      if (report.compared > 0) this.#checked.add(instrument);
    }
    this.#nights += 1;
  }

  async #read(symbol: string, backMs: number): Promise<void> {
    const { clock } = this.#street;
    const began = performance.now();
    const { asked, failure } = await this.#cache.bars({ instrument: symbol, intervalMs: DAY_MS }, symbol, { from: clock.now() - backMs, to: clock.now() }, false);
    this.#reads += 1;
    if (asked === 0) {
      this.#fromStore += 1;
      this.#readMs.push(performance.now() - began);
    }
    if (failure === undefined) this.#answered += 1;
  }

  #report(calls: Readonly<Record<string, readonly number[]>>, fallBacks: number) {
    const sorted = Float64Array.from(this.#readMs).sort();
    const most = Math.max(0, ...calls['alphavantage']);
    const all = this.#reads + this.#refreshCalls;
    return {
      symbols: this.#symbols.length, days: this.#request.days, seed: this.#request.seed, load: LOAD,
      callsPerProvider: Object.fromEntries(Object.entries(calls).map(([name, list]) => [name, { total: sum(list), mostInADay: Math.max(0, ...list), quota: QUOTAS[name as keyof typeof QUOTAS].documented ? 'documented' : 'our own restraint' }])),
      quotaLimitedCallsPerDay: { most, limit: 50 },
      multiSymbolCalls: 0,
      reads: this.#reads, hitRate: this.#fromStore / this.#reads, hitRateWithRefresh: this.#fromStore / all, hitRateLimit: 0.95,
      callsPerDayWithoutCache: Math.round(this.#reads / this.#request.days), availability: this.#answered / this.#reads, fallBacks,
      cachedReadP95Ms: sorted.length === 0 ? null : sorted[Math.floor(0.95 * (sorted.length - 1))],
      crossCheck: { symbols: this.#checked.size, shareOfUniverse: this.#checked.size / this.#symbols.length, bars: this.#compared, disputed: this.#found },
    };
  }
}

function sum(list: readonly number[]): number {
  return list.reduce((total, each) => total + each, 0);
}

/** Simulates a month of a universe of shares. */
export async function simulateMonth(request: SimulationRequest) {
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-'));
  try {
    return await new ProviderMonth(request, folder).run();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
