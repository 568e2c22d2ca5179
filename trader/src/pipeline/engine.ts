import type { Bar } from '../domain/bar.ts';
import { abs, add, max, min, mul, neg, rescale, sub, type Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import { Order } from '../domain/order.ts';
import type { AccountEvent, Denial, ExecutionReport } from '../domain/report.ts';
import type { Sized } from '../domain/sized.ts';
import { OpinionError } from '../domain/signal.ts';
import type { Timestamp } from '../domain/time.ts';
import type { ExecutionClient, FeeModel, ReportSink } from '../ports/execution.ts';
import type { Command, ManualCommand, TradingCommand } from '../ports/journal.ts';
import { ReusableList } from '../domain/reusable-list.ts';
import { isProtective, type Book } from './book.ts';
import { BookMaker, type BookSpec } from './book-maker.ts';
import { Execution, type Outcome } from './execution.ts';
import { checkExits, differ, exitsOf, isReached, keepsProfit } from './exits.ts';
import type { Guard } from './guards.ts';
import { ManualDesk } from './manual-desk.ts';
import { Portfolio } from './portfolio.ts';
import { Risk } from './risk.ts';

/** One instrument and the length of its bars. */
export interface Market {
  readonly instrument: Instrument;
  readonly intervalMs: number;
}

/** What happens inside, told as it happens; an order before it is sent, a report before it is applied. */
export interface Audit {
  /** The engine that it listens to, before anything has happened. */
  begin?(engine: Engine): void;
  onOrder(order: Order): void;
  onReport(report: ExecutionReport): void;
  onDenial(denial: Denial): void;
  /** A size that several bounds were looked at for; sizes of units and fractions are not told. */
  onSized?(sized: Sized): void;
  /** A payment, or a liquidation, which follows as orders with the leg `liquidation` and their fills. */
  onAccountEvent?(event: AccountEvent): void;
}

/** Everything an engine is made of. Backtest, paper and live differ in the client and in who calls. */
export interface EngineSpec {
  /** Part of every client order id: two runs never share one. */
  readonly run: string;
  readonly markets: readonly Market[];
  readonly books: readonly BookSpec[];
  /** Opening cash in account money. */
  readonly cash: Exact;
  /** Decimals of account money. */
  readonly moneyScale: number;
  readonly fees: FeeModel;
  /** What trading each market costs, in their order, where that differs; else `fees`. */
  readonly marketFees?: readonly FeeModel[];
  readonly guards: readonly Guard[];
  readonly client: ExecutionClient;
  readonly audit?: Audit;
}

/**
 * The engine: bars, reports and commands go in, one at a time, and each is worked off before the
 * next. It reads no clock and asks no one; the same inputs give the same orders. (Fields of hot use are declared as in `Order`.)
 */
export class Engine implements ReportSink {
  /** Event time of the input being worked off. */
  now: Timestamp = -Infinity;
  bars = 0;
  /** Bars during which something was held. */
  exposedBars = 0;
  /** Markets on which the venue has liquidated the account. */
  liquidations = 0;
  declare readonly books: readonly Book[];
  declare readonly instruments: readonly Instrument[];
  declare readonly portfolio: Portfolio;
  declare readonly risk: Risk;
  declare readonly execution: Execution;
  /** Only those who listen want to hear of acceptances. */
  declare readonly ignoresAcceptances: boolean;
  readonly #spec: EngineSpec;
  readonly #books: Book[] = [];
  readonly #maker: BookMaker;
  /** What admits the bars of each market. */
  declare readonly admissions: readonly ((bar: Bar) => void)[];
  /** The books that trade each market, in their order. */
  private declare readonly desks: readonly Book[][];
  private declare readonly client: ExecutionClient;
  /** Whether a take-profit that stands beside a stop is kept here. */
  declare readonly keepsProfits: boolean;
  private declare readonly audit: Audit | undefined;
  #manual: ManualDesk | undefined = undefined;
  readonly #reports = new ReusableList<ExecutionReport>();

  constructor(spec: EngineSpec) {
    const instruments = spec.markets.map((market) => market.instrument);
    this.#spec = spec;
    this.instruments = instruments;
    this.books = this.#books;
    this.#maker = new BookMaker(spec.run, instruments, spec.moneyScale, (market) => this.feesOf(market));
    for (const book of spec.books) this.#books.push(this.#maker.make(book));
    this.portfolio = new Portfolio(spec.cash, spec.moneyScale, instruments, this.books);
    this.risk = new Risk(instruments, this.books, this.portfolio, spec.guards, (denial) => spec.audit?.onDenial(denial), spec.audit?.onSized && ((sized) => spec.audit?.onSized?.(sized)));
    this.execution = new Execution(spec.client, this.portfolio, this.books, spec.audit);
    this.desks = spec.markets.map((_, market) => this.books.filter((book) => book.instrument === market));
    this.admissions = spec.markets.map(({ intervalMs }, market) => this.#admission(market, intervalMs, this.desks[market]));
    this.client = spec.client;
    this.keepsProfits = spec.client.unlinked === true;
    this.audit = spec.audit;
    this.ignoresAcceptances = spec.audit === undefined;
    spec.client.connect(this);
    spec.audit?.begin?.(this);
  }

  /** What trading a market costs. */
  feesOf(market: number): FeeModel {
    return this.#spec.marketFees?.[market] ?? this.#spec.fees;
  }

  /** Adds a sub-position while the run goes on; it is asked from the next bar on. */
  addBook(spec: BookSpec): Book {
    const book = this.#maker.make(spec);
    this.#books.push(book);
    this.desks[spec.market].push(book);
    this.portfolio.addBook(book);
    this.risk.attach(book);
    return book;
  }

  /**
   * Admits one closed bar of one market: the simulated venue trades on it, prices move, strategies
   * decide, orders go out. Bars must come in order of their close, markets at one time in their order.
   */
  onBar(market: number, bar: Bar): void {
    this.admissions[market](bar);
  }

  /** What `onBar` does for one market. (A function that is made once, not a method: V8's last compiler then takes the engine and its parts for constants.) */
  #admission(market: number, intervalMs: number, books: readonly Book[]): (bar: Bar) => void {
    return (bar) => {
      const { portfolio } = this;
      const { timestamp } = bar;
      const now = timestamp + intervalMs;
      if (this.client.onBar !== undefined) {
        this.now = timestamp;
        this.client.onBar(market, bar, intervalMs);
        this.now = now;
        // A real venue's reports may have moved the time beyond the close already.
      } else if (now > this.now) this.now = now;
      this.risk.seen(market, now);
      portfolio.marks[market] = bar.close;
      if (this.keepsProfits) this.#takeProfits(books, bar.low, bar.high);
      for (let i = 0; i < books.length; i++) {
        const book = books[i];
        const { signal } = book;
        book.strategy.onBar(bar, signal);
        if (signal.target !== book.target) this.#changeMind(book);
        else if (book.attention || differ(signal.stop, book.stop) || differ(signal.takeProfit, book.takeProfit)) this.#moveExits(book);
      }
      if (this.#reports.length > 0) this.settle();
      this.bars += 1;
      if (portfolio.exposed) this.exposedBars += 1;
      portfolio.curve.record(now, portfolio.equity());
    };
  }

  /** Admits a price between bars. It decides nothing but that profits are taken whose exits are kept here. */
  onPrice(market: number, price: number, tsEvent: Timestamp): void {
    if (tsEvent > this.now) this.now = tsEvent;
    this.#takeProfits(this.desks[market], price, price);
    this.settle();
  }

  /** Whether a price between bars would have a profit taken; no other has to be admitted. */
  wouldTakeProfit(market: number, price: number): boolean {
    return this.keepsProfits && this.desks[market].some((book) => isReached(book, price, price));
  }

  /** Admits one command that says whether there may be risk, at the time of the last input. */
  onCommand(command: TradingCommand): void {
    const { risk } = this;
    if (risk.state.kind === 'liquidated') return;
    if (command.kind === 'resume') {
      risk.state = { kind: 'active' };
      return;
    }
    risk.state = { kind: 'halted', reason: command.reason, flat: risk.flat || command.kind === 'flatten' };
    if (command.kind === 'flatten') this.close(this.books);
    else if (command.orders === true) this.withdraw(this.books);
  }

  /** Cancels what books have on their way and closes what they hold; nothing is begun there until the next opinion. */
  close(books: readonly Book[]): void {
    for (const book of books) {
      book.latched = true;
      book.withdrawn = false;
      book.wanted = 0;
      this.execution.cancel(book, 'all');
      this.#act(book);
    }
    this.settle();
  }

  /** Where orders of people are written; nothing is there before the first. */
  get desk(): ManualDesk {
    return this.#manual ??= new ManualDesk(this);
  }

  /** Admits a command about orders that a person writes, at the time of the last input. */
  onManual(command: Command & ManualCommand): void {
    this.desk.take(command);
    this.settle();
  }

  /** Cancels what books have on their way or have yet to send, the exits too where `exits` says so. What it was to reach is given up until the next opinion. */
  withdraw(books: readonly Book[], exits = false): void {
    this.#manual?.forget(books);
    for (const book of books) {
      this.execution.cancel(book, exits ? 'all' : 'entries');
      book.latched = true;
      book.withdrawn = true;
    }
    this.settle();
  }

  /**
   * Books what others did at the venue to what the account holds: `quantity`, signed, at this price. What
   * takes off goes to the books that hold it, in their order, the rest to the first book there. An opinion is not
   * traded after it: what is gone is not bought back, what came is kept, until the strategy changes its mind.
   * What was taken `asFee` costs what it is worth, so that cash does not move.
   */
  adopt(instrument: number, quantity: Exact, price: Exact, tsEvent: Timestamp, asFee = false): void {
    if (tsEvent > this.now) this.now = tsEvent;
    const books = this.books.filter((book) => book.instrument === instrument);
    let rest = quantity;
    for (const book of books) {
      const held = this.portfolio.account.positions[book.index].quantity;
      const part = rest > 0 ? min(rest, max(0, neg(held))) : max(rest, min(0, neg(held)));
      rest = sub(rest, part);
      this.#adopted(book, part, price, tsEvent, asFee);
    }
    if (books.length > 0) this.#adopted(books[0], rest, price, tsEvent, asFee);
    this.settle();
  }

  #adopted(book: Book, quantity: Exact, price: Exact, tsEvent: Timestamp, asFee: boolean): void {
    if (quantity === 0) return;
    const [side, size] = quantity > 0 ? ['buy', quantity] as const : ['sell', neg(quantity)] as const;
    const order = new Order(book, book.signalId, book.orders++, 'external', book.instrument, side, 'market', 'ioc', size, price, tsEvent);
    const { account } = this.portfolio;
    const { priceScale, quantityScale } = account.instruments[book.index];
    const fee = asFee ? rescale(mul(price, size), priceScale + quantityScale, account.moneyScale, 'ceil') : 0;
    const report = { kind: 'filled', order, tsEvent, tradeId: 1, price, quantity: size, fee } as const;
    this.audit?.onOrder(order);
    this.audit?.onReport(report);
    const before = book.quantity;
    this.portfolio.applyFill(book, report);
    // An order on its way to another side was sized on what was held before: nothing beyond what was wanted, or came, is kept.
    const most = max(abs(book.wanted), abs(book.quantity));
    book.wanted = min(most, max(neg(most), add(book.wanted, sub(book.quantity, before))));
    book.latched = true;
    // Exits for what is not held any more would open the other side.
    this.execution.cancel(book, 'protective');
    this.#act(book);
  }

  /** Takes a report, which waits until it is settled. */
  report(report: ExecutionReport): void {
    if (report.kind !== 'accepted' || !this.ignoresAcceptances) this.#reports.push(report);
  }

  /** Books what the venue did to the account, after the reports that wait. */
  book(event: AccountEvent): void {
    this.settle();
    if (event.tsEvent > this.now) this.now = event.tsEvent;
    this.audit?.onAccountEvent?.(event);
    if (event.kind === 'flow') this.portfolio.applyFlow(event.flow, event.paid);
    else this.#liquidated(event);
  }

  /** Works off the reports that wait, and what they lead to, until nothing is left. */
  settle(): void {
    const reports = this.#reports;
    for (let i = 0; i < reports.length; i++) this.#onReport(reports.at(i));
    reports.clear();
  }

  #onReport(report: ExecutionReport): void {
    this.audit?.onReport(report);
    const outcome = this.execution.apply(report);
    if (outcome === 'unknown') return;
    const book = this.books[report.order.owner.index];
    const byHand = this.#manual !== undefined && this.#manual.owns(book);
    if (outcome === 'progress' && !byHand) return;
    if (report.tsEvent > this.now) this.now = report.tsEvent;
    if (byHand) this.desk.report(book, report, outcome);
    else this.#follow(book, report, outcome);
  }

  /** Does what a report asks for of a strategy's book. */
  #follow(book: Book, report: ExecutionReport, outcome: Outcome): void {
    if (outcome === 'protective-filled') {
      // A stop is not bought back on the next bar: flat until the strategy changes its mind, if it has not yet.
      if (report.order.signalId === book.signalId) {
        book.latched = true;
        book.wanted = 0;
      }
      this.execution.cancel(book, 'protective');
    } else if (outcome === 'refused') {
      // An entry is not asked for again. What is still to be left is, but on the next bar: at once could go on for ever.
      book.attention = true;
      if (isProtective(report.order)) return;
      this.risk.giveUp(book);
      if (book.wanted !== book.quantity) return;
    } else if (book.withdrawn && report.kind !== 'filled' && !isProtective(report.order)) this.risk.stay(book);
    this.#act(book);
  }

  /** The books of a liquidated market are closed at the venue's price; what they want from here on is denied. */
  #liquidated({ instrument, price, tsEvent, account }: AccountEvent & { readonly kind: 'liquidated' }): void {
    this.liquidations += 1;
    if (account) this.risk.state = { kind: 'liquidated' };
    for (const book of this.books) {
      if (book.instrument !== instrument) continue;
      this.execution.drop(book);
      book.liquidated = true;
      book.latched = true;
      book.wanted = 0;
      if (book.quantity === 0) continue;
      const [side, quantity] = book.quantity > 0 ? ['sell', book.quantity] as const : ['buy', neg(book.quantity)] as const;
      const order = new Order(book, book.signalId, book.orders++, 'liquidation', instrument, side, 'market', 'ioc', quantity, 0, tsEvent);
      const report = { kind: 'filled', order, tsEvent, tradeId: -this.liquidations, price, quantity, fee: 0 } as const;
      this.audit?.onOrder(order);
      this.audit?.onReport(report);
      this.portfolio.applyFill(book, report);
    }
  }

  /** Leaves what has come as far as was hoped. Its stop is ended first, so the two never both fill. */
  #takeProfits(books: readonly Book[], low: number, high: number): void {
    for (const book of books) {
      if (!isReached(book, low, high)) continue;
      book.latched = true;
      book.wanted = 0;
      this.#act(book);
    }
  }

  #changeMind(book: Book): void {
    const { target, stop, trail, takeProfit } = book.signal;
    if (!(target >= -1 && target <= 1)) {
      throw new OpinionError(`${book.name} wants a target of ${target}; a target lies between -1 and 1`);
    }
    checkExits(book);
    book.target = target;
    book.stop = stop;
    book.trail = trail;
    book.takeProfit = takeProfit;
    book.signalId += 1;
    book.latched = false;
    book.withdrawn = false;
    book.wanted = this.risk.size(book);
    this.#act(book);
  }

  /** The opinion stands, but its exits have moved, or something was left to do. */
  #moveExits(book: Book): void {
    book.attention = false;
    checkExits(book);
    const moved = differ(book.signal.stop, book.stop) || differ(book.signal.takeProfit, book.takeProfit);
    book.stop = book.signal.stop;
    book.trail = book.signal.trail;
    book.takeProfit = book.signal.takeProfit;
    if (moved && book.protecting > 0) this.execution.cancel(book, 'protective');
    else this.#act(book);
  }

  /**
   * Does the next thing that the book needs. While protective orders stand, or an order's end is
   * awaited, the target is not traded: their reports lead back here, so nothing is sold twice.
   */
  #act(book: Book): void {
    if (this.#manual !== undefined && this.#manual.owns(book)) {
      this.#manual.act(book);
      return;
    }
    if (book.protecting > 0 && (book.wanted !== book.quantity || book.protecting !== exitsOf(book, this.keepsProfits))) this.execution.cancel(book, 'protective');
    if (book.protecting > 0 || book.canceling > 0) return;
    if (book.quantity === book.wanted && book.buying === 0 && book.selling === 0) {
      if (book.quantity !== 0) this.protect(book);
      return;
    }
    const order = this.risk.towardsTarget(book, this.now);
    if (order) this.execution.submit(book, order);
  }

  /** Sends the exits that a book's opinion asks for, for all that it holds. */
  protect(book: Book): void {
    const { stop, takeProfit } = book;
    const first = Number.isNaN(stop) ? undefined : this.risk.protective(book, 'stop', stop, this.now);
    if (first) this.execution.submit(book, first);
    if (!Number.isNaN(takeProfit) && !keepsProfit(book, this.keepsProfits)) this.execution.submit(book, this.risk.protective(book, 'take-profit', takeProfit, this.now, first));
  }
}
