import { FallTally, type Drawdown } from '../analytics/drawdowns.ts';
import { returnsInYear } from '../analytics/returns.ts';
import { BarSampler, LineSampler, MeanSampler, type Series } from '../analytics/sampling.ts';
import { BarCursor, type Bar, type Bars } from '../domain/bar.ts';
import { add, neg, toNumber, type Exact } from '../domain/exact.ts';
import type { Leg } from '../domain/order.ts';
import type { ExecutionReport } from '../domain/report.ts';
import { DAY_MS } from '../domain/time.ts';
import type { Audit, Engine, Market } from '../pipeline/engine.ts';
import type { RoundTrip } from '../pipeline/trade-log.ts';
import { runBacktest, type BacktestSpec, type Watch } from './backtest.ts';

/** A finished round trip, and what closed it. */
export interface Trip extends RoundTrip {
  /** Leg of the order that ended it. */
  readonly exit: Leg;
}

/** One market of a run: what it is, and its price as at most 2 000 longer bars. */
export interface MarketDetail {
  readonly id: string;
  readonly intervalMs: number;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  readonly bars: Bars;
}

/** A sum of money that the run paid for one reason (`fees`, `funding`, `borrow`, …), below zero where it was received. */
export interface Cost {
  readonly kind: string;
  readonly amount: number;
}

/** What is still held when a run ends. */
export interface Holding {
  readonly book: number;
  readonly quantity: number;
  /** Quantity at the last price, account money. */
  readonly value: number;
}

/** Everything of one run that a tear sheet, a Monte Carlo and a verdict read. Money is float64, in account currency. */
export interface RunDetail {
  readonly currency: string;
  /** Opening cash. */
  readonly cash: number;
  readonly finalEquity: number;
  /** Returns by day in a year: `returnsInYear` of its markets. */
  readonly periodsPerYear: number;
  readonly bars: number;
  readonly exposedBars: number;
  /** Equity at bar closes: at most 2 000 points, among them every peak and trough that a picture of them would show. */
  readonly equity: Series;
  /** Equity at the end of each UTC day that has a bar, named by the day's first moment; the opening cash is not among them. */
  readonly daily: Series;
  /** What holding every market in equal parts from its first close on would have come to on those days, without costs. */
  readonly hold: Series;
  /** Mean share of equity that was invested, longs and shorts added up: at most 500 points. */
  readonly exposure: Series;
  /** Deepest fall from a peak at bar closes as a share of it, and the longest time below a peak. */
  readonly maxDrawdown: number;
  readonly longestDrawdownMs: number;
  /** The deepest falls at bar closes, in order of time: all of them, or at least ten. */
  readonly falls: readonly Drawdown[];
  /** In order of exit. */
  readonly trips: readonly Trip[];
  readonly holdings: readonly Holding[];
  readonly fills: number;
  readonly orders: number;
  readonly denials: number;
  /** Value of all fills together. */
  readonly turnover: number;
  readonly costs: readonly Cost[];
  readonly markets: readonly MarketDetail[];
  /** The sub-positions by index: name, and index of the market. */
  readonly books: readonly { readonly name: string; readonly market: number }[];
}

/** Buckets of the equity line, of the exposure and of a market's bars. */
const EQUITY_BUCKETS = 998;
const EXPOSURE_BUCKETS = 500;
const PRICE_BUCKETS = 2000;
/** Falls that are kept of any run, however many there were. */
const FALLS = 10;

/**
 * Watches a run bar by bar and keeps its detail, in bounded memory but for its days and trips. Give
 * it to the engine as audit, show it every bar, and look at the engine through it after each one.
 */
export class RunWatch implements Audit {
  private readonly markets: readonly Market[];
  private readonly prices: readonly BarSampler[];
  private readonly line = new LineSampler(EQUITY_BUCKETS);
  private readonly exposure = new MeanSampler(EXPOSURE_BUCKETS);
  private readonly falls = new FallTally(FALLS);
  private readonly days: number[] = [];
  private readonly dailyEquity: number[] = [];
  private readonly dailyHold: number[] = [];
  private readonly firstMarks: Float64Array;
  private readonly exits: Leg[] = [];
  /** Held by each book, as its fills say. */
  private readonly held: Exact[] = [];
  private day = NaN;
  private now = NaN;
  private equity = NaN;
  /** Mean growth of the markets since their first close. */
  private growth = 1;

  constructor(markets: readonly Market[]) {
    this.markets = markets;
    this.prices = markets.map(() => new BarSampler(PRICE_BUCKETS));
    this.firstMarks = new Float64Array(markets.length).fill(NaN);
  }

  /** Shows one bar of one market. */
  bar(market: number, bar: Bar): void {
    this.prices[market].add(bar);
  }

  /** Passes bars through to a run and keeps what is needed of them. */
  *through(market: number, pieces: Iterable<Bars>): Iterable<Bars> {
    for (const piece of pieces) {
      const cursor = new BarCursor(piece);
      for (; cursor.index < piece.length; cursor.index++) this.bar(market, cursor);
      yield piece;
    }
  }

  /** Looks at the engine after a bar. */
  look({ now, portfolio, books }: Engine): void {
    const equity = portfolio.equity();
    if (Number.isNaN(this.now)) this.falls.add(now, portfolio.curve.dailyEquity()[0]);
    this.falls.add(now, equity);
    let invested = 0;
    if (portfolio.exposed) {
      for (let i = 0; i < books.length; i++) {
        const quantity = portfolio.quantityOf(books[i]);
        if (quantity !== 0) invested += Math.abs(quantity * portfolio.marks[books[i].instrument]);
      }
    }
    this.exposure.add(now, invested === 0 ? 0 : equity > 0 ? invested / equity : NaN);
    // Markets that close together are one moment: its last value stands.
    if (now !== this.now && !Number.isNaN(this.now)) this.#record();
    this.now = now;
    this.equity = equity;
    this.growth = this.#growth(portfolio.marks);
  }

  onOrder(): void {}

  onDenial(): void {}

  /** Notes which leg ends a trip, by the same rule as the trade log: back to flat, or through zero. */
  onReport(report: ExecutionReport): void {
    if (report.kind !== 'filled') return;
    const { order, quantity } = report;
    const before = this.held[order.owner.index] ?? 0;
    const after = add(before, order.side === 'buy' ? quantity : neg(quantity));
    this.held[order.owner.index] = after;
    if (before !== 0 && (after === 0 || before > 0 !== after > 0)) this.exits.push(order.leg);
  }

  /** What is known of the run; its engine has worked off the last bar. */
  detail(engine: Engine): RunDetail {
    const { portfolio, execution, risk, books } = engine;
    const { account, curve, trades } = portfolio;
    const instruments = this.markets.map(({ instrument }) => instrument);
    if (!Number.isNaN(this.now)) this.#record();
    const [cash] = curve.dailyEquity();
    return {
      currency: instruments[0].quoteCurrency,
      cash,
      finalEquity: portfolio.equity(),
      periodsPerYear: returnsInYear(this.markets),
      bars: engine.bars,
      exposedBars: engine.exposedBars,
      equity: this.line.series(),
      daily: { timestamps: Float64Array.from(this.days), values: Float64Array.from(this.dailyEquity) },
      hold: { timestamps: Float64Array.from(this.days), values: Float64Array.from(this.dailyHold, (growth) => growth * cash) },
      exposure: this.exposure.series(),
      maxDrawdown: curve.maxDrawdown,
      longestDrawdownMs: curve.longestDrawdownMs,
      falls: this.falls.falls(),
      trips: Array.from({ length: trades.length }, (_, i) => ({ ...trades.at(i), exit: this.exits[i] ?? 'target' })),
      holdings: books.map((book) => ({ book: book.index, quantity: portfolio.quantityOf(book), value: portfolio.quantityOf(book) * portfolio.marks[book.instrument] }))
        .filter(({ quantity }) => quantity !== 0),
      fills: portfolio.fills,
      orders: execution.orders,
      denials: risk.denials,
      turnover: portfolio.turnover,
      costs: Object.entries({ fees: account.fees, ...account.flows }).filter(([kind, paid]) => kind === 'fees' || paid !== 0).map(([kind, paid]) => ({ kind, amount: toNumber(paid, account.moneyScale) })),
      markets: this.markets.map(({ instrument, intervalMs }, market) => ({
        id: instrument.id, intervalMs, priceDecimals: instrument.priceScale, quantityDecimals: instrument.quantityScale, bars: this.prices[market].bars(),
      })),
      books: books.map(({ name, instrument }) => ({ name, market: instrument })),
    };
  }

  /** Notes the equity of a moment that is over. */
  #record(): void {
    const { now, equity } = this;
    this.line.add(now, equity);
    const day = dayOf(now);
    if (day !== this.day) this.days.push(day);
    this.day = day;
    this.dailyEquity[this.days.length - 1] = equity;
    this.dailyHold[this.days.length - 1] = this.growth;
  }

  #growth(marks: Float64Array): number {
    const { firstMarks } = this;
    let sum = 0;
    for (let i = 0; i < marks.length; i++) {
      if (Number.isNaN(firstMarks[i])) firstMarks[i] = marks[i];
      sum += Number.isNaN(marks[i]) ? 1 : marks[i] / firstMarks[i];
    }
    return sum / marks.length;
  }
}

/** First moment of the UTC day that a bar's close belongs to: midnight ends a day, as in the equity curve. */
function dayOf(close: number): number {
  return (Math.ceil(close / DAY_MS) - 1) * DAY_MS;
}

/** A backtest that is watched: slower than `runBacktest` by a look at every bar, with the same result. */
export function runDetailed(spec: Omit<BacktestSpec, 'audit'>, streams: readonly Iterable<Bars>[], watch: Watch = () => {}): { readonly engine: Engine; readonly detail: RunDetail } {
  const seen = new RunWatch(spec.markets);
  const engine = runBacktest({ ...spec, audit: seen }, streams.map((pieces, market) => seen.through(market, pieces)), 1, (bars, running) => {
    seen.look(running);
    watch(bars, running);
  });
  return { engine, detail: seen.detail(engine) };
}
