import type { JournalRecord } from '../../ports/journal.ts';

/** A record and its place in the journal. */
export interface Sequenced {
  readonly sequence: number;
  readonly record: JournalRecord;
}

/** Rows for each table, as JSON that Postgres reads into its columns: decimals stay text on the way. */
export interface Rows {
  readonly orders: object[];
  readonly report: object[];
  readonly fill: object[];
  readonly denial: object[];
  readonly event: object[];
}

/** What records come to as rows. Bars stay where they are: in the journal, and in the store of bars. */
export function rowsOf(records: readonly Sequenced[]): Rows {
  const rows: Rows = { orders: [], report: [], fill: [], denial: [], event: [] };
  for (const { sequence, record } of records) {
    switch (record.kind) {
      case 'run':
      case 'bar':
        break;
      case 'order':
        rows.orders.push({
          sequence, client_order_id: record.clientOrderId, book: record.book, signal_id: record.signalId, leg: record.leg, side: record.side, type: record.type,
          time_in_force: record.timeInForce, quantity: record.quantity, price: record.price, terms: record.terms, decided_at: moment(record.tsInit),
        });
        break;
      case 'report':
        rows.report.push({ sequence, client_order_id: record.clientOrderId, kind: record.report, reported_at: moment(record.tsEvent), reason: record.reason, venue_order_id: record.venueOrderId });
        if (record.report === 'filled') {
          rows.fill.push({
            sequence, client_order_id: record.clientOrderId, trade_id: record.venueTradeId ?? String(record.tradeId), price: record.price, quantity: record.quantity, fee: record.fee,
            taken: record.taken, fee_in: record.feeIn, filled_at: moment(record.tsEvent),
          });
        }
        break;
      case 'denial':
        rows.denial.push({ sequence, rule: record.rule, owner: record.owner, side: record.side, quantity: record.quantity, value: record.value, limit: record.limit, denied_at: moment(record.tsEvent) });
        break;
      default:
        rows.event.push({ sequence, kind: record.kind, record });
    }
  }
  return rows;
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}
