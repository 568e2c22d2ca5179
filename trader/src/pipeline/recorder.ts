import { format, parseDecimal } from '../domain/exact.ts';
import { LineDigest } from '../domain/id.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order, OrderTerms } from '../domain/order.ts';
import type { Denial, ExecutionReport } from '../domain/report.ts';
import type { Sized } from '../domain/sized.ts';
import type { Journal, OrderRecord, ReportRecord } from '../ports/journal.ts';
import type { Audit } from './engine.ts';

/** Writes what an engine does to the journal, before it is done, and keeps the digest of its orders. */
export class Recorder implements Audit {
  orders = 0;
  readonly #journal: Journal;
  readonly #instruments: readonly Instrument[];
  readonly #moneyScale: number;
  readonly #digest = new LineDigest();
  /** The last order, which goes into the digest when it is on its way. */
  #sent: OrderRecord | undefined;

  constructor(journal: Journal, instruments: readonly Instrument[], moneyScale: number) {
    this.#journal = journal;
    this.#instruments = instruments;
    this.#moneyScale = moneyScale;
  }

  onOrder(order: Order): void {
    const record = orderRecord(order, this.#instruments);
    this.#journal.append(record);
    this.#digestSent();
    this.#sent = record;
    this.orders += 1;
  }

  onReport(report: ExecutionReport): void {
    this.#digestSent();
    this.#journal.append(reportRecord(report, this.#instruments, this.#moneyScale));
  }

  onDenial(denial: Denial): void {
    this.#journal.append({ kind: 'denial', ...denial });
  }

  onSized(sized: Sized): void {
    this.#journal.append({ kind: 'sizing', ...sized });
  }

  /** SHA-256 over the records of all orders so far, in order, as 64 hex digits. */
  digest(): string {
    this.#digestSent();
    return this.#digest.value();
  }

  #digestSent(): void {
    if (this.#sent !== undefined) this.#digest.add(JSON.stringify(this.#sent));
    this.#sent = undefined;
  }
}

/** An order as the journal and the digest write it. */
export function orderRecord(order: Order, instruments: readonly Instrument[]): OrderRecord {
  const { priceScale, quantityScale } = instruments[order.instrument];
  const { clientOrderId, owner, signalId, leg, side, type, timeInForce, quantity, price, tsInit, terms } = order;
  return {
    kind: 'order', clientOrderId, book: owner.name, signalId, leg, side, type, timeInForce,
    quantity: format(quantity, quantityScale), price: type === 'market' ? undefined : format(price, priceScale), tsInit,
    ...(terms && { terms: termsRecord(terms, priceScale) }),
  };
}

function termsRecord({ trigger, ...terms }: OrderTerms, priceScale: number): NonNullable<OrderRecord['terms']> {
  return trigger === undefined ? terms : { ...terms, trigger: format(trigger, priceScale) };
}

function reportRecord(report: ExecutionReport, instruments: readonly Instrument[], moneyScale: number): ReportRecord {
  const { kind, order, tsEvent } = report;
  const head = { kind: 'report', report: kind, clientOrderId: order.clientOrderId, tsEvent } as const;
  if (kind === 'rejected') return { ...head, reason: report.reason };
  if (kind === 'accepted') return { ...head, ...(report.venueOrderId !== undefined && { venueOrderId: report.venueOrderId }) };
  if (kind !== 'filled') return head;
  const { priceScale, quantityScale } = instruments[order.instrument];
  const { tradeId, venueTradeId, price, quantity, fee, taken, feeIn } = report;
  return {
    ...head, tradeId, ...(venueTradeId !== undefined && { venueTradeId }), price: format(price, priceScale), quantity: format(quantity, quantityScale), fee: format(fee, moneyScale),
    ...(taken !== undefined && { taken: format(taken, quantityScale) }), ...(feeIn !== undefined && { feeIn }),
  };
}

/** The report that a record tells of an order: the way back from what `Recorder` writes, exact to the unit. */
export function reportOf(record: ReportRecord, order: Order, instruments: readonly Instrument[], moneyScale: number): ExecutionReport {
  const { report: kind, tsEvent, venueOrderId, venueTradeId } = record;
  if (kind === 'rejected') return { kind, order, tsEvent, reason: record.reason ?? '' };
  if (kind === 'accepted') return { kind, order, tsEvent, ...(venueOrderId !== undefined && { venueOrderId }) };
  if (kind !== 'filled') return { kind, order, tsEvent };
  const { priceScale, quantityScale } = instruments[order.instrument];
  const { tradeId = 0, price = '0', quantity = '0', fee = '0', taken, feeIn } = record;
  return {
    kind, order, tsEvent, tradeId, ...(venueTradeId !== undefined && { venueTradeId }),
    price: parseDecimal(price, priceScale), quantity: parseDecimal(quantity, quantityScale), fee: parseDecimal(fee, moneyScale),
    ...(taken !== undefined && { taken: parseDecimal(taken, quantityScale) }), ...(feeIn !== undefined && { feeIn }),
  };
}
