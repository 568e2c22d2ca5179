import { add, toNumber } from '../domain/exact.ts';
import type { Bar } from '../domain/bar.ts';
import type { ExecutionReport, FillReport } from '../domain/report.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Audit, Engine, Market } from '../pipeline/engine.ts';
import type { Signal } from '../domain/signal.ts';
import type { Strategy } from '../ports/strategy.ts';

/** An account from bar to bar, as a prop firm looks at it. Columns of equal length, in order of time. */
export interface AccountHistory {
  /** Opening capital. */
  readonly initial: number;
  /** Closes of the bars. */
  readonly timestamps: Float64Array;
  /** Opening times of the same bars: what happened in one may have happened any time since. */
  readonly opened: Float64Array;
  /** Closed profit and loss, fees and payments included, with the opening capital. */
  readonly balance: Float64Array;
  /** Balance and the profit of what is held. */
  readonly equity: Float64Array;
  /** Lowest equity within the bar: what is held at its end, or was until a fill at its close or a take-profit inside it, at the bar's worst price for it. */
  readonly lowest: Float64Array;
  /** Whether nothing was held. */
  readonly flat: Uint8Array;
  /** Times at which trades were opened, ascending. */
  readonly entries: readonly Timestamp[];
}

/**
 * Notes what an account was worth at each bar of a run, and at worst within it. Its strategies are
 * wrapped, so that it sees every bar of their market; they decide as before. The engine has it for its audit.
 */
export class AccountWatch implements Audit {
  private readonly markets: readonly Market[];
  private readonly highs: Float64Array;
  private readonly lows: Float64Array;
  private readonly timestamps: Float64Array;
  private readonly opened: Float64Array;
  private readonly balance: Float64Array;
  private readonly equity: Float64Array;
  private readonly lowest: Float64Array;
  private readonly flat: Uint8Array;
  private length = 0;
  private seen = NaN;
  /** Since when each book has held what it holds; NaN for nothing. */
  private readonly since: number[] = [];
  /** Fills since the last bar, but for those of stops, which come before its worst price. */
  private fills: FillReport[] = [];

  /** `bars`: how many there will be at most, of all markets together. */
  constructor(markets: readonly Market[], bars: number) {
    this.markets = markets;
    this.highs = new Float64Array(markets.length).fill(NaN);
    this.lows = new Float64Array(markets.length).fill(NaN);
    this.timestamps = new Float64Array(bars);
    this.opened = new Float64Array(bars);
    this.balance = new Float64Array(bars);
    this.equity = new Float64Array(bars);
    this.lowest = new Float64Array(bars);
    this.flat = new Uint8Array(bars);
  }

  /** A strategy that decides as `strategy` and shows its bars on the way. */
  wrap(strategy: Strategy, market: number): Strategy {
    return {
      onBar: (bar: Bar, signal: Signal) => {
        this.highs[market] = bar.high;
        this.lows[market] = bar.low;
        this.seen = market;
        strategy.onBar(bar, signal);
      },
    };
  }

  onOrder(): void {}

  onDenial(): void {}

  onReport(report: ExecutionReport): void {
    if (report.kind === 'filled' && report.order.leg !== 'stop') this.fills.push(report);
  }

  /** Looks at the engine after a bar. */
  look({ now, portfolio, books }: Engine): void {
    const { account, marks } = portfolio;
    const { seen } = this;
    const i = this.length;
    const opened = now - this.markets[seen].intervalMs;
    const equity = portfolio.equity();
    let balance = account.cash;
    let worst = equity;
    for (let b = 0; b < books.length; b++) {
      balance = add(balance, account.positions[b].cost);
      const { instrument } = books[b];
      const quantity = portfolio.quantityOf(books[b]);
      if (quantity === 0) this.since[b] = NaN;
      else if (!(Math.sign(this.since[b]) === Math.sign(quantity))) this.since[b] = Math.sign(quantity) * opened;
      if (instrument === seen) worst += this.#change(b, quantity, marks[seen], now);
    }
    this.fills = [];
    this.timestamps[i] = now;
    this.opened[i] = opened;
    this.balance[i] = toNumber(balance, account.moneyScale);
    this.equity[i] = equity;
    this.lowest[i] = Math.min(worst, equity);
    this.flat[i] = portfolio.exposed ? 0 : 1;
    this.length += 1;
  }

  /** What the equity of a book would differ by at the bar's worst price, before what was filled at its close. */
  #change(book: number, quantity: number, mark: number, now: Timestamp): number {
    const { seen } = this;
    const { priceScale, quantityScale } = this.markets[seen].instrument;
    let before = quantity;
    let change = 0;
    for (const { order: { owner, side }, tsEvent, price, quantity: filled } of this.fills) {
      if (owner.index !== book || tsEvent !== now) continue;
      const signed = toNumber(filled, quantityScale) * (side === 'buy' ? 1 : -1);
      before -= signed;
      change += signed * (toNumber(price, priceScale) - mark);
    }
    return change + before * ((before > 0 ? this.lows[seen] : this.highs[seen]) - mark);
  }

  /** What is known of the account; its engine has worked off the last bar. */
  history({ portfolio }: Engine): AccountHistory {
    const { length } = this;
    const { trades, curve } = portfolio;
    const finished = Array.from({ length: trades.length }, (_, i) => trades.at(i).tsEntry);
    const open = this.since.filter((time) => !Number.isNaN(time)).map(Math.abs);
    return {
      initial: curve.dailyEquity()[0], timestamps: this.timestamps.subarray(0, length), opened: this.opened.subarray(0, length), balance: this.balance.subarray(0, length),
      equity: this.equity.subarray(0, length), lowest: this.lowest.subarray(0, length), flat: this.flat.subarray(0, length),
      entries: [...finished, ...open].toSorted((a, b) => a - b),
    };
  }
}
