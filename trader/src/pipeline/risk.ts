import { add, compare, max, min, neg, sub, toNumber, type Exact } from '../domain/exact.ts';
import { roundToTick, type Instrument } from '../domain/instrument.ts';
import { Order, type Approved, type OrderTerms } from '../domain/order.ts';
import type { Denial } from '../domain/report.ts';
import type { Sized } from '../domain/sized.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Book } from './book.ts';
import type { Guard, Intent, Reading, Violation } from './guards.ts';
import type { Portfolio } from './portfolio.ts';

/** Who may add risk: everyone, or nobody until a person says so. */
export type TradingState =
  | { readonly kind: 'active' }
  /** With `flat`, nothing may be held either: whatever a strategy wants comes to nothing. */
  | { readonly kind: 'halted'; readonly reason: string; readonly flat: boolean }
  /** The venue has liquidated the account: no command brings it back. */
  | { readonly kind: 'liquidated' };

/** How much of one limit is used; money and shares as float64. */
export interface Gauge {
  /** The rule, and what it is about where it keeps several limits. */
  readonly id: string;
  readonly rule: string;
  readonly subject: string | null;
  readonly unit: Reading['unit'];
  readonly used: number;
  readonly limit: number;
}

/** An order as a person wants it, in exact units. */
export interface ManualWish {
  readonly side: Order['side'];
  readonly type: Order['type'];
  readonly timeInForce: Order['timeInForce'];
  readonly quantity: Exact;
  /** As `Order.price`. */
  readonly price: Exact;
  readonly terms: OrderTerms;
}

/** What would be said of an order. */
export interface Judgement {
  /** Whether it could add risk; guards are asked only then. */
  readonly adds: boolean;
  /** Why nothing may be added at all; undefined where something may. */
  readonly barred: 'liquidated' | 'halted' | undefined;
  /** Value of all books at their largest with it. */
  readonly exposure: number;
  readonly verdicts: readonly {
    readonly rule: string;
    readonly unit: Reading['unit'];
    /** Undefined where the rule has nothing to say of it, or does not show. */
    readonly value: number | undefined;
    readonly limit: number | undefined;
    readonly violation: Violation | undefined;
  }[];
}

/** See `Risk.#named`. */
interface NamedPrices {
  readonly worst: number;
  readonly highest: number;
}

/**
 * The one writer of an account's orders, and the one file that can stop one. It sizes what books
 * want, counts what is already on its way, asks the guards, reserves, and mints `Approved` orders. (Fields as in `Order`.)
 */
export class Risk {
  state: TradingState = { kind: 'active' };
  denials = 0;
  private declare readonly instruments: readonly Instrument[];
  private declare readonly books: readonly Book[];
  private declare readonly portfolio: Portfolio;
  readonly #equity: () => Exact;
  private declare readonly guards: readonly Guard[];
  private declare readonly tsMarks: Float64Array;
  private declare readonly references: Float64Array;
  readonly #onDenial: (denial: Denial) => void;
  readonly #onSized: ((sized: Sized) => void) | undefined;

  constructor(instruments: readonly Instrument[], books: readonly Book[], portfolio: Portfolio, guards: readonly Guard[], onDenial: (denial: Denial) => void, onSized?: (sized: Sized) => void) {
    this.instruments = instruments;
    this.books = books;
    this.portfolio = portfolio;
    this.#equity = () => portfolio.exactEquity();
    this.guards = guards;
    this.tsMarks = new Float64Array(instruments.length).fill(-Infinity);
    this.references = new Float64Array(instruments.length);
    this.#onDenial = onDenial;
    this.#onSized = onSized;
    for (const guard of guards) guard.attach?.(portfolio, books);
    for (const book of books) this.attach(book);
  }

  /** Tells the sizer of a book that was added of the account. */
  attach({ sizer, name, index }: Book): void {
    const portfolio = this.portfolio;
    const limiting = this.guards.find((guard) => 'room' in guard);
    const room = limiting && (() => toNumber(limiting.room?.() ?? 0, portfolio.account.moneyScale));
    sizer.attach?.({ owner: name, book: index, trades: portfolio.trades, curve: portfolio.curve, room, onSized: this.#onSized });
  }

  /** How much of each guard's limit is used, and of what. It changes nothing; markets without a price have no limit yet. */
  gauges(now: Timestamp): readonly Gauge[] {
    const markets = this.instruments.flatMap((_, instrument) => {
      const book = this.books.find((each) => each.instrument === instrument);
      return book === undefined || Number.isNaN(this.portfolio.marks[instrument]) ? [] : [this.#intent(book, 0, now)];
    });
    const gauges = new Map<string, Gauge>();
    for (const { rule, reading } of this.guards) {
      if (reading === undefined) continue;
      for (const intent of reading.scope === 'account' ? markets.slice(0, 1) : markets) {
        const used = reading.used === undefined ? reading.value(intent) : reading.used(intent);
        const subject = reading.subject(intent);
        const id = subject === null || rule.endsWith(`:${subject}`) ? rule : `${rule}:${subject}`;
        if (used !== undefined && !gauges.has(id)) gauges.set(id, { id, rule, subject, unit: reading.unit, used, limit: reading.limit(intent) });
      }
    }
    return [...gauges.values()];
  }

  /** Notes that an instrument's price is about to change, and when, for the guards to judge by. */
  seen(instrument: number, now: Timestamp): void {
    if (this.guards.length === 0) return;
    this.tsMarks[instrument] = now;
    this.references[instrument] = this.portfolio.marks[instrument];
  }

  /** Whether everything is to be closed and stay so. */
  get flat(): boolean {
    return this.state.kind === 'halted' && this.state.flat;
  }

  /** The quantity that a book's opinion comes to now. */
  size(book: Book): Exact {
    if (this.flat) return 0;
    return book.sizer.quantity(book.target, this.portfolio.marks[book.instrument], this.#equity, book.stop);
  }

  /**
   * The order that closes the gap target − position − in flight, reserved for, or undefined when
   * there is no gap or it was denied. A denied opinion is given up, and what of it takes risk off
   * still goes: now as far as that is certain, the rest when the orders on their way have ended.
   */
  towardsTarget(book: Book, now: Timestamp): Approved<Order> | undefined {
    const gap = sub(book.wanted, expected(book));
    if (gap === 0) return undefined;
    if (!this.#restricted(book) || !this.#adds(book, gap)) return this.#mint(book, gap, now);
    if (!book.latched) {
      const denial = this.#denial(book, gap, now);
      if (denial === undefined) return this.#mint(book, gap, now);
      this.denials += 1;
      this.#onDenial(denial);
      this.giveUp(book);
    }
    const rest = reducing(book, sub(book.wanted, expected(book)));
    return rest === 0 ? undefined : this.#mint(book, rest, now);
  }

  /** From here on the book wants no more than it holds and has on its way, until the strategy changes its mind. */
  giveUp(book: Book): void {
    const most = expected(book);
    book.latched = true;
    book.wanted = compare(most, 0) > 0 ? max(0, min(book.wanted, most)) : min(0, max(book.wanted, most));
  }

  /** From here on the book wants what it holds and has on its way, neither more nor less, until the strategy changes its mind. */
  stay(book: Book): void {
    book.latched = true;
    book.wanted = expected(book);
  }

  /** A protective order for all that the book holds. */
  protective(book: Book, leg: 'stop' | 'take-profit', price: number, now: Timestamp, ocoWith?: Order): Approved<Order> {
    const instrument = this.#instrument(book);
    const long = compare(book.quantity, 0) > 0;
    const exact = roundToTick(price, instrument, long === (leg === 'stop') ? 'floor' : 'ceil');
    const trails = leg === 'stop' && !Number.isNaN(book.trail);
    return this.#approve(new Order(
      book, book.signalId, book.orders++, leg, book.instrument, long ? 'sell' : 'buy',
      leg === 'take-profit' ? 'limit' : trails ? 'trailing-stop' : 'stop', 'gtc', long ? book.quantity : neg(book.quantity), exact, now, ocoWith,
      trails ? { trail: book.trail } : undefined,
    ), now);
  }

  /** An order that a person wrote, reserved for; undefined where it was denied. Where it could add risk, every guard is asked. */
  manual(book: Book, { side, type, timeInForce, quantity, price, terms }: ManualWish, now: Timestamp): Approved<Order> | undefined {
    const gap = side === 'buy' ? quantity : neg(quantity);
    const denial = this.#adds(book, gap) ? this.#denial(book, gap, now, this.#named(book, side, type, price)) : undefined;
    if (denial !== undefined) {
      this.denials += 1;
      this.#onDenial(denial);
      return undefined;
    }
    if (side === 'buy') book.buying = add(book.buying, quantity);
    else book.selling = add(book.selling, quantity);
    return this.#approve(new Order(book, book.signalId, book.orders++, 'manual', book.instrument, side, type, timeInForce, quantity, price, now, undefined, terms), now);
  }

  /** What every guard would say of such an order, and whether they would be asked: it changes nothing. `book` may be one that is not there yet. */
  judge(book: Book, { side, type, quantity, price }: Pick<ManualWish, 'side' | 'type' | 'quantity' | 'price'>, now: Timestamp): Judgement {
    const gap = side === 'buy' ? quantity : neg(quantity);
    const books = this.books.includes(book) ? this.books : [...this.books, book];
    const intent = this.#intent(book, gap, now, this.#named(book, side, type, price), books);
    const adds = this.#adds(book, gap);
    return {
      adds, exposure: intent.exposure, barred: adds ? this.#barred(book) : this.state.kind === 'liquidated' ? 'liquidated' : undefined,
      verdicts: this.guards.map((guard) => ({
        rule: guard.rule, unit: guard.reading?.unit ?? 'money', value: guard.reading?.value(intent), limit: guard.reading?.limit(intent),
        violation: adds ? (guard.judge === undefined ? guard.check(intent) : guard.judge(intent)) : undefined,
      })),
    };
  }

  /** The prices that an order names: the worst at which it may trade (its limit where that is beyond the market's price, else that), and the highest, at which it is worth the most. */
  #named(book: Book, side: Order['side'], type: Order['type'], price: Exact): NamedPrices {
    const mark = this.portfolio.marks[book.instrument];
    if (type === 'market') return { worst: mark, highest: mark };
    const named = toNumber(price, this.#instrument(book).priceScale);
    const highest = Math.max(mark, named);
    return { worst: type !== 'limit' ? mark : side === 'buy' ? highest : Math.min(mark, named), highest };
  }

  /** Whether there is anything that more risk must pass. */
  #restricted(book: Book): boolean {
    return book.latched || this.guards.length > 0 || this.state.kind !== 'active' || book.liquidated;
  }

  /** Whether a gap could leave the book with more at risk than it holds now, if nothing else on its way fills. */
  #adds(book: Book, gap: Exact): boolean {
    return gap > 0
      ? add(add(book.quantity, book.buying), gap) > 0
      : add(sub(book.quantity, book.selling), gap) < 0;
  }

  /** Why nothing may add risk at all. */
  #barred(book: Book): 'liquidated' | 'halted' | undefined {
    if (this.state.kind === 'liquidated' || book.liquidated) return 'liquidated';
    return this.state.kind === 'halted' ? 'halted' : undefined;
  }

  #denial(book: Book, gap: Exact, now: Timestamp, named?: NamedPrices): Denial | undefined {
    const wanted = {
      owner: book.name, tsEvent: now, side: compare(gap, 0) > 0 ? 'buy' : 'sell',
      quantity: Math.abs(toNumber(gap, this.#instrument(book).quantityScale)),
    } as const;
    const barred = this.#barred(book);
    if (barred !== undefined) return { rule: barred, ...wanted, value: wanted.quantity, limit: 0 };
    if (this.guards.length === 0) return undefined;
    const intent = this.#intent(book, gap, now, named);
    for (const guard of this.guards) {
      const violation = guard.check(intent);
      if (violation) return { rule: guard.rule, ...wanted, ...violation };
    }
    return undefined;
  }

  #intent(book: Book, gap: Exact, now: Timestamp, named?: NamedPrices, books = this.books): Intent {
    const portfolio = this.portfolio;
    const mark = portfolio.marks[book.instrument];
    const worst = named === undefined ? mark : named.worst;
    const highest = named === undefined ? mark : named.highest;
    const size = Math.abs(toNumber(gap, this.#instrument(book).quantityScale));
    const reference = this.references[book.instrument];
    let exposure = 0;
    for (const other of books) {
      const buying = other === book && compare(gap, 0) > 0 ? add(other.buying, gap) : other.buying;
      const selling = other === book && compare(gap, 0) < 0 ? sub(other.selling, gap) : other.selling;
      if (other.quantity === 0 && buying === 0 && selling === 0) continue;
      const { quantityScale } = this.#instrument(other);
      const most = Math.max(toNumber(add(other.quantity, buying), quantityScale), -toNumber(sub(other.quantity, selling), quantityScale));
      exposure += most * portfolio.marks[other.instrument];
    }
    return {
      now, mark, tsMark: this.tsMarks[book.instrument], reference: Number.isNaN(reference) ? mark : reference, price: worst, notional: size * highest, exposure,
      equity: portfolio.equity(), peakEquity: portfolio.curve.peak, book, gap, books, instruments: this.instruments, portfolio,
    };
  }

  #mint(book: Book, gap: Exact, now: Timestamp): Approved<Order> {
    const buy = gap > 0;
    const quantity = buy ? gap : neg(gap);
    if (buy) book.buying = add(book.buying, quantity);
    else book.selling = add(book.selling, quantity);
    return this.#approve(new Order(
      book, book.signalId, book.orders++, this.flat ? 'flatten' : 'target', book.instrument, buy ? 'buy' : 'sell', 'market', 'ioc', quantity, 0, now,
    ), now);
  }

  #approve(order: Order, now: Timestamp): Approved<Order> {
    const guards = this.guards;
    for (let i = 0; i < guards.length; i++) guards[i].sent?.(now, order);
    return order as Approved<Order>;
  }

  #instrument(book: Book): Instrument {
    return this.instruments[book.instrument];
  }
}

/** What a book will hold when everything on its way towards the target has filled. */
function expected(book: Book): Exact {
  const { quantity, buying, selling } = book;
  return buying === 0 && selling === 0 ? quantity : sub(add(quantity, buying), selling);
}

/** As much of a gap as takes risk off whatever becomes of the orders on their way. */
function reducing(book: Book, gap: Exact): Exact {
  return compare(gap, 0) > 0
    ? min(gap, max(0, neg(add(book.quantity, book.buying))))
    : max(gap, min(0, sub(book.selling, book.quantity)));
}
