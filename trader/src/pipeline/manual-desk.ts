import { abs, compare, max, min, mul, neg, parseDecimal, sub, type Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderTerms } from '../domain/order.ts';
import type { ExecutionReport } from '../domain/report.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Command, ManualCommand, ManualOrder } from '../ports/journal.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { Strategy } from '../ports/strategy.ts';
import { Book, isProtective, type WorkingOrder } from './book.ts';
import type { Execution, Outcome } from './execution.ts';
import { exitsOf } from './exits.ts';
import type { Portfolio } from './portfolio.ts';
import type { Judgement, ManualWish, Risk } from './risk.ts';
import type { Sizer, Sizing } from './sizing.ts';

/** What the desk needs of its engine. */
export interface DeskParts {
  readonly instruments: readonly Instrument[];
  readonly books: readonly Book[];
  readonly risk: Risk;
  readonly execution: Execution;
  readonly portfolio: Portfolio;
  readonly now: Timestamp;
  /** Whether a take-profit that stands beside a stop is kept by the engine. */
  readonly keepsProfits: boolean;
  feesOf(market: number): FeeModel;
  addBook(spec: { readonly strategyName: string; readonly strategy: Strategy; readonly market: number; readonly sizing: Sizing }): Book;
  /** Sends the exits of a book, for all that it holds. */
  protect(book: Book): void;
  /** Closes what these books hold, and cancels what they have on their way. */
  close(books: readonly Book[]): void;
  /** Cancels what they have on their way, exits too where `exits`. */
  withdraw(books: readonly Book[], exits: boolean): void;
}

/** An order that waits for others to end: the exits that it would sell twice with, or the one that it replaces. */
interface Waiting {
  readonly wish: ManualWish;
  readonly replaces: WorkingOrder | undefined;
}

/** One market's orders of people: what waits, and whether everything there is being closed. */
interface Seat {
  readonly book: Book;
  readonly waiting: Waiting[];
  closing: boolean;
}

/**
 * The orders that people write. Each market has a sub-position for them, beside those of strategies, so they are sized,
 * guarded and booked like any other, and no strategy trades against them. A stop and a take-profit belong to what is
 * held there: whenever that changes they are ended and sent anew for as much. What would sell the same position
 * twice waits until they are gone.
 */
export class ManualDesk {
  readonly #parts: DeskParts;
  readonly #seats = new Map<number, Seat>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Whether a book is one of these. */
  owns(book: Book): boolean {
    return this.#seats.get(book.instrument)?.book === book;
  }

  /** Carries out a command about orders of people; what names no order or market of theirs does nothing. */
  take(command: Command & ManualCommand): void {
    switch (command.kind) {
      case 'place':
        this.#place(command.order, command.id ?? '');
        return;
      case 'amend':
        this.#amend(command);
        return;
      case 'cancel':
        this.#cancel(command.clientOrderId);
        return;
      case 'cancel-all':
        this.#parts.withdraw(this.#booksOf(command.instrument), command.exits === true);
        return;
      case 'close':
        this.#parts.close(this.#booksOf(command.instrument));
        return;
      case 'protect': {
        const seat = this.#seats.get(this.#marketOf(command.instrument));
        if (seat !== undefined) this.#protectAt(seat, command.stop, command.takeProfit);
      }
    }
  }

  /** Drops what waits to be sent for these books. */
  forget(books: readonly Book[]): void {
    for (const { book, waiting } of this.#seats.values()) if (books.includes(book)) waiting.length = 0;
  }

  /** What is held by hand on a market, signed. */
  held(market: number): Exact {
    return this.#seats.get(market)?.book.quantity ?? 0;
  }

  /** Whether a stop or a take-profit stands for what is held by hand on a market: nothing else may rest to take it off. */
  protects(market: number): boolean {
    const book = this.#seats.get(market)?.book;
    return book !== undefined && book.quantity !== 0 && exitsOf(book, this.#parts.keepsProfits) > 0;
  }

  /** What would be said of an order with these exits, were it placed now. It changes nothing. */
  judge(market: number, wish: ManualWish, stop: number): Judgement {
    const { books, risk, now } = this.#parts;
    const book = this.#seats.get(market)?.book ?? new Book('', 'manual', books.length, market, IDLE, UNSIZED);
    const before = [book.stop, book.target] as const;
    // As it would stand while it is judged: an exit bounds what may be lost.
    if (!Number.isNaN(stop)) book.stop = stop;
    if (book.quantity === 0) book.target = wish.side === 'buy' ? 1 : -1;
    try {
      return risk.judge(book, wish, now);
    } finally {
      [book.stop, book.target] = before;
    }
  }

  /** What trading a quantity at a price costs, as a taker: account money. */
  fee(market: number, price: Exact, quantity: Exact): Exact {
    const { instruments, portfolio } = this.#parts;
    const { priceScale, quantityScale } = instruments[market];
    return this.#parts.feesOf(market).fee(mul(price, quantity), priceScale + quantityScale, quantity, quantityScale, portfolio.account.moneyScale);
  }

  /** Takes what a report did to a book of these. */
  report(book: Book, report: ExecutionReport, outcome: Outcome): void {
    const seat = this.#seats.get(book.instrument);
    if (seat === undefined || report.kind === 'accepted') return;
    if (!seat.closing) book.wanted = book.quantity;
    if (outcome === 'protective-filled') this.#parts.execution.cancel(book, 'protective');
    if (outcome === 'refused' && (seat.closing || isProtective(report.order))) {
      // At once could go on for ever: it is tried again on the next bar.
      book.attention = true;
      return;
    }
    this.act(book);
  }

  /** Does the next thing that a book of these needs. */
  act(book: Book): void {
    const seat = this.#seats.get(book.instrument);
    if (seat === undefined) return;
    if (book.wanted !== book.quantity) seat.closing = true;
    if (seat.closing && this.#close(seat)) return;
    this.#sendWaiting(seat);
    this.#shrink(book);
    this.#keepExits(seat);
  }

  #place(order: ManualOrder, id: string): void {
    const market = this.#marketOf(order.instrument);
    const seat = this.#seatOf(market);
    const { book } = seat;
    book.signalId += 1;
    const wish = wishOf(order, id, this.#parts.instruments[market]);
    // Whatever stops are to stand then, this is what it is judged with.
    const before = [book.stop, book.takeProfit, book.target] as const;
    if (order.stop !== undefined) book.stop = Number(order.stop);
    if (order.takeProfit !== undefined) book.takeProfit = Number(order.takeProfit);
    if (book.quantity === 0) book.target = order.side === 'buy' ? 1 : -1;
    if (reduces(book, wish) && isImmediate(wish) && book.protecting > 0) seat.waiting.push({ wish, replaces: undefined });
    else if (!this.#send(seat, wish)) [book.stop, book.takeProfit, book.target] = before;
    const moved = !Object.is(before[0], book.stop) || !Object.is(before[1], book.takeProfit);
    mirror(book);
    if (moved) this.#parts.execution.cancel(book, 'protective');
    this.act(book);
  }

  /** Ends an order on its way; what one of a strategy was for is given up until its next opinion. */
  #cancel(clientOrderId: string): void {
    for (const book of this.#parts.books) {
      const working = find(book, clientOrderId);
      if (working === undefined || working.protective) continue;
      if (!this.owns(book)) {
        book.latched = true;
        book.withdrawn = true;
      }
      this.#replacing(book, working);
      this.#parts.execution.cancelOne(book, working);
    }
  }

  /** Takes out what was to come in place of an order. */
  #replacing(book: Book, working: WorkingOrder): ManualWish | undefined {
    const waiting = this.#seats.get(book.instrument)?.waiting ?? [];
    const at = waiting.findIndex(({ replaces }) => replaces === working);
    return at < 0 ? undefined : waiting.splice(at, 1)[0].wish;
  }

  #amend({ id = '', clientOrderId, quantity, price, trigger }: Command & ManualCommand & { readonly kind: 'amend' }): void {
    for (const seat of this.#seats.values()) {
      const working = find(seat.book, clientOrderId);
      if (working === undefined) continue;
      const { order } = working;
      // One that was amended already, and has not ended yet, is amended further: only one other comes in its place.
      const before = this.#replacing(seat.book, working) ?? order;
      const { priceScale, quantityScale } = this.#parts.instruments[order.instrument];
      const wish: ManualWish = {
        side: order.side, type: order.type, timeInForce: order.timeInForce, quantity: quantity === undefined ? before.quantity : parseDecimal(quantity, quantityScale),
        price: price === undefined ? before.price : parseDecimal(price, priceScale),
        terms: { ...before.terms, ...(trigger !== undefined && { trigger: parseDecimal(trigger, priceScale) }), command: id },
      };
      seat.waiting.push({ wish, replaces: working });
      this.#parts.execution.cancelOne(seat.book, working);
    }
  }

  #protectAt({ book }: Seat, stop: string | null | undefined, takeProfit: string | null | undefined): void {
    if (stop !== undefined) book.stop = stop === null ? NaN : Number(stop);
    if (takeProfit !== undefined) book.takeProfit = takeProfit === null ? NaN : Number(takeProfit);
    mirror(book);
    this.#parts.execution.cancel(book, 'protective');
    this.act(book);
  }

  /** Goes on closing everything that is held; false once that is done. */
  #close(seat: Seat): boolean {
    const { book } = seat;
    const { execution, risk, now } = this.#parts;
    seat.waiting.length = 0;
    let [closing, others] = [false, false];
    for (let at = book.working.length - 1; at >= 0; at--) {
      const working = book.working.at(at);
      if (working.order.leg === 'target' || working.order.leg === 'flatten') closing = true;
      else {
        others = true;
        execution.cancelOne(book, working);
      }
    }
    if (closing || others) return true;
    if (book.quantity === 0) {
      seat.closing = false;
      book.wanted = 0;
      return false;
    }
    book.wanted = 0;
    const order = risk.towardsTarget(book, now);
    if (order) execution.submit(book, order);
    return true;
  }

  /** Sends what has waited, once the exits are gone that it would sell twice with, or what it replaces has ended. */
  #sendWaiting(seat: Seat): void {
    const { book, waiting } = seat;
    if (waiting.length === 0) return;
    if (waiting.some(({ wish, replaces }) => replaces === undefined && reduces(book, wish))) this.#parts.execution.cancel(book, 'protective');
    for (const entry of waiting.splice(0)) {
      const { wish, replaces } = entry;
      const waits = replaces === undefined ? book.protecting > 0 : isWorking(book, replaces);
      if (waits) waiting.push(entry);
      else {
        const left = replaces === undefined ? wish.quantity : sub(wish.quantity, sub(replaces.order.quantity, replaces.leaves));
        if (left > 0) this.#send(seat, { ...wish, quantity: left });
      }
    }
  }

  /** Has it judged, reserved and sent; false where it was denied, or there is nothing of it to do. */
  #send({ book }: Seat, wish: ManualWish): boolean {
    const { execution, risk, now, keepsProfits } = this.#parts;
    // What an exit stands for is not put up for sale a second time.
    if (!isImmediate(wish) && reduces(book, wish) && exitsOf(book, keepsProfits) > 0) return false;
    // More than is there cannot be taken off.
    const quantity = wish.terms.reduceOnly === true ? min(wish.quantity, reducible(book, wish.side)) : wish.quantity;
    if (quantity <= 0) return false;
    const order = risk.manual(book, { ...wish, quantity }, now);
    if (order === undefined) return false;
    execution.submit(book, order);
    return true;
  }

  /** Cancels what was only to reduce, where less is held than it would take off: the newest first. */
  #shrink(book: Book): void {
    for (const side of ['buy', 'sell'] as const) {
      let left = reducible(book, side, true);
      for (let at = 0; at < book.working.length; at++) {
        const working = book.working.at(at);
        if (working.order.terms?.reduceOnly !== true || working.order.side !== side || working.canceling || working.protective) continue;
        if (working.leaves > left) this.#parts.execution.cancelOne(book, working);
        else left = sub(left, working.leaves);
      }
    }
  }

  /** Has a stop and a take-profit stand for all that is held, and for no more. */
  #keepExits(seat: Seat): void {
    const { book, waiting } = seat;
    const { execution, keepsProfits } = this.#parts;
    if (book.quantity === 0) {
      execution.cancel(book, 'protective');
      // What they were for is over; an entry that is still on its way brings them along.
      if (book.working.length === 0 && waiting.length === 0) {
        book.stop = book.takeProfit = NaN;
        book.target = 0;
        mirror(book);
      }
      return;
    }
    book.target = book.quantity > 0 ? 1 : -1;
    mirror(book);
    const asked = exitsOf(book, keepsProfits);
    if (asked > 0) this.#endReducing(book);
    const standing = standingExits(book);
    // What is on its way takes off what they would; its end leads back here.
    if (standing === undefined || (standing === book.protecting && standing === asked)) return;
    execution.cancel(book, 'protective');
    if (book.protecting === 0 && waiting.length === 0) this.#parts.protect(book);
  }

  /** Cancels what rests to take off what exits are to stand for. */
  #endReducing(book: Book): void {
    for (let at = book.working.length - 1; at >= 0; at--) {
      const working = book.working.at(at);
      if (!working.protective && !isImmediate(working.order) && reduces(book, working.order)) this.#parts.execution.cancelOne(book, working);
    }
  }

  #booksOf(instrument: string | undefined): readonly Book[] {
    if (instrument === undefined) return this.#parts.books;
    const market = this.#marketOf(instrument);
    return this.#parts.books.filter((book) => book.instrument === market);
  }

  #marketOf(instrument: string): number {
    const market = this.#parts.instruments.findIndex(({ id }) => id === instrument);
    if (market < 0) throw new RangeError(`there is no ${instrument}`);
    return market;
  }

  #seatOf(market: number): Seat {
    let seat = this.#seats.get(market);
    if (seat === undefined) {
      seat = { book: this.#parts.addBook({ strategyName: 'manual', strategy: IDLE, market, sizing: { kind: 'units', units: '0' } }), waiting: [], closing: false };
      this.#seats.set(market, seat);
    }
    return seat;
  }
}

const IDLE: Strategy = { onBar() { /* It has no opinion. */ } };
const UNSIZED: Sizer = { quantity: () => 0 };

/** An order as a person wrote it, in exact units. */
function wishOf(order: ManualOrder, command: string, { priceScale, quantityScale }: Instrument): ManualWish {
  const { side, type, timeInForce, quantity, price, trigger, trail, expires, postOnly, reduceOnly } = order;
  const terms: OrderTerms = {
    ...(trigger !== undefined && { trigger: parseDecimal(trigger, priceScale) }), ...(trail !== undefined && { trail }), ...(expires !== undefined && { expires }),
    ...(postOnly === true && { postOnly }), ...(reduceOnly === true && { reduceOnly }), command,
  };
  return { side, type, timeInForce, quantity: parseDecimal(quantity, quantityScale), price: price === undefined ? 0 : parseDecimal(price, priceScale), terms };
}

/** The signal of a book of these is what the book is at: it has no opinion that could differ. */
function mirror(book: Book): void {
  Object.assign(book.signal, { target: book.target, stop: book.stop, trail: book.trail, takeProfit: book.takeProfit });
}

/** Whether a side takes off what a book holds. */
function reduces({ quantity }: Book, { side }: Pick<ManualWish, 'side'>): boolean {
  return side === 'sell' ? compare(quantity, 0) > 0 : compare(quantity, 0) < 0;
}

/** Whether it trades now or never. */
function isImmediate({ type, timeInForce }: Pick<ManualWish, 'type' | 'timeInForce'>): boolean {
  return type === 'market' || timeInForce === 'ioc' || timeInForce === 'fok';
}

/** How much of what is held a side can take off, what rests against it counted unless `all`. */
function reducible({ quantity, buying, selling }: Book, side: 'buy' | 'sell', all = false): Exact {
  const held = max(0, side === 'sell' ? quantity : neg(quantity));
  return all ? held : max(0, sub(held, side === 'sell' ? selling : buying));
}

/** Exits that stand for all that is held; undefined while another order is on its way that takes it off. */
function standingExits(book: Book): number | undefined {
  let standing = 0;
  for (let at = 0; at < book.working.length; at++) {
    const { order, protective, leaves, canceling } = book.working.at(at);
    if (!protective && reduces(book, order)) return undefined;
    if (protective && !canceling && leaves === abs(book.quantity)) standing += 1;
  }
  return standing;
}

function find({ working }: Book, clientOrderId: string): WorkingOrder | undefined {
  for (let at = 0; at < working.length; at++) if (working.at(at).order.clientOrderId === clientOrderId) return working.at(at);
  return undefined;
}

function isWorking({ working }: Book, order: WorkingOrder): boolean {
  for (let at = 0; at < working.length; at++) if (working.at(at) === order) return true;
  return false;
}
