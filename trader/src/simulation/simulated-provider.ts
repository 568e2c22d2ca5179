import { allocateBars } from '../domain/bar.ts';
import type { Random } from '../domain/random.ts';
import type { Result } from '../domain/result.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';
import type { BarProvider, BarRequest, ProvidedBars, ProvidedQuote, ProviderFailure, ProviderFailureKind } from '../ports/bar-provider.ts';
import type { Clock } from '../ports/clock.ts';

/** How a simulated provider behaves. */
export interface SimulatedProviderSpec {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Share of requests that fail, each by itself. */
  readonly failureRate: number;
  /** Whether it is down at a moment. */
  readonly isDown: (now: Timestamp) => boolean;
  /** Takes a call of its quota, or gives the failure that stands for the answer. */
  readonly spend: () => ProviderFailure | undefined;
  /** Share of bars whose prices it tells 1 % too high, the same ones whenever it is asked. */
  readonly lieRate: number;
}

const FAULTS: readonly ProviderFailureKind[] = ['server-error', 'timed-out', 'wrong-shape', 'empty', 'stale', 'rate-limited'];
/** An answer takes from 80 ms up to ten times as long, the long ones seldom. */
const LATENCY_MS = 80;
const TIMEOUT_MS = 15_000;

/**
 * A provider of daily bars of invented shares, for judging what stands in front of it: it has a bar for
 * every weekday, waits, fails and lies by chance from a seed. Two of them tell the same prices where neither lies.
 */
export class SimulatedProvider implements BarProvider {
  readonly name: string;
  /** Requests that reached it. */
  calls = 0;
  readonly #spec: SimulatedProviderSpec;

  constructor(spec: SimulatedProviderSpec) {
    this.name = spec.name;
    this.#spec = spec;
  }

  async bars({ symbol, intervalMs, span }: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>> {
    const fault = await this.#fault(symbol);
    if (fault !== undefined) return { ok: false, error: fault };
    const closed = Math.min(span.to, Math.floor(this.#spec.clock.now() / intervalMs) * intervalMs);
    const days: Timestamp[] = [];
    for (let day = Math.ceil(span.from / DAY_MS) * DAY_MS; day < closed; day += DAY_MS) if (isWeekday(day)) days.push(day);
    const bars = allocateBars(days.length);
    days.forEach((day, i) => {
      const scale = hash(`${this.name} ${symbol} ${day}`) < this.#spec.lieRate ? 1.01 : 1;
      const close = priceOf(symbol, day) * scale;
      const open = priceOf(symbol, day - DAY_MS) * scale;
      bars.timestamp[i] = day;
      bars.open[i] = open;
      bars.close[i] = close;
      bars.high[i] = Math.max(open, close) * 1.005;
      bars.low[i] = Math.min(open, close) * 0.995;
      bars.volume[i] = 1_000 + Math.floor(hash(`${symbol} ${day} volume`) * 1e6);
    });
    return { ok: true, value: {
      source: this.name, bars, covers: span.from < closed ? [{ from: span.from, to: closed }] : [], refused: [],
      facts: { currency: 'USD', timeZone: 'America/New_York', adjusted: 'splits', splits: [], dividends: [] },
    } };
  }

  async quote(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>> {
    const fault = await this.#fault(symbol);
    const now = this.#spec.clock.now();
    return fault === undefined ? { ok: true, value: { source: this.name, symbol, price: priceOf(symbol, now), currency: 'USD', tsEvent: now } } : { ok: false, error: fault };
  }

  /** Spends a call, waits as long as an answer takes, and gives the fault if there is one. */
  async #fault(symbol: string): Promise<ProviderFailure | undefined> {
    const { spend, clock, random, isDown, failureRate } = this.#spec;
    const spent = spend();
    if (spent !== undefined) return spent;
    this.calls += 1;
    const down = isDown(clock.now());
    const kind = down ? 'timed-out' : random.next() < failureRate ? FAULTS[random.integer(FAULTS.length)] : undefined;
    await new Promise<void>((resolve) => { clock.after(kind === 'timed-out' ? TIMEOUT_MS : LATENCY_MS * (1 + 9 * random.next() ** 4), resolve); });
    return kind === undefined ? undefined : { kind, provider: this.name, message: `${this.name}: ${symbol}: ${down ? 'it is down' : kind}` };
  }
}

/** Monday to Friday; the epoch was a Thursday. */
function isWeekday(day: Timestamp): boolean {
  return ![2, 3].includes(Math.floor(day / DAY_MS) % 7);
}

/** A price that wanders over months and trembles from day to day. */
function priceOf(symbol: string, time: Timestamp): number {
  const day = Math.floor(time / DAY_MS);
  return (20 + 180 * hash(symbol)) * (1 + 0.3 * Math.sin(day / 60 + 7 * hash(`${symbol} phase`)) + 0.02 * (hash(`${symbol} ${day}`) - 0.5));
}

/** A text as a number in [0, 1): FNV-1a, its bits mixed once more. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  return ((value ^ (value >>> 15)) >>> 0) / 2 ** 32;
}
