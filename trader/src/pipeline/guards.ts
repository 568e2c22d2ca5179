import { add, sub, toNumber, type Exact } from '../domain/exact.ts';
import { baseOf, type Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Book } from './book.ts';
import type { Portfolio } from './portfolio.ts';

/** An order that would add risk, as the guards see it; money and quantities as float64. */
export interface Intent {
  /** Event time of the decision. */
  readonly now: Timestamp;
  /** Last price of the instrument, and when it was seen. */
  readonly mark: number;
  readonly tsMark: Timestamp;
  /** The price before the last one; the last one itself where there was none before. */
  readonly reference: number;
  /** Price at which the order may trade: its limit, or the mark for a market order. */
  readonly price: number;
  /** Value of the order at the highest price that it names, or at the mark where that is higher. */
  readonly notional: number;
  /** Value of all books, each at the largest it can become with what is on its way, this order included. */
  readonly exposure: number;
  readonly equity: number;
  /** Highest equity so far. */
  readonly peakEquity: number;
  /** The sub-position that it is of, and what it would add: signed, in quantity units. */
  readonly book: Book;
  readonly gap: Exact;
  /** All sub-positions, what they trade, and the account that they share. */
  readonly books: readonly Book[];
  readonly instruments: readonly Instrument[];
  readonly portfolio: Portfolio;
}

/** What a guard found: the value it looked at, beyond the limit it holds. */
export interface Violation {
  /** Which part of the guard, where it has several; else its own name counts. */
  readonly rule?: string;
  readonly value: number;
  readonly limit: number;
}

/** How a limit reads for a person: what of it an order would use, and what is used without one. It changes nothing. */
export interface Reading {
  readonly unit: 'money' | 'share' | 'count' | 'ms';
  /** One limit for the account, or one for each market, or for each coin or group. */
  readonly scope: 'account' | 'market';
  /** What the limit of this market is about; null for the account. Markets of one subject share a limit. */
  subject(intent: Intent): string | null;
  /** What `check` holds against the limit; undefined where the rule has nothing to say of it. */
  value(intent: Intent): number | undefined;
  limit(intent: Intent): number;
  /** What is used already, of an intent of no size; `value` where it is absent. */
  used?(intent: Intent): number | undefined;
}

/** A rule that every order which adds risk must pass; orders that only take risk off are not asked. */
export interface Guard {
  readonly rule: string;
  check(intent: Intent): Violation | undefined;
  /** As `check`, for who only asks: it changes nothing, and counts nothing. Absent where `check` itself changes nothing. */
  judge?(intent: Intent): Violation | undefined;
  /** For who shows limits; absent for a guard that shows its own. */
  readonly reading?: Reading;
  /** Told once of the account that it guards, before anything has happened there. */
  attach?(portfolio: Portfolio, books: readonly Book[]): void;
  /** What may be lost before its nearest limit, account money in exact units; absent for a guard without such limits. */
  room?(): Exact;
  /** Told of every order that is sent, also of those that it was not asked about. */
  sent?(now: Timestamp, order: Order): void;
  /** Its limits from here on, in the order in which it was made with them; absent for a guard whose limits stand. What it has counted stays. */
  adjust?(limits: readonly number[]): void;
}

// What cannot be judged, NaN, does not pass.
const above = (value: number, limit: number) => (value <= limit ? undefined : { value, limit });

/** The most units that a book can come to hold on one side (1 long, −1 short) once all that is on its way there has filled, the order that is asked about included. */
export function reach({ book, gap, instruments }: Intent, other: Book, side: 1 | -1): number {
  const { quantityScale } = instruments[other.instrument];
  const asked = other === book && (gap > 0) === (side > 0) ? gap : 0;
  return side > 0
    ? toNumber(add(add(other.quantity, other.buying), asked), quantityScale)
    : -toNumber(add(sub(other.quantity, other.selling), asked), quantityScale);
}

/** Value of those books that `counts`, each at the largest it can become. */
function worth(intent: Intent, counts: (book: Book) => boolean): number {
  let sum = 0;
  for (const other of intent.books) {
    if (!counts(other)) continue;
    const most = Math.max(reach(intent, other, 1), reach(intent, other, -1));
    if (most > 0) sum += most * intent.portfolio.marks[other.instrument];
  }
  return sum;
}

/** What a limit is about where it is one for each market. */
const market = ({ book, instruments }: Intent) => instruments[book.instrument].id;
const account = () => null;

/** No single order above this value, in account currency. */
export function maxNotional(limit: number): Guard {
  return {
    rule: 'notional', check: (intent) => above(intent.notional, limit),
    reading: { unit: 'money', scope: 'account', subject: account, value: ({ notional }) => notional, limit: () => limit, used: largestOrder },
    adjust([to]) { limit = to; },
  };
}

/** Value of the largest order that is on its way. */
function largestOrder({ books, instruments, portfolio }: Intent): number {
  let largest = 0;
  for (const { working, instrument } of books) {
    for (let at = 0; at < working.length; at++) {
      const { leaves, protective } = working.at(at);
      if (!protective) largest = Math.max(largest, toNumber(leaves, instruments[instrument].quantityScale) * portfolio.marks[instrument]);
    }
  }
  return largest;
}

/** All positions together, late fills included, at most this multiple of equity. */
export function maxExposure(multiple: number): Guard {
  return {
    rule: 'exposure', check: (intent) => above(intent.exposure, multiple * intent.equity),
    reading: { unit: 'money', scope: 'account', subject: account, value: ({ exposure }) => exposure, limit: ({ equity }) => multiple * equity },
    adjust([to]) { multiple = to; },
  };
}

/**
 * At most `count` orders in any window of `windowMs`, event time; those that take risk off count too but always pass.
 * What answers the opening of a long bar is dated at it, before what other markets have told since: for the count, time
 * never goes back.
 */
export function maxOrderRate(count: number, windowMs: number): Guard {
  const times: Timestamp[] = [];
  let latest = -Infinity;
  const sent = (now: Timestamp) => {
    const since = Math.max(latest, now) - windowMs;
    return times.reduce((sum, time) => (time > since ? sum + 1 : sum), 0);
  };
  return {
    rule: 'order-rate',
    check(intent) {
      latest = Math.max(latest, intent.now);
      while (times.length > 0 && times[0] <= latest - windowMs) times.shift();
      return above(times.length + 1, count);
    },
    judge: ({ now }) => above(sent(now) + 1, count),
    sent(now) {
      latest = Math.max(latest, now);
      times.push(latest);
    },
    reading: { unit: 'count', scope: 'account', subject: account, value: ({ now }) => sent(now) + 1, used: ({ now }) => sent(now), limit: () => count },
    adjust([to]) { count = to; },
  };
}

/** An order's price may differ from the last one before it by at most this share: no order into a spike or a bad print. */
export function priceCollar(share: number): Guard {
  return {
    rule: 'price-collar', check: (intent) => above(Math.abs(intent.price / intent.reference - 1), share),
    reading: { unit: 'share', scope: 'market', subject: market, value: ({ price, reference }) => Math.abs(price / reference - 1), limit: () => share },
    adjust([to]) { share = to; },
  };
}

/** No order on a price older than this. */
export function staleData(maxAgeMs: number): Guard {
  return {
    rule: 'stale-data', check: (intent) => above(intent.now - intent.tsMark, maxAgeMs),
    reading: { unit: 'ms', scope: 'market', subject: market, value: ({ now, tsMark }) => now - tsMark, limit: () => maxAgeMs },
    adjust([to]) { maxAgeMs = to; },
  };
}

/** No new risk while equity is more than this share below its peak. */
export function maxDrawdown(share: number): Guard {
  return {
    rule: 'drawdown', check: (intent) => above(1 - intent.equity / intent.peakEquity, share),
    reading: { unit: 'share', scope: 'account', subject: account, value: ({ equity, peakEquity }) => 1 - equity / peakEquity, limit: () => share },
    adjust([to]) { share = to; },
  };
}

/** All books of one instrument together worth at most this share of equity. */
export function maxPosition(share: number): Guard {
  const value = (intent: Intent) => worth(intent, ({ instrument }) => instrument === intent.book.instrument);
  return {
    rule: 'position', check: (intent) => above(value(intent), share * intent.equity),
    reading: { unit: 'money', scope: 'market', subject: market, value, limit: ({ equity }) => share * equity },
    adjust([to]) { share = to; },
  };
}

/** Everything that depends on one currency or coin, in whatever contract, worth at most this share of equity. */
export function maxCurrencyExposure(share: number): Guard {
  const base = remembered();
  const coin = ({ instruments, book }: Intent) => base(instruments[book.instrument]);
  const value = (intent: Intent) => {
    const own = coin(intent);
    return worth(intent, ({ instrument }) => base(intent.instruments[instrument]) === own);
  };
  return {
    rule: 'currency-exposure', check: (intent) => above(value(intent), share * intent.equity),
    reading: { unit: 'money', scope: 'market', subject: coin, value, limit: ({ equity }) => share * equity },
    adjust([to]) { share = to; },
  };
}

/** What rises and falls together, named by base currency or symbol, worth at most this share of equity. The rule is named after the group: `group:crypto`. */
export function maxGroupExposure(name: string, members: readonly string[], share: number): Guard {
  const base = remembered();
  const within = ({ instruments }: Intent, { instrument }: Book) => members.includes(base(instruments[instrument]));
  const value = (intent: Intent) => (within(intent, intent.book) ? worth(intent, (book) => within(intent, book)) : undefined);
  return {
    rule: `group:${name}`,
    check(intent) {
      const found = value(intent);
      return found === undefined ? undefined : above(found, share * intent.equity);
    },
    reading: { unit: 'money', scope: 'market', subject: () => name, value, limit: ({ equity }) => share * equity },
    adjust([to]) { share = to; },
  };
}

/** `baseOf`, which reads an id once. */
function remembered(): (instrument: Instrument) => string {
  const known = new Map<Instrument, string>();
  return (instrument) => {
    let base = known.get(instrument);
    if (base === undefined) {
      base = baseOf(instrument);
      known.set(instrument, base);
    }
    return base;
  };
}

/** After more than so many losing trades in a row, no new risk until `pauseMs` after the last of them closed. */
export function maxLossStreak(losses: number, pauseMs: number): Guard {
  const value = ({ now, portfolio: { trades } }: Intent) => {
    const streak = trades.losses;
    return streak > 0 && now < trades.at(trades.length - 1).tsExit + pauseMs ? streak : undefined;
  };
  return {
    rule: 'loss-streak',
    check(intent) {
      const streak = value(intent);
      return streak === undefined ? undefined : above(streak, losses);
    },
    reading: { unit: 'count', scope: 'account', subject: account, value, limit: () => losses, used: (intent) => value(intent) ?? 0 },
    adjust([most, pause]) { [losses, pauseMs] = [most, pause]; },
  };
}

/** One opinion adds risk with so many orders at most: a strategy, or a fault, that asks again for what was sent already is denied. */
export function maxOrdersPerOpinion(count: number): Guard {
  const sent = new Map<Book['index'], { readonly signalId: number; orders: number }>();
  const orders = ({ index, signalId }: Book) => {
    const last = sent.get(index);
    return last?.signalId === signalId ? last.orders : 0;
  };
  return {
    rule: 'duplicate-intent',
    check({ book }) {
      const before = orders(book);
      return before > 0 ? above(before + 1, count) : undefined;
    },
    sent(_now, { owner, signalId, leg }) {
      if (leg !== 'target') return;
      const last = sent.get(owner.index);
      if (last?.signalId === signalId) last.orders += 1;
      else sent.set(owner.index, { signalId, orders: 1 });
    },
    reading: {
      unit: 'count', scope: 'account', subject: account, limit: () => count,
      // Each opinion has its order: there is no distance to it that a person could watch.
      value: ({ book }) => orders(book) + 1, used: () => undefined,
    },
    adjust([to]) { count = to; },
  };
}
