import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { openBars } from '../../adapters/bars/column-cache.ts';
import type { BarSet } from '../../adapters/bars/column-file.ts';
import { JournalError, JournalFile } from '../../adapters/journal/journal-file.ts';
import { ProcessLock } from '../../adapters/sqlite/process-lock.ts';
import type { Account } from '../../domain/account.ts';
import { format, sub, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Order } from '../../domain/order.ts';
import type { Position } from '../../domain/position.ts';
import type { Denial, FillReport } from '../../domain/report.ts';
import type { Timestamp } from '../../domain/time.ts';
import { orderRecord } from '../../pipeline/recorder.ts';
import type { Command, JournalRecord } from '../../ports/journal.ts';
import { Refusal } from '../refusal.ts';
import { runId, wirePaper, type PaperRun, type PaperSetup } from './paper-setup.ts';
import { PriceHistory } from './price-history.ts';
import { ReplayFeed } from './replay-feed.ts';
import { DATA_FOLDER, shippedInstruments } from './venue-rules.ts';

/** The state of a run, as `paper --json` prints it. Money and quantities are decimals. */
export interface PaperState {
  /** Market time of the last input, ISO 8601; null before the first. */
  readonly tsEvent: string | null;
  readonly equity: string;
  readonly cash: string;
  /** What the venue holds for us, by instrument; flat ones are left out. */
  readonly positions: Readonly<Record<string, string>>;
  /** What each strategy holds of it. */
  readonly books: Readonly<Record<string, string>>;
  readonly openOrders: readonly ReturnType<typeof orderRecord>[];
  readonly journalSequence: number;
  readonly orders: number;
  readonly fills: number;
  readonly denials: number;
  /** Points of the equity history so far: one a minute of market time. */
  readonly equityPoints: number;
  readonly trading: 'active' | 'halted';
}

/** Hears what happens in a run while it goes on; what a restart repeats is not told again. */
export interface PaperListener {
  /** `realised` is the profit of this fill before its fee, account money. */
  onFill(fill: FillReport, realised: Exact): void;
  onDenial(denial: Denial): void;
  onOrder(order: Order): void;
}

/** Holds a fill back until it is in the ledger, to tell what it realised. */
class FillTeller {
  #fill: FillReport | undefined;
  #before: Exact = 0;
  readonly #account: () => Account;
  readonly #listener: PaperListener;

  constructor(account: () => Account, listener: PaperListener) {
    this.#account = account;
    this.#listener = listener;
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
    this.#listener.onFill(fill, sub(this.#realised(fill), this.#before));
  }

  #realised(fill: FillReport): Exact {
    return (this.#account().positions[fill.order.owner.index] as Position).realised;
  }
}

/** The setup that a fresh run begins with: two strategies on each shipped coin, under cautious limits. */
export function defaultSetup(cash: string, sets: ReadonlyMap<string, BarSet>): PaperSetup {
  const shipped = shippedInstruments();
  const strategies = [
    { strategy: 'macd', parameters: { fast: 120, slow: 260, signal: 90, direction: 'both', stop: 0.01, target: 0.02 } },
    { strategy: 'bollinger', parameters: { rule: 'reversion', period: 60, deviations: 2.5, direction: 'both', stop: 0.01 } },
  ];
  return {
    cash, feeBps: '5', latencyMs: 0,
    markets: shipped.map(({ bars, ...instrument }) => {
      const { intervalMs, priceDecimals } = sets.get(bars) as BarSet;
      return { instrument, intervalMs, priceDecimals, bars };
    }),
    books: strategies.flatMap((strategy) => shipped.map((_, market) => ({ ...strategy, market, sizing: { kind: 'fraction' as const, fraction: '0.05' } }))),
    limits: { maxNotional: Number(cash) / 10, maxExposure: 0.25, maxOrdersPerMinute: 30, priceCollar: 0.05, maxDataAgeMs: 300_000, maxDrawdown: 0.2 },
  };
}

/** A paper run on its journal: recovered when it is opened, then fed moment by moment. */
export class PaperTrader {
  /** Close of the last bar admitted; −Infinity before the first. */
  tsEvent: Timestamp = -Infinity;
  /** Records that the journal held when it was opened. */
  readonly resumedFrom: number;
  /** Equity at the end of every moment so far, and when that was. */
  readonly history: { readonly tsEvent: Timestamp; readonly equity: number }[];
  /** Prices of the last day. */
  readonly prices: PriceHistory;
  readonly run: PaperRun;
  readonly journal: JournalFile;
  readonly feed: ReplayFeed;
  readonly #lock: ProcessLock;
  readonly #sets: readonly BarSet[];
  readonly #fills: FillTeller;

  private constructor({ run, history, prices, fills }: Recovered, journal: JournalFile, lock: ProcessLock, sets: readonly BarSet[]) {
    this.run = run;
    this.#fills = fills;
    this.journal = journal;
    this.#lock = lock;
    this.#sets = sets;
    this.history = history;
    this.prices = prices;
    this.resumedFrom = journal.sequence;
    this.tsEvent = Math.max(...run.ingest.quality.map(({ tsLast }) => tsLast));
    this.feed = new ReplayFeed(run.markets, sets, run.ingest.quality.map(({ tsLast }) => tsLast));
  }

  /**
   * Opens the run in `home`, or begins one with `cash`; `fresh` puts an old one aside first. Takes
   * the lock, repeats the journal and stands where it stopped. Refuses when another process trades there.
   */
  static async open(home: string, cash: string | undefined, fresh: boolean, listener: PaperListener): Promise<PaperTrader> {
    const folder = join(home, 'paper');
    mkdirSync(folder, { recursive: true });
    const lock = ProcessLock.take(join(folder, 'lock'));
    if (!lock) throw new Refusal('busy', 'another process is trading on this state', { where: folder, hint: 'Stop it first, or set ALGOTRENDY_HOME to another folder.' });
    const path = join(folder, 'journal.jsonl');
    if (fresh) putAside(path);
    const journal = new JournalFile(path);
    const head = journal.ahead();
    const setup = head === undefined ? undefined : setupOf(head, path);
    if (setup && cash !== undefined && cash !== setup.cash) {
      throw new Refusal('usage', `the run in ${folder} began with ${setup.cash}, not ${cash}`, { where: '--cash', hint: 'Leave --cash out to go on with it, or give --fresh to put it aside and begin a new one.' });
    }
    const files = setup?.markets.map(({ bars }) => bars) ?? shippedInstruments().map(({ bars }) => bars);
    const sets = await Promise.all(files.map((file) => openBars(join(DATA_FOLDER, file), { home })));
    const chosen = setup ?? defaultSetup(cash ?? '100000', new Map(files.map((file, index) => [file, sets[index] as BarSet])));
    return new PaperTrader(await recover(chosen, journal, listener), journal, lock, sets);
  }

  /** Admits the next moment of the feed and gives its time; undefined at the end of the data. */
  step(): Timestamp | undefined {
    const instant = this.feed.next();
    if (instant === undefined) return undefined;
    for (const { market, bar } of instant.bars) {
      if (this.run.ingest.admitBar(market, bar) === 'admitted') this.prices.add(market, instant.tsEvent, bar);
    }
    this.tsEvent = instant.tsEvent;
    // A restart may have come to the middle of this moment.
    if (this.history.at(-1)?.tsEvent === instant.tsEvent) this.history.pop();
    this.history.push({ tsEvent: instant.tsEvent, equity: this.run.engine.portfolio.equity() });
    this.#fills.flush();
    return instant.tsEvent;
  }

  /** Journals and carries out a person's command. */
  command(command: Command): void {
    this.run.ingest.admitCommand(command);
    this.#fills.flush();
  }

  /** Ends this process's part: says so in the journal, has it on the disk, and gives the lock back. */
  stop(): void {
    const { recorder } = this.run;
    this.journal.append({ kind: 'stop', orders: recorder.orders, digest: recorder.digest() });
    this.journal.sync();
    this.release();
  }

  /** Lets go of files and lock without a word in the journal, after a failure. */
  release(): void {
    this.journal.close();
    for (const set of this.#sets) set.close();
    this.#lock.release();
  }

  state(): PaperState {
    const { engine, markets, recorder } = this.run;
    const { portfolio, books } = engine;
    const { moneyScale, cash } = portfolio.account;
    const instruments = markets.map(({ instrument }) => instrument);
    const scaleOf = (index: number) => (instruments[index] as Instrument).quantityScale;
    const entries = (all: readonly (readonly [string, string])[]) => Object.fromEntries(all.filter(([, quantity]) => quantity !== '0'));
    return {
      tsEvent: this.tsEvent === -Infinity ? null : new Date(this.tsEvent).toISOString(),
      equity: format(portfolio.exactEquity(), moneyScale),
      cash: format(cash, moneyScale),
      positions: entries(instruments.map(({ id, quantityScale }, index) => [id, format(portfolio.netQuantity(index), quantityScale)])),
      books: entries(books.map(({ name, instrument, quantity }) => [name, format(quantity, scaleOf(instrument))])),
      openOrders: books.flatMap(({ working }) => Array.from({ length: working.length }, (_, at) => orderRecord(working.at(at).order, instruments))),
      journalSequence: this.journal.sequence,
      orders: recorder.orders,
      fills: portfolio.fills,
      denials: engine.risk.denials,
      equityPoints: this.history.length,
      trading: engine.risk.state.kind,
    };
  }
}

/** What a journal's head says the run is made of. Refuses what is no journal of this version. */
export function setupOf(head: JournalRecord, path: string): PaperSetup {
  if (head.kind !== 'run' || head.version !== 1) throw new JournalError('version', `${path} is not a journal that this version can read`);
  return head.setup as PaperSetup;
}

/** A run that stands where its journal ends. */
interface Recovered {
  readonly run: PaperRun;
  readonly history: PaperTrader['history'];
  readonly prices: PriceHistory;
  readonly fills: FillTeller;
  /** Digest of the last clean stop, if no order came after it. */
  readonly recordedDigest: string | undefined;
}

/** Wires a run and repeats what its journal holds; the journal itself checks that every order and report comes out again. */
export async function recover(setup: PaperSetup, journal: JournalFile, listener: PaperListener): Promise<Recovered> {
  let repeating = true;
  const fills: FillTeller = new FillTeller(() => run.engine.portfolio.account, listener);
  const run: PaperRun = await wirePaper(setup, journal, {
    onOrder: (order) => void (repeating || listener.onOrder(order)),
    onDenial: (denial) => void (repeating || listener.onDenial(denial)),
    onReport: (report) => void (repeating || report.kind !== 'filled' || fills.take(report)),
  });
  const history: PaperTrader['history'] = [];
  const prices = new PriceHistory(setup.markets.length);
  const { engine, ingest, recorder } = run;
  journal.append({ kind: 'run', version: 1, run: runId(setup), setup });
  let stopped: { orders: number; digest: string } | undefined;
  let tsEvent = -Infinity;
  const endMoment = () => {
    if (tsEvent > -Infinity) history.push({ tsEvent, equity: engine.portfolio.equity() });
  };
  for (let record = journal.ahead(); record; record = journal.ahead()) {
    switch (record.kind) {
      case 'bar': {
        const [timestamp, open, high, low, close, volume] = record.bar;
        const tsClose = timestamp + (run.markets[record.market]?.intervalMs ?? NaN);
        if (tsClose !== tsEvent) endMoment();
        tsEvent = tsClose;
        const bar = { timestamp, open, high, low, close, volume: volume ?? NaN };
        if (ingest.admitBar(record.market, bar) !== 'admitted') {
          throw new JournalError('diverged', `${journal.path} holds a bar at record ${journal.sequence} that this build refuses`);
        }
        prices.add(record.market, tsClose, bar);
        break;
      }
      case 'command':
        ingest.admitCommand(record.command);
        break;
      case 'stop':
        stopped = { orders: record.orders, digest: record.digest };
        if (record.digest !== recorder.digest()) throw new JournalError('diverged', `${journal.path}: the orders up to record ${journal.sequence} do not come to the digest that the run recorded`);
        journal.skip();
        break;
      default:
        throw new JournalError('diverged', `${journal.path} holds a ${record.kind} at record ${journal.sequence} that this build does not give`);
    }
  }
  endMoment();
  repeating = false;
  return { run, history, prices, fills, recordedDigest: stopped?.orders === recorder.orders ? stopped.digest : undefined };
}

function putAside(path: string): void {
  try {
    renameSync(path, path.replace(/\.jsonl$/, `.${new Date().toISOString().replace(/[:.]/g, '-')}.jsonl`));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
