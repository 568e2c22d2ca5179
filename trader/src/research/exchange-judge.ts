import { add, compare, sub, type Exact } from '../domain/exact.ts';
import type { ReportRecord, JournalRecord } from '../ports/journal.ts';
import type { Engine } from '../pipeline/engine.ts';
import { latest, type ExchangeTruth } from '../simulation/lying-exchange-truth.ts';

/** What must hold, whatever an exchange does to us. */
export const INVARIANTS = {
  oneOrder: 'the venue has taken no order twice',
  fills: 'every trade of the venue is booked once, to its order, as it was',
  position: 'position and cash are the venue\'s',
  limit: 'the venue\'s position has never been beyond the limit',
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
  /** The venue's ids of orders that a person was told are not ours. */
  readonly foreign: ReadonlySet<string>;
  /** Opening cash in account money, whose decimals are those of a price times a quantity. */
  readonly cash: Exact;
  /** The largest position that may ever be held, in quantity units. */
  readonly limit: Exact;
}

/** Compares what we believe with what is true. */
export function judge(one: Case): Violation[] {
  return [...doubles(one), ...fillFaults(one), ...positionFaults(one), ...limitFaults(one), ...stateFaults(one)];
}

function doubles({ truth }: Case): Violation[] {
  return [...truth.acceptances].filter(([, count]) => count > 1)
    .map(([id, count]) => ({ invariant: 'oneOrder', detail: `${id} was accepted ${count} times` }));
}

function fillFaults({ truth, records }: Case): Violation[] {
  const text = (id: string, trade: string | undefined, price: unknown, quantity: unknown) => `${id} trade ${trade} of ${String(quantity)} at ${String(price)}`;
  const ours = new Map<string, number>();
  for (const { clientOrderId, venueTradeId, price = '', quantity } of reports(records, 'filled')) {
    const key = text(clientOrderId, venueTradeId, Math.round(Number(price) * 100), quantity);
    ours.set(key, (ours.get(key) ?? 0) + 1);
  }
  const missing = truth.fills.filter(({ clientOrderId }) => truth.acceptances.has(clientOrderId))
    .map(({ clientOrderId, tradeId, price, quantity }) => text(clientOrderId, tradeId, price, quantity))
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

function positionFaults({ truth, engine, cash }: Case): Violation[] {
  const faults = truth.positions.flatMap((position, instrument) => {
    const ours = engine.portfolio.netQuantity(instrument);
    return compare(position, ours) === 0 ? [] : [`the venue holds ${position} and we believe ${ours}`];
  });
  const difference = sub(engine.portfolio.account.cash, sub(cash, truth.paid));
  if (difference !== 0) faults.push(`our cash is off by ${difference}`);
  return faults.map((detail) => ({ invariant: 'position', detail }));
}

function limitFaults({ truth, limit }: Case): Violation[] {
  return truth.peaks.filter((peak) => compare(peak, limit) > 0)
    .map((peak) => ({ invariant: 'limit', detail: `the venue's position was ${peak}, where at most ${limit} may be held` }));
}

/** Every order of the journal against the venue's last word on it, and the other way round. */
function stateFaults({ truth, engine, records, foreign }: Case): Violation[] {
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
    if (record.kind !== 'order') continue;
    const { clientOrderId: id, quantity } = record;
    known.add(id);
    const there = truth.orders.findLast(({ order }) => order.clientOrderId === id);
    const status = there ? latest(there).status : 'never taken';
    const whole = compare(filled.get(id) ?? 0, Number(quantity)) === 0;
    const here = ends.get(id) ?? (whole ? 'filled' : working.has(id) ? 'open' : 'unknown');
    if (here !== (status === 'never taken' ? 'rejected' : status)) faults.push(`${id} is ${here} here, and ${status} there`);
  }
  faults.push(...truth.orders.filter(({ order }) => !known.has(order.clientOrderId)).map(({ order }) => `${order.clientOrderId} is at the venue, and not in the journal`));
  const strangers = truth.fills.filter(({ clientOrderId, venueOrderId }) => !truth.acceptances.has(clientOrderId) && !foreign.has(venueOrderId));
  faults.push(...strangers.map(({ tradeId }) => `nobody was told of trade ${tradeId}, which is not ours`));
  return faults.map((detail) => ({ invariant: 'knownState', detail }));
}

function reports(records: readonly JournalRecord[], kind?: ReportRecord['report']): ReportRecord[] {
  return records.filter((record): record is ReportRecord => record.kind === 'report' && (kind === undefined || record.report === kind));
}
