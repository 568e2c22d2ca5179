import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError, JournalFile } from '../../adapters/journal/journal-file.ts';
import { ProcessLock } from '../../adapters/sqlite/process-lock.ts';
import { decimalPlaces, format, parseDecimal } from '../../domain/exact.ts';
import type { PropFirmGauge } from '../../domain/prop-firm.ts';
import type { Timestamp } from '../../domain/time.ts';
import { orderRecord } from '../../pipeline/recorder.ts';
import type { TradingState } from '../../pipeline/risk.ts';
import type { Command } from '../../ports/journal.ts';
import { Refusal } from '../refusal.ts';
import type { EquityHistory } from './equity-history.ts';
import { MarketDepth } from './market-depth.ts';
import { openAccount, type AccountRequest } from './live-account.ts';
import { CATCHING_UP } from './live.ts';
import type { PaperRun, PaperSetup } from './paper-setup.ts';
import { openLive, openReplay, type LiveRequest, type NewRun, type PaperFeed, type PaperSource } from './paper-source.ts';
import type { PriceHistory } from './price-history.ts';
import type { PropFirmSetup } from './prop-firm-setup.ts';
import type { RunRecord } from './run-record.ts';
import { recover, setupOf, type FillTeller, type PaperListener, type Recovered } from './run-recovery.ts';
import { SeriesFeed } from './series-feed.ts';
import { readingRecord } from '../../pipeline/current-readings.ts';

/** Longer than `halt` and `doctor` hold the lock to see whether a run does. */
const LOCK_WAIT_MS = 300;

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
  readonly trading: TradingState['kind'];
  /** Distance to each limit of a prop firm's rules; null without any. */
  readonly propFirm: PropFirmGauge | null;
}

/** A paper run on its journal: recovered when it is opened, then fed moment by moment. */
export class PaperTrader {
  /** Close of the last bar admitted; −Infinity before the first. */
  tsEvent: Timestamp = -Infinity;
  /** Records that the journal held when it was opened. */
  readonly resumedFrom: number;
  /** Equity at the end of every moment so far, and when that was. */
  readonly history: EquityHistory;
  /** Prices of the last day. */
  readonly prices: PriceHistory;
  /** Its recent orders, fills and denials. */
  readonly record: RunRecord;
  readonly run: PaperRun;
  readonly journal: JournalFile;
  readonly feed: PaperFeed;
  /** Order books and trades of a live market. */
  readonly depth = new MarketDepth(Date.now);
  /** The last price between bars of each market; undefined where none was heard since the run was opened. */
  readonly lastPrices: ({ readonly price: number; readonly tsEvent: Timestamp } | undefined)[] = [];
  /** Called when one was heard. */
  onPrice: (() => void) | undefined;
  readonly #lock: ProcessLock;
  readonly #source: PaperSource;
  readonly #fills: FillTeller;
  readonly #series: SeriesFeed;

  private constructor({ run, history, prices, fills, record }: Recovered, journal: JournalFile, lock: ProcessLock, source: PaperSource, series: SeriesFeed, books: boolean) {
    this.run = run;
    this.#series = series;
    this.#fills = fills;
    this.record = record;
    this.journal = journal;
    this.#lock = lock;
    this.#source = source;
    this.history = history;
    this.prices = prices;
    this.resumedFrom = journal.sequence;
    this.tsEvent = Math.max(...run.ingest.quality.map(({ tsLast }) => tsLast));
    const { depth } = this;
    this.feed = source.feed(run, {
      onPrice: (market, price, tsEvent) => { this.#hearPrice(market, price, tsEvent); },
      onTrade: (market, trade) => { depth.onTrade(market, trade); }, onDown: () => { depth.onDown(); },
      ...(books && { onBook: (market, book) => { depth.onBook(market, book); } }),
    });
  }

  #hearPrice(market: number, price: number, tsEvent: Timestamp): void {
    const { run } = this;
    this.lastPrices[market] = { price, tsEvent };
    this.onPrice?.();
    run.propFirm?.afterPrice(market, price, tsEvent);
    this.#obeyGuard();
    if (run.ingest.admitPrice(market, price, tsEvent)) this.#fills.flush();
  }

  /**
   * Opens the run in `home`, or begins one with `cash`, on shipped bars, on a `live` market or at an account of a
   * venue; `fresh` puts an old one aside first, and `propFirm` gives a new one rules to keep. Takes the lock, repeats the journal, holds a
   * venue's account against it, and stands where it stopped. Refuses when another process trades there; throws
   * `VenueError` where the live market cannot be heard.
   */
  static async open(home: string, cash: string | undefined, fresh: boolean, listener: PaperListener, live?: LiveRequest | AccountRequest, propFirm?: PropFirmSetup): Promise<PaperTrader> {
    const folder = join(home, live !== undefined && 'config' in live ? 'live' : 'paper');
    const lock = takeLock(folder);
    const opened: { close(): void }[] = [];
    try {
      const path = join(folder, 'journal.jsonl');
      if (fresh) putAside(path);
      const journal = new JournalFile(path);
      opened.push(journal);
      const head = journal.ahead();
      const setup = head === undefined ? undefined : setupOf(head, path, true);
      if (setup) checkBegun(setup, { cash, propFirm, live }, folder);
      const source = await openSource(setup, { cash: cash ?? '100000', propFirm }, live, home);
      opened.push(source);
      // Reports that a journal repeats are of before there is a trader.
      let whenBooked = () => {};
      const link = source.link && { ...source.link, onBooked: () => { whenBooked(); } };
      const recovered = await recover(source.setup, journal, listener, false, link);
      const read = await SeriesFeed.open(home, recovered.run.readings.series, Date.now(), (what) => { listener.onFault?.(what); });
      const trader = new PaperTrader(recovered, journal, lock, source, read, listener.looksAtBooks === true);
      whenBooked = () => { trader.#afterReports(); };
      await source.start?.(trader.run);
      // What a crash kept it from ordering; before the account was open nothing of it would have gone out.
      trader.#obeyGuard();
      if (trader.feed.kind === 'live') await trader.feed.live.open();
      return trader;
    } catch (error) {
      for (const each of opened) each.close();
      lock.release();
      throw withWayOut(error);
    }
  }

  /** What a venue reported is in the ledger: it is told, and the guard is obeyed. */
  #afterReports(): void {
    this.#fills.flush();
    this.#obeyGuard();
  }

  /** Admits what has become known of series that strategies read, before the bars that close then. */
  #readSeries(tsEvent: Timestamp): void {
    this.#series.follow(this.run.readings.series);
    for (const [id, reading] of this.#series.at(tsEvent)) this.run.ingest.admitReading(readingRecord(id, reading));
    this.#series.refresh(Date.now());
  }

  /** Admits the next moment of the feed and gives its time; undefined at the end of the data. */
  step(): Timestamp | undefined {
    const instant = this.feed.next();
    if (instant === undefined) return undefined;
    const maxDataAgeMs = this.run.limits.value('maxDataAgeMs') ?? Infinity;
    // A stream that is far behind tells of the past, too.
    const past = instant.bars.some(({ tsHeard }) => tsHeard === undefined || tsHeard - instant.tsEvent > maxDataAgeMs);
    this.#readSeries(instant.tsEvent);
    for (const { market, bar, tsHeard } of instant.bars) {
      // Before each, for the guard may have let trading go on after the one before.
      if (this.feed.kind === 'live') this.#haltInPast(past);
      if (this.run.ingest.admitBar(market, bar, tsHeard) !== 'admitted') continue;
      this.prices.add(market, instant.tsEvent, bar);
      this.run.watchBar(market, bar);
      this.#obeyGuard();
    }
    this.#obeyRamp(instant.tsEvent);
    this.tsEvent = instant.tsEvent;
    this.history.record(instant.tsEvent, this.run.engine.portfolio.equity());
    this.#fills.flush();
    return instant.tsEvent;
  }

  /** Bars that were fetched, or come too late, are seen, and nothing new is begun on them; what a person ordered meanwhile stands. */
  #haltInPast(past: boolean): void {
    const { state } = this.run.engine.risk;
    if (past && state.kind === 'active') this.command({ kind: 'halt', reason: CATCHING_UP, by: 'feed' });
    if (!past && this.trading === 'catching-up') this.command({ kind: 'resume', by: 'feed' });
  }

  /** Whether it trades; catching up is a halt that the feed ordered and ends by itself. */
  get trading(): TradingState['kind'] | 'catching-up' {
    const { state } = this.run.engine.risk;
    const isByFeed = state.kind === 'halted' && state.reason === CATCHING_UP && this.run.ingest.commands.lastTrading?.command.by === 'feed';
    return isByFeed ? 'catching-up' : state.kind;
  }

  /** Journals and carries out a person's command. */
  command(command: Command): void {
    this.run.ingest.admitCommand(command);
    this.#fills.flush();
  }

  /** Journals the size that is in force from here on, where that changes. */
  #obeyRamp(tsEvent: Timestamp): void {
    const { live } = this.run;
    const record = live?.ramp.due(tsEvent);
    if (record) live?.ramp.admit(record);
  }

  /** Journals and carries out what the guard of a prop firm's rules orders. */
  #obeyGuard(): void {
    const command = this.run.propFirm?.due(this.run.engine.risk.state);
    if (command) this.run.ingest.admitCommand({ ...command, by: 'guard' });
  }

  /** Ends this process's part: hears nothing more of the venue, says so in the journal, has it on the disk, and gives the lock back. */
  async stop(): Promise<void> {
    if (this.run.live !== undefined) await this.run.live.courier.stop();
    const { recorder } = this.run;
    this.journal.append({ kind: 'stop', orders: recorder.orders, digest: recorder.digest() });
    this.journal.sync();
    this.release();
  }

  /** Lets go of files, venue and lock without a word in the journal, after a failure. */
  release(): void {
    if (this.feed.kind === 'live') void this.feed.live.close();
    this.#source.close();
    this.journal.close();
    this.#lock.release();
  }

  state(): PaperState {
    const { engine, markets, recorder } = this.run;
    const { portfolio, books } = engine;
    const { moneyScale, cash } = portfolio.account;
    const instruments = markets.map(({ instrument }) => instrument);
    const scaleOf = (index: number) => instruments[index].quantityScale;
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
      propFirm: this.run.propFirm?.gauge() ?? null,
    };
  }
}

function openSource(setup: PaperSetup | undefined, begin: NewRun, live: LiveRequest | AccountRequest | undefined, home: string): Promise<PaperSource> {
  if (live === undefined) return openReplay(setup, begin, home);
  return 'config' in live ? openAccount(setup, live) : openLive(setup, begin, live);
}

/** What is part of a run cannot be changed later: refuses cash and rules that are not those that it began with. */
function checkBegun(setup: PaperSetup, { cash, propFirm, live }: { readonly cash: string | undefined; readonly propFirm: PropFirmSetup | undefined; readonly live: LiveRequest | AccountRequest | undefined }, folder: string): void {
  if (live === undefined && setup.feed !== undefined) {
    throw new Refusal('usage', `the run here hears the live market of ${setup.feed.venue}`, { where: folder, hint: `Go on with it: ./algotrendy paper --feed ${setup.feed.venue}` });
  }
  const refuse = (message: string, where: string) => {
    throw new Refusal('usage', `the run in ${folder} began ${message}`, { where, hint: `Leave ${where} out to go on with it, or give --fresh to put it aside and begin a new one.` });
  };
  if (cash !== undefined && !sameDecimal(cash, setup.cash)) refuse(`with ${setup.cash}, not ${cash}`, '--cash');
  if (propFirm === undefined || JSON.stringify(propFirm) === JSON.stringify(setup.propFirm)) return;
  refuse(setup.propFirm ? `under ${setup.propFirm.rules.name} of ${setup.propFirm.rules.file}` : 'without the rules of a prop firm', '--prop-firm');
}

function sameDecimal(a: string, b: string): boolean {
  const scale = Math.max(decimalPlaces(a), decimalPlaces(b));
  return parseDecimal(a, scale) === parseDecimal(b, scale);
}

/** Takes the run's lock, making its folder where there is none. Refuses what cannot be, in a person's words. */
function takeLock(folder: string): ProcessLock {
  let lock: ProcessLock | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    lock = ProcessLock.take(join(folder, 'lock'), LOCK_WAIT_MS);
  } catch (error) {
    throw new Refusal('disk', `the state folder cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      where: folder, hint: 'Make room, mend its permissions, or set ALGOTRENDY_HOME to another folder.',
    });
  }
  if (lock) return lock;
  throw new Refusal('busy', 'another process is trading on this state', { where: folder, hint: 'Stop it first, or set ALGOTRENDY_HOME to another folder.' });
}

/** Renames an old journal, never onto another one. */
function putAside(path: string): void {
  if (!existsSync(path)) return;
  const name = path.replace(/\.jsonl$/, `.${new Date().toISOString().replace(/[:.]/g, '-')}`);
  let target = `${name}.jsonl`;
  for (let count = 2; existsSync(target); count++) target = `${name}-${count}.jsonl`;
  renameSync(path, target);
}

/** A journal that cannot be gone on with is no dead end: it can be put aside. */
function withWayOut(error: unknown): unknown {
  if (!(error instanceof JournalError) || error.kind === 'disk') return error;
  return new Refusal(error.kind === 'unreadable' || error.kind === 'damaged' ? 'bad-data' : 'version', error.message, {
    hint: 'To keep it and begin a new run, give --fresh: it puts the journal aside under another name.',
  });
}
