import { format, mul, neg, parseDecimal, rescale } from '../../domain/exact.ts';
import { Position } from '../../domain/position.ts';
import type { FillFact } from '../../ports/engine-feed.ts';
import type { ArchivedFill, FillArchive } from '../../ports/fill-archive.ts';
import type { NoteStore } from '../../ports/note-store.ts';
import { present, type Handlers } from '../call.ts';
import type { EngineReplica } from '../replica.ts';
import type { TripHistory } from '../trip-history.ts';

/** What is handed out as files. */
export interface ExportParts {
  readonly replica: EngineReplica;
  readonly notes: NoteStore;
  readonly history: TripHistory;
  /** All fills of a run; where it is absent, the newest that the replica holds are told. */
  readonly fills?: FillArchive;
}

type Cell = string | number | boolean | null;

/** The record of the run as CSV (RFC 4180): one header, times as ISO 8601. */
export function exportHandlers({ replica, notes, history, fills: archive }: ExportParts): Handlers<'exportCsv'> {
  return {
    async exportCsv({ params: { what }, query: { from = -Infinity, to = Infinity } }) {
      const run = present(replica.facts, 'the trading loop');
      const within = (at: number) => at >= from && at < to;
      switch (what) {
        case 'trips': return csv((await history.all()).filter(({ exitTime }) => within(exitTime)), {
          id: (each) => each.id, book: (each) => each.book, strategy: (each) => each.strategy, instrument: (each) => each.instrument, side: (each) => each.side,
          quantity: (each) => each.quantity, entry_time: (each) => iso(each.entryTime), entry_price: (each) => each.entryPrice, exit_time: (each) => iso(each.exitTime),
          exit_price: (each) => each.exitPrice, fees: (each) => each.fees, pnl: (each) => each.pnl,
        });
        case 'fills': return csv((await allFills(run, archive)).filter(({ tsEvent }) => within(tsEvent)), {
          id: (each) => each.id, time: (each) => iso(each.tsEvent), order: (each) => each.clientOrderId, book: (each) => each.book, instrument: (each) => each.instrument,
          side: (each) => each.side, leg: (each) => each.leg, quantity: (each) => each.quantity, price: (each) => each.price, fee: (each) => each.fee, realised: (each) => each.realised,
        });
        case 'orders': return csv([...run.orders.values()].filter(({ tsInit }) => within(tsInit)), {
          id: (each) => each.clientOrderId, time: (each) => iso(each.tsInit), book: (each) => each.book, instrument: (each) => each.instrument, side: (each) => each.side,
          type: (each) => each.type, time_in_force: (each) => each.timeInForce, quantity: (each) => each.quantity, price: (each) => each.price, filled: (each) => each.filled,
          average_price: (each) => each.averagePrice, state: (each) => each.state, reason: (each) => each.reason, by: (each) => each.by,
        });
        case 'equity': return csv(run.equity.all().filter(([at]) => within(at)), { time: ([at]) => iso(at), equity: ([, equity]) => equity });
        case 'notes': return csv(notes.list().filter(({ at }) => within(at)), {
          id: (each) => each.id, trade: (each) => each.trade, time: (each) => iso(each.at), by: (each) => each.by, text: (each) => each.text, tags: (each) => each.tags.join(', '),
        });
      }
    },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function csv<T>(rows: readonly T[], columns: Readonly<Record<string, (row: T) => Cell>>): string {
  const lines = rows.map((row) => Object.values(columns).map((read) => cell(read(row))).join(','));
  return [Object.keys(columns).join(','), ...lines, ''].join('\r\n');
}

/** Quoted where it must be; what a spreadsheet would take for a formula is made text (OWASP, CSV Injection). Of what begins with a minus, only a number is none. */
function cell(value: Cell): string {
  if (value === null) return '';
  const text = String(value);
  const harmless = typeof value === 'string' && /^[=+@\t\r\n]|^-(?!\d+(\.\d+)?$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Decimals of a quantity and of a price, and of money, which is their product. Finer than any venue's. */
const SCALE = 12;
const MONEY_SCALE = 2 * SCALE;
/** Decimals of what older fills realised, as an account keeps money. */
const REALISED_SCALE = 8;

/** Every fill of a run, oldest first: those of its journal, then what the replica has heard since that was read. */
async function allFills(run: NonNullable<EngineReplica['facts']>, archive: FillArchive | undefined): Promise<readonly FillFact[]> {
  const archived = archive?.fills(run.run.id);
  if (archived === undefined) return run.fills.all();
  const positions = new Map<string, Position>();
  const all: FillFact[] = [];
  const taken = new Set<string>();
  for await (const fill of archived) {
    const position = positions.get(fill.book) ?? new Position();
    positions.set(fill.book, position);
    all.push({ ...fill, realised: realisedBy(position, fill) });
    taken.add(fill.id);
  }
  const newest = new Map(run.fills.all().map((fill) => [fill.id, fill]));
  return [...all.map((fill) => newest.get(fill.id) ?? fill), ...[...newest.values()].filter(({ id }) => !taken.has(id))];
}

/** What a fill of the past realised, which the journal does not say, at average cost; null where it opened or added. */
function realisedBy(position: Position, { side, quantity, price }: ArchivedFill): string | null {
  const amount = parseDecimal(quantity, SCALE);
  const realised = position.applyFill(side === 'buy' ? amount : neg(amount), mul(amount, parseDecimal(price, SCALE)), 0);
  return realised === 0 ? null : format(rescale(realised, MONEY_SCALE, REALISED_SCALE, 'trunc'), REALISED_SCALE);
}
