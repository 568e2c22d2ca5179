import { JournalError, type JournalFile } from '../../adapters/journal/journal-file.ts';
import type { Account } from '../../domain/account.ts';
import { sub, type Exact } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import type { Denial, FillReport } from '../../domain/report.ts';
import type { Audit } from '../../pipeline/engine.ts';
import type { JournalRecord } from '../../ports/journal.ts';
import { RunWatch } from '../../research/run-detail.ts';
import { EquityHistory } from './equity-history.ts';
import type { VenueLink } from './live.ts';
import { readSetup, runId, wirePaper, type PaperRun, type PaperSetup } from './paper-setup.ts';
import { PriceHistory } from './price-history.ts';
import { RunRecord } from './run-record.ts';

/** Hears what happens in a run while it goes on; what a restart repeats is not told again. */
export interface PaperListener {
  /** `realised` is the profit of this fill before its fee, account money. */
  onFill(fill: FillReport, realised: Exact): void;
  onDenial(denial: Denial): void;
  onOrder(order: Order): void;
  /** Series that are read could not be read again, and why; what was known of them stays. */
  onFault?(what: string): void;
  /** Whether somebody may look at order books: only then is a live market's venue asked for them. */
  readonly looksAtBooks?: boolean;
}

/** Holds a fill back until it is in the ledger, to tell what it realised. */
export class FillTeller {
  #fill: FillReport | undefined;
  #before: Exact = 0;
  readonly #account: () => Account;
  readonly #tell: PaperListener['onFill'];

  constructor(account: () => Account, tell: PaperListener['onFill']) {
    this.#account = account;
    this.#tell = tell;
  }

  /** Takes a fill that is about to be booked; the one before it is booked by now. */
  take(fill: FillReport): void {
    this.flush();
    this.#fill = fill;
    this.#before = this.#realised(fill);
  }

  flush(): void {
    const fill = this.#fill;
    if (fill === undefined) return;
    this.#fill = undefined;
    this.#tell(fill, sub(this.#realised(fill), this.#before));
  }

  #realised(fill: FillReport): Exact {
    return (this.#account().positions[fill.order.owner.index]).realised;
  }
}

/** What a journal's head says the run is made of; `own` is one of this home, whose strategies may be files. Refuses what is no journal of this version. */
export function setupOf(head: JournalRecord, path: string, own = false): PaperSetup {
  if (head.kind !== 'run' || head.version !== 1) throw new JournalError('version', `${path} is not a journal that this version can read`);
  const setup = readSetup(head.setup, own);
  if (!setup.ok) throw new JournalError('version', `${path} begins with a setup that this version cannot read: ${setup.error.message}`);
  return setup.value;
}

/** A run that stands where its journal ends. */
export interface Recovered {
  readonly run: PaperRun;
  readonly history: EquityHistory;
  readonly prices: PriceHistory;
  readonly fills: FillTeller;
  /** Its recent orders, fills and denials. */
  readonly record: RunRecord;
  /** Digest of the last clean stop, if no order came after it. */
  readonly recordedDigest: string | undefined;
  /** What was watched, where that was asked for. */
  readonly seen: RunWatch | undefined;
}

/** Wires a run and repeats what its journal holds; the journal itself checks that every order and report comes out again. `watched` keeps the detail of what is repeated; `link` is the venue that it goes on at. */
export async function recover(setup: PaperSetup, journal: JournalFile, listener: PaperListener, watched = false, link?: VenueLink): Promise<Recovered> {
  let repeating = true;
  const record = new RunRecord();
  const fills: FillTeller = new FillTeller(() => run.engine.portfolio.account, (fill, realised) => {
    record.onFill(fill, realised);
    if (!repeating) listener.onFill(fill, realised);
  });
  const run: PaperRun = await wireFrom(setup, journal, link, {
    onOrder: (order) => {
      record.onOrder(order);
      if (!repeating) listener.onOrder(order);
    },
    onDenial: (denial) => {
      record.onDenial(denial);
      if (!repeating) listener.onDenial(denial);
    },
    onReport: (report) => {
      seen?.onReport(report);
      if (report.kind === 'filled') fills.take(report);
      record.onReport(report);
    },
  });
  const seen = watched ? new RunWatch(run.markets) : undefined;
  const history = new EquityHistory();
  const prices = new PriceHistory(setup.markets.length);
  const { engine, ingest, recorder } = run;
  journal.append({ kind: 'run', version: 1, run: runId(setup), setup });
  const admitBar = (record: JournalRecord & { readonly kind: 'bar' }) => {
    const [timestamp, open, high, low, close, volume] = record.bar;
    const market = run.markets[record.market];
    const bar = { timestamp, open, high, low, close, volume: volume ?? NaN };
    if (market === undefined || ingest.admitBar(record.market, bar, record.tsHeard) !== 'admitted') throw refused(journal, record);
    const tsClose = timestamp + market.intervalMs;
    run.watchBar(record.market, bar);
    prices.add(record.market, tsClose, bar);
    history.record(tsClose, engine.portfolio.equity());
    seen?.bar(record.market, bar);
    seen?.look(engine);
  };
  let stopped: { orders: number; digest: string } | undefined;
  for (let next = journal.ahead(); next; next = journal.ahead()) {
    switch (next.kind) {
      case 'bar':
        admitBar(next);
        break;
      case 'stop':
        stopped = { orders: next.orders, digest: next.digest };
        if (next.digest !== recorder.digest()) throw new JournalError('diverged', `${journal.path}: the orders up to record ${journal.sequence} do not come to the digest that the run recorded`);
        journal.skip();
        break;
      default:
        if (!repeats(run, next)) throw refused(journal, next);
    }
  }
  fills.flush();
  repeating = false;
  return { run, history, prices, fills, record, seen, recordedDigest: stopped?.orders === recorder.orders ? stopped.digest : undefined };
}

/** Gives a run an input of its journal; false where it does not take it, or gives no such record. */
function repeats({ markets, ingest, live }: PaperRun, record: JournalRecord): boolean {
  switch (record.kind) {
    case 'price':
      return markets[record.market] !== undefined && ingest.admitPrice(record.market, record.price, record.tsEvent);
    case 'command':
      ingest.admitCommand(record.command);
      return true;
    case 'reading':
      return ingest.admitReading(record);
    default:
      return live?.repeat(record) === true;
  }
}

/** What a run's journal holds and this build does not repeat. */
function refused({ path, sequence }: JournalFile, { kind }: JournalRecord): JournalError {
  return new JournalError('diverged', `${path} holds a ${kind} at record ${sequence} that this build does not repeat`);
}

/** A setup that comes from a journal may name what this build does not have. */
async function wireFrom(setup: PaperSetup, journal: JournalFile, link: VenueLink | undefined, audit: Audit): Promise<PaperRun> {
  try {
    return await wirePaper(setup, journal, audit, link);
  } catch (error) {
    if (journal.ahead() === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new JournalError('version', `${journal.path} holds a run that this build cannot set up: ${reason}`, error);
  }
}
