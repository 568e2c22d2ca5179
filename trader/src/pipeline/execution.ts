import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import type { Approved, Order } from '../domain/order.ts';
import type { ExecutionReport, FillReport } from '../domain/report.ts';
import type { ExecutionClient } from '../ports/execution.ts';
import { workingOrder, type Book, type WorkingOrder } from './book.ts';
import type { Portfolio } from './portfolio.ts';

// Constants, as `exact.ts` says.
const { add, sub } = exact;

/** What a report did to its book. */
export type Outcome =
  /** Nothing to react to. */
  | 'progress'
  /** The order has ended as it should, or as we asked. */
  | 'ended'
  /** It has ended without being filled and without our asking. */
  | 'refused'
  /** A stop or take-profit has traded. */
  | 'protective-filled'
  /** Not an order of ours that is working, or a trade already booked. */
  | 'unknown';

/** Hears of an order before it is sent. */
interface OrderListener {
  onOrder(order: Order): void;
}

/** Sends approved orders and follows each to its end. (Fields are declared as in `Order`.) */
export class Execution {
  orders = 0;
  /** Reports of orders that are not working, or repeat a trade: counted, never booked twice. */
  strays = 0;
  /** How many orders the venue has rejected, by its reason. */
  readonly rejections = new Map<string, number>();
  private declare readonly client: ExecutionClient;
  private declare readonly portfolio: Portfolio;
  private declare readonly books: readonly Book[];
  private declare readonly audit: OrderListener | undefined;

  constructor(client: ExecutionClient, portfolio: Portfolio, books: readonly Book[], audit: OrderListener | undefined) {
    this.client = client;
    this.portfolio = portfolio;
    this.books = books;
    this.audit = audit;
  }

  /** Tracks the order, has it journalled, and only then sends it. */
  submit(book: Book, order: Approved<Order>): void {
    const working = workingOrder(order);
    book.working.push(working);
    if (working.protective) book.protecting += 1;
    this.orders += 1;
    this.audit?.onOrder(order);
    this.client.submit(order);
  }

  /** Asks for the end of a book's orders: the protective ones, all others, or all. */
  cancel(book: Book, which: 'protective' | 'entries' | 'all'): void {
    for (let i = 0; i < book.working.length; i++) {
      const working = book.working.at(i);
      if (which === 'all' || working.protective === (which === 'protective')) this.cancelOne(book, working);
    }
  }

  /** Asks for the end of one of a book's orders, once. */
  cancelOne(book: Book, working: WorkingOrder): void {
    if (working.canceling) return;
    working.canceling = true;
    book.canceling += 1;
    this.client.cancel(working.order);
  }

  /** Forgets a book's orders: the venue has ended them all, and will say no more of them. */
  drop(book: Book): void {
    book.working.clear();
    book.buying = 0;
    book.selling = 0;
    book.protecting = 0;
    book.canceling = 0;
  }

  /** Applies one report to the book that owns the order. */
  apply(report: ExecutionReport): Outcome {
    const book = this.books[report.order.owner.index];
    const working = book && find(book, report.order);
    if (working === undefined) {
      this.strays += 1;
      return 'unknown';
    }
    switch (report.kind) {
      case 'accepted':
        return 'progress';
      case 'filled':
        return this.#fill(book, working, report);
      case 'rejected':
        this.rejections.set(report.reason, (this.rejections.get(report.reason) ?? 0) + 1);
        return this.#unfilled(book, working);
      case 'canceled':
      case 'expired':
        return this.#unfilled(book, working);
    }
  }

  #unfilled(book: Book, working: WorkingOrder): Outcome {
    this.#end(book, working);
    // An exit that ends because its counterpart has traded ends as it should.
    return working.canceling || (working.protective && book.wanted === 0) ? 'ended' : 'refused';
  }

  #fill(book: Book, working: WorkingOrder, report: FillReport): Outcome {
    if (report.tradeId <= working.lastTrade || report.quantity > working.leaves) {
      this.strays += 1;
      return 'unknown';
    }
    working.lastTrade = report.tradeId;
    working.leaves = sub(working.leaves, report.quantity);
    if (!working.protective) release(book, report.order, report.quantity);
    const expected = report.order.side === 'buy' ? add(book.quantity, report.quantity) : sub(book.quantity, report.quantity);
    this.portfolio.applyFill(book, report);
    // What a fee in coins has kept is not bought again: the opinion comes to that much less.
    if (book.quantity !== expected) book.wanted = add(book.wanted, sub(book.quantity, expected));
    const whole = working.leaves === 0;
    if (whole) this.#end(book, working);
    if (working.protective) return 'protective-filled';
    return whole ? 'ended' : 'progress';
  }

  #end(book: Book, working: WorkingOrder): void {
    book.working.remove(working);
    if (working.canceling) book.canceling -= 1;
    if (working.protective) book.protecting -= 1;
    else if (working.leaves !== 0) release(book, working.order, working.leaves);
  }
}

/** Takes what filled or ended out of what is on its way. */
function release(book: Book, order: Order, quantity: Exact): void {
  if (order.side === 'buy') book.buying = sub(book.buying, quantity);
  else book.selling = sub(book.selling, quantity);
}

function find(book: Book, order: Order): WorkingOrder | undefined {
  const { working } = book;
  for (let i = 0; i < working.length; i++) {
    if (working.at(i).order === order) return working.at(i);
  }
  return undefined;
}
