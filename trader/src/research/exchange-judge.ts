import { abs, add, compare, min, mul, neg, parseDecimal, sub, type Exact } from '../domain/exact.ts';
import { baseOf, type Instrument } from '../domain/instrument.ts';
import type { Timestamp } from '../domain/time.ts';
import type { DifferenceRecord, JournalRecord, ReportRecord } from '../ports/journal.ts';
import type { VenueFill } from '../ports/venue.ts';
import type { Engine } from '../pipeline/engine.ts';
import { FEE_COIN, latest, type ExchangeTruth, type TrueHoldings } from '../simulation/lying-exchange-truth.ts';

/** What must hold, whatever an exchange does to us. */
export const INVARIANTS = {
  oneOrder: 'the venue has taken no order twice',
  fills: 'every trade of the venue is booked once, to its order, as it was',
  position: 'position and cash are the venue\'s, and what others did is known to the unit',
  limit: 'the venue\'s position has never been beyond the limit',
  exits: 'a stop and a take-profit never both fill',
  knownState: 'each order has ended as it did there, or is open; strangers are told',
  restart: 'a restart repeats the journal and changes nothing',
} as const;

/** Something that must hold. */
export type Invariant = keyof typeof INVARIANTS;

/** What did not hold, and where. */
export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
}

/** What a judge looks at when all is quiet. */
export interface Case {
  readonly truth: ExchangeTruth;
  readonly engine: Engine;
  readonly records: readonly JournalRecord[];
  /** Opening cash in account money, whose decimals are those of a price times a quantity. */
  readonly cash: Exact;
  /** The largest position that may ever be held, in quantity units. */
  readonly limit: Exact;
  readonly instruments: readonly Instrument[];
  /** What the account held at the venue before anybody traded. */
  readonly opening: TrueHoldings;
}

/** Compares what we believe with what is true. */
export function judge(one: Case): Violation[] {
  return [...doubles(one), ...fillFaults(one), ...positionFaults(one), ...limitFaults(one), ...exitFaults(one), ...stateFaults(one)];
}

function doubles({ truth }: Case): Violation[] {
  return [...truth.acceptances].filter(([, count]) => count > 1)
    .map(([id, count]) => ({ invariant: 'oneOrder', detail: `${id} was accepted ${count} times` }));
}

function fillFaults({ truth, records, instruments: [{ priceScale, quantityScale }] }: Case): Violation[] {
  const text = (id: string, trade: string | undefined, price: Exact, quantity: Exact, fee: unknown) => `${id} trade ${trade} of ${String(quantity)} at ${String(price)}, fee in ${String(fee)}`;
  const ours = new Map<string, number>();
  for (const { clientOrderId, venueTradeId, price = '', quantity = '', taken, feeIn } of reports(records, 'filled')) {
    // What others did is booked as trades that have no name at the venue.
    if (venueTradeId === undefined) continue;
    const key = text(clientOrderId, venueTradeId, parseDecimal(price, priceScale), parseDecimal(quantity, quantityScale), taken === undefined ? feeIn ?? 'USD' : 'coins');
    ours.set(key, (ours.get(key) ?? 0) + 1);
  }
  const missing = truth.fills.filter(({ clientOrderId }) => truth.acceptances.has(clientOrderId))
    .map(({ clientOrderId, tradeId, price, quantity, feeCurrency }) => text(clientOrderId, tradeId, price, quantity, feeCurrency === 'USD' || feeCurrency === FEE_COIN.currency ? feeCurrency : 'coins'))
    .filter((key) => {
      const count = ours.get(key);
      ours.set(key, (count ?? 0) - 1);
      return count === undefined;
    });
  return [
    ...missing.map((key) => `not booked: ${key}`),
    ...[...ours].filter(([, count]) => count > 0).map(([key]) => `booked, and not the venue's: ${key}`),
  ].map((detail) => ({ invariant: 'fills', detail }));
}

/** Twice: the books are our orders and what was adopted, and the account is the books, what it began with, and what is known to be others'. */
function positionFaults({ truth, engine, records, cash, instruments, opening }: Case): Violation[] {
  const { account } = engine.portfolio;
  const held = truth.heldAt(Infinity);
  const [{ priceScale, quantityScale }] = instruments;
  const units = (text: string) => parseDecimal(text, quantityScale);
  const found = differences(records);
  const faults = held.positions.flatMap((position, instrument) => {
    const books = engine.portfolio.netQuantity(instrument);
    const here = found.filter((one) => one.what === 'position' && one.instrument === instrument) as readonly PositionDifference[];
    const adopted = here.reduce<Exact>((sum, { ours }) => add(sum, units(ours)), 0);
    const others = here.reduce<Exact>((sum, { quantity, ours }) => add(sum, sub(units(quantity), units(ours))), openingOf(records, instrument, quantityScale));
    return [
      ...(compare(books, add(truth.ours.positions[instrument], adopted)) === 0 ? [] : [`our orders came to ${truth.ours.positions[instrument]} of market ${instrument}, ${adopted} was adopted, and the books hold ${books}`]),
      ...(compare(position, add(books, others)) === 0 ? [] : [`the venue holds ${position} of market ${instrument}, the books ${books}, and ${others} is known as others'`]),
    ];
  });
  faults.push(...inventions(found, { truth, records, instruments, opening }));
  const spent = found.reduce<Exact>((sum, one) => (one.what === 'position' ? add(sum, mul(parseDecimal(one.price, priceScale), units(one.ours))) : sum), 0);
  const coins = truth.fills.filter(({ feeCurrency }) => feeCurrency === FEE_COIN.currency).length;
  const worth = mul(coins, parseDecimal(String(FEE_COIN.worth * Number(FEE_COIN.fee)), account.moneyScale));
  const { money = '0', tsEvent: since = Infinity } = records.find((record) => record.kind === 'opening') ?? {};
  const charged = truth.payments.reduce<Exact>((sum, { paid, tsEvent }) => (tsEvent > since ? add(sum, parseDecimal(paid, account.moneyScale)) : sum), 0);
  const off = sub(account.cash, sub(sub(sub(add(cash, truth.ours.money), spent), worth), charged));
  if (off !== 0) faults.push(`our cash is off by ${off}`);
  const known = found.reduce<Exact>((sum, one) => (one.what === 'money' ? add(sum, parseDecimal(one.quantity, account.moneyScale)) : sum), parseDecimal(money, account.moneyScale));
  const unknown = sub(held.money, add(known, add(sub(account.cash, cash), worth)));
  if (unknown !== 0) faults.push(`the venue's money is off by ${unknown}, which began with ${opening.money}`);
  return faults.map((detail) => ({ invariant: 'position', detail }));
}

/** Differences that were settled and that nobody had made: what is known of others at a moment is what they had done shortly before. */
function inventions(found: readonly DifferenceRecord[], { truth, records, instruments, opening }: Pick<Case, 'truth' | 'records' | 'instruments' | 'opening'>): string[] {
  return instruments.flatMap(({ quantityScale }, instrument) => {
    const byHand = truth.fills.filter((fill) => fill.instrument === instrument && !truth.acceptances.has(fill.clientOrderId));
    const doneBy = (at: Timestamp) => byHand.reduce<Exact>((sum, { side, quantity, tsEvent }) => (tsEvent > at ? sum : side === 'buy' ? add(sum, quantity) : sub(sum, quantity)), opening.positions[instrument]);
    let known = openingOf(records, instrument, quantityScale);
    return found.flatMap((one) => {
      if (one.what !== 'position' || one.instrument !== instrument) return [];
      known = add(known, parseDecimal(one.quantity, quantityScale));
      const moments = [one.tsEvent - LAG_MS, ...byHand.map(({ tsEvent }) => tsEvent).filter((at) => at > one.tsEvent - LAG_MS && at <= one.tsEvent)];
      return moments.some((at) => doneBy(at) === known) ? [] : [`${one.quantity} of market ${instrument} were settled as others', who had done nothing of the kind`];
    });
  });
}

/** So long may pass until a difference is settled: answers are behind and slow, and it is looked at twice. */
const LAG_MS = 60_000;

type PositionDifference = DifferenceRecord & { readonly what: 'position' };

function differences(records: readonly JournalRecord[]): DifferenceRecord[] {
  return records.filter((record): record is DifferenceRecord => record.kind === 'difference');
}

function openingOf(records: readonly JournalRecord[], instrument: number, quantityScale: number): Exact {
  const opening = records.find((record) => record.kind === 'opening');
  return parseDecimal(opening?.positions[instrument] ?? '0', quantityScale);
}

/**
 * Our position through time: our own trades, and what the books took over. Only what others added may be beyond the
 * limit. What was on its way when we heard of others could not know of them: it may count before what they did.
 */
function limitFaults({ truth, records, limit, instruments }: Case): Violation[] {
  const decided = new Map(records.flatMap((record, place) => (record.kind === 'order' ? [[record.clientOrderId, place]] : [])));
  return instruments.flatMap((instrument, at) => {
    const others = records.flatMap((one, place) => (one.kind === 'difference' && one.what === 'position' && one.instrument === at
      ? [{ tsEvent: one.tsEvent, by: parseDecimal(one.ours, instrument.quantityScale), unheard: 0, own: false, place }] : []));
    const own = truth.fills.filter((fill) => fill.instrument === at && truth.acceptances.has(fill.clientOrderId)).map((fill) => {
      const unheard = others.filter(({ tsEvent, place }) => tsEvent <= fill.tsEvent && fill.tsEvent <= tsEvent + LAG_MS && (decided.get(fill.clientOrderId) ?? Infinity) < place);
      return { tsEvent: fill.tsEvent, by: changeOf(fill, instrument), unheard: unheard.reduce<Exact>((sum, { by }) => add(sum, by), 0), own: true };
    });
    let [held, allowed]: Exact[] = [0, limit];
    const beyond = [...own, ...others].sort((a, b) => a.tsEvent - b.tsEvent).flatMap((step) => {
      const before = abs(held);
      held = add(held, step.by);
      const grown = sub(abs(held), before);
      if (compare(grown, 0) <= 0) return [];
      if (!step.own) allowed = add(allowed, grown);
      const least = min(abs(held), abs(sub(held, step.unheard)));
      return compare(least, allowed) > 0 ? [sub(least, allowed)] : [];
    });
    return beyond.slice(0, 1).map((by): Violation => ({ invariant: 'limit', detail: `our position in market ${at} was ${by} beyond what may be held` }));
  });
}

/** No exit sells more than its book holds: where two stood and both filled, the second opened the other side. Only where others left our positions alone. */
function exitFaults({ records, instruments: [{ quantityScale }] }: Case): Violation[] {
  const orders = new Map(records.flatMap((record) => (record.kind === 'order' ? [[record.clientOrderId, record]] : [])));
  if ([...orders.values()].some(({ leg }) => leg === 'external')) return [];
  const held = new Map<string, Exact>();
  return reports(records, 'filled').flatMap(({ clientOrderId, quantity = '0', taken = '0' }): Violation[] => {
    const order = orders.get(clientOrderId);
    if (order === undefined) return [];
    const [before, traded] = [held.get(order.book) ?? 0, parseDecimal(quantity, quantityScale)];
    const after = sub(add(before, order.side === 'buy' ? traded : neg(traded)), parseDecimal(taken, quantityScale));
    held.set(order.book, after);
    const exit = order.leg === 'stop' || order.leg === 'take-profit';
    return exit && Number(before) * Number(after) < 0 ? [{ invariant: 'exits', detail: `the ${order.leg} ${clientOrderId} took ${order.book} from ${before} to ${after}` }] : [];
  });
}

/** What a trade does to a position: less than it says where the fee is kept from it. */
function changeOf({ side, quantity, fee, feeCurrency }: VenueFill, instrument: Instrument): Exact {
  return sub(side === 'buy' ? quantity : neg(quantity), feeCurrency === baseOf(instrument) ? parseDecimal(fee, instrument.quantityScale) : 0);
}

/** Every order of the journal against the venue's last word on it, and the other way round. */
function stateFaults({ truth, engine, records }: Case): Violation[] {
  const working = new Set(engine.books.flatMap((book) => Array.from({ length: book.working.length }, (_, at) => book.working.at(at).order.clientOrderId)));
  const ends = new Map<string, string>();
  const filled = new Map<string, Exact>();
  for (const { report, clientOrderId, quantity } of reports(records)) {
    if (report === 'filled') filled.set(clientOrderId, add(filled.get(clientOrderId) ?? 0, Number(quantity)));
    else if (report !== 'accepted') ends.set(clientOrderId, report);
  }
  const faults: string[] = [];
  const known = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'order' || record.leg === 'external') continue;
    const { clientOrderId: id, quantity } = record;
    known.add(id);
    const there = truth.orders.findLast(({ order }) => order.clientOrderId === id);
    const status = there ? latest(there).status : 'never taken';
    const whole = compare(filled.get(id) ?? 0, Number(quantity)) === 0;
    const here = ends.get(id) ?? (whole ? 'filled' : working.has(id) ? 'open' : 'unknown');
    if (here !== (status === 'never taken' ? 'rejected' : status)) faults.push(`${id} is ${here} here, and ${status} there`);
  }
  faults.push(...truth.orders.filter(({ order }) => !known.has(order.clientOrderId)).map(({ order }) => `${order.clientOrderId} is at the venue, and not in the journal`));
  faults.push(...strangers(truth, records));
  return faults.map((detail) => ({ invariant: 'knownState', detail }));
}

/** Trades of others since the account was first met that the journal does not tell of. */
function strangers(truth: ExchangeTruth, records: readonly JournalRecord[]): string[] {
  const told = new Set(records.flatMap((record) => (record.kind === 'stranger' ? [record.venueOrderId] : [])));
  const since = records.find((record) => record.kind === 'opening')?.tsEvent ?? Infinity;
  const first = records.find((record) => record.kind === 'place');
  return truth.fills.slice(Number(first?.fills ?? 0)).filter(({ clientOrderId, venueOrderId, tsEvent }) => tsEvent > since && !truth.acceptances.has(clientOrderId) && !told.has(venueOrderId))
    .map(({ tradeId }) => `nobody was told of trade ${tradeId}, which is not ours`);
}

function reports(records: readonly JournalRecord[], kind?: ReportRecord['report']): ReportRecord[] {
  return records.filter((record): record is ReportRecord => record.kind === 'report' && (kind === undefined || record.report === kind));
}
