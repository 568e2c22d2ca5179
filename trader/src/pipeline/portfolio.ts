import { Account, type FlowKind } from '../domain/account.ts';
import { EquityCurve } from '../domain/equity-curve.ts';
import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import { toLots, type Instrument } from '../domain/instrument.ts';
import type { FillReport } from '../domain/report.ts';
import type { Book } from './book.ts';
import { TradeLog } from './trade-log.ts';

// Constants, as `exact.ts` says.
const { add, fromNumber, sub, toNumber } = exact;

/**
 * What the account holds: exact in the ledger, and mirrored as float64 for the questions that
 * every bar asks. The mirror is written anew from the ledger at each fill, so it never drifts. (Fields are declared as in `Order`.)
 */
export class Portfolio {
  /** One position per book; the venue's position is their sum. */
  declare readonly account: Account;
  /** Cash that the account began with. */
  declare readonly opening: Exact;
  declare readonly curve: EquityCurve;
  declare readonly trades: TradeLog;
  /** Last price of each instrument; NaN before the first. */
  declare readonly marks: Float64Array;
  private declare readonly instruments: readonly Instrument[];
  private declare readonly books: readonly Book[];
  private declare quantities: Float64Array;
  private cash = NaN;
  private held = 0;
  fills = 0;
  /** Fees in account money that were taken in other currencies: the venue's cash is higher by them than the ledger's. */
  feesElsewhere: Exact = 0;
  /** Value of all fills together. */
  turnover = NaN;

  constructor(cash: Exact, moneyScale: number, instruments: readonly Instrument[], books: readonly Book[]) {
    this.account = new Account(cash, moneyScale, books.map((book) => instruments[book.instrument]));
    this.trades = new TradeLog(books.length);
    this.marks = new Float64Array(instruments.length).fill(NaN);
    this.instruments = instruments;
    this.books = books;
    this.turnover = 0;
    this.quantities = new Float64Array(books.length);
    this.opening = cash;
    this.cash = toNumber(cash, moneyScale);
    this.curve = new EquityCurve(this.cash);
  }

  /** Makes room for a sub-position that was added. */
  addBook({ instrument }: Book): void {
    this.account.addPosition(this.instruments[instrument]);
    this.trades.addBook();
    const longer = new Float64Array(this.quantities.length + 1);
    longer.set(this.quantities);
    this.quantities = longer;
  }

  /** Books a fill into the ledger and into the record of round trips. */
  applyFill(book: Book, report: FillReport): void {
    const { account } = this;
    const instrument = this.instruments[book.instrument];
    const { priceScale, quantityScale } = instrument;
    const { moneyScale } = account;
    const { order, fee } = report;
    const booked = report.taken === undefined ? report : { ...report, quantity: order.side === 'buy' ? sub(report.quantity, report.taken) : add(report.quantity, report.taken) };
    if (report.feeIn !== undefined) this.feesElsewhere = add(this.feesElsewhere, fee);
    const realised = account.applyFill(book.index, order.side, booked);
    const held = account.positions[book.index].quantity;
    const before = this.quantities[book.index];
    const after = toNumber(held, quantityScale);
    const price = toNumber(report.price, priceScale);
    // What a fee in coins leaves of a lot is held and cannot be traded: the ledger has it, the book has not.
    book.quantity = toLots(held, instrument);
    this.quantities[book.index] = after;
    this.cash = toNumber(account.cash, moneyScale);
    if (before === 0) this.held += 1;
    if (after === 0) this.held -= 1;
    this.fills += 1;
    this.turnover += price * toNumber(booked.quantity, quantityScale);
    this.trades.add(book.index, report.tsEvent, before, after, price, toNumber(realised, moneyScale), toNumber(fee, moneyScale));
  }

  /** Books a payment that no trade caused, below zero where money is received. */
  applyFlow(kind: FlowKind, paid: Exact): void {
    const { account } = this;
    account.applyFlow(kind, paid);
    this.cash = toNumber(account.cash, account.moneyScale);
  }

  /** Equity at the last prices, in account currency. */
  equity(): number {
    let equity = this.cash;
    if (this.held > 0) {
      const books = this.books;
      for (let i = 0; i < books.length; i++) {
        const quantity = this.quantities[i];
        if (quantity !== 0) equity += quantity * this.marks[books[i].instrument];
      }
    }
    return equity;
  }

  /** Equity at the last prices, exact: cash and every book's quantity at its mark. */
  exactEquity(): Exact {
    return this.account.equity(this.books.map((book) => {
      const mark = this.marks[book.instrument];
      return Number.isNaN(mark) ? 0 : fromNumber(mark, this.instruments[book.instrument].priceScale);
    }));
  }

  /** What all books hold of one instrument together, parts of a lot included: the position that the venue sees. */
  netQuantity(instrument: number): Exact {
    return this.books.reduce<Exact>((sum, book) => (book.instrument === instrument ? add(sum, this.account.positions[book.index].quantity) : sum), 0);
  }

  /** Whether any book holds anything. */
  get exposed(): boolean {
    return this.held > 0;
  }

  /** Quantity of one book as float64; 0 of one that is not of this account. */
  quantityOf({ index }: Book): number {
    return index < this.quantities.length ? this.quantities[index] : 0;
  }
}
