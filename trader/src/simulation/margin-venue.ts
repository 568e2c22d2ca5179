import type { FlowKind } from '../domain/account.ts';
import type { Bar } from '../domain/bar.ts';
import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import { roundToTick, type Instrument } from '../domain/instrument.ts';
import type { Approved, Order } from '../domain/order.ts';
import { Position } from '../domain/position.ts';
import type { ExecutionReport, FillReport } from '../domain/report.ts';
import type { Timestamp } from '../domain/time.ts';
import type { ExecutionClient, ReportSink } from '../ports/execution.ts';
import type { AccountTerms } from './account-terms.ts';
import type { FeeStanding } from './fee-schedule.ts';
import { liquidationPrice, maintenanceMargin, maxLeverage } from './margin.ts';
import { Desk } from './margin-desk.ts';
import { isBusy, onTheWay } from './resting.ts';
import type { BarWatch } from './venue-rules.ts';
import type { SimulatedVenue } from './venue.ts';

// Constants, as `exact.ts` says.
const { abs, add, decimalPlaces, divide, fromNumber, mul, neg, parseDecimal, pow10, rescale, sub, toNumber } = exact;

/** What an account at a simulated venue is made of. */
export interface MarginVenueSpec {
  readonly terms: AccountTerms;
  readonly instruments: readonly Instrument[];
  /** Opening cash in account money, and its decimals. */
  readonly cash: Exact;
  readonly moneyScale: number;
  /** Told of every trade and of every day, where fees go by volume. */
  readonly standing: FeeStanding | undefined;
}

/**
 * The account that a venue keeps for us, around a venue that only matches orders: it asks for margin
 * before it lets an order in, collects funding, interest and swap when they are due, and takes a
 * position away when its margin is used up (docs/venue-rules.md).
 *
 * What a bar cannot tell is decided against the trader. Payments that fall due inside a bar or at its
 * close are those of whoever holds at its close, at that price. Margin is judged at the open, and then
 * at the worst price of the bar: after what trades at its open, before take-profits and unless a stop
 * stands in between. A position that opens beyond its liquidation price is closed at the open.
 */
export class MarginVenue implements ExecutionClient {
  private declare readonly inner: SimulatedVenue;
  private declare readonly watch: { -readonly [K in keyof BarWatch]: BarWatch[K] };
  private declare readonly desks: readonly Desk[];
  private declare readonly cross: boolean;
  private declare readonly leverage: number;
  private declare readonly terms: AccountTerms;
  private declare readonly standing: FeeStanding | undefined;
  private sink: ReportSink | undefined;
  /** How many desks hold something. */
  private held = 0;
  /** Cash: exact, in units of 10^-moneyScale, and as float64. */
  private money: Exact = NaN;
  private cash = NaN;
  private declare readonly moneyScale: number;

  /** Builds the venue inside with what must look at every bar in which orders rest. */
  constructor(build: (watch: BarWatch) => SimulatedVenue, { terms, instruments, cash, moneyScale, standing }: MarginVenueSpec) {
    this.watch = {
      near: false,
      afterOpen: (instrument, bar, tsClose) => this.#judge(this.desks[instrument], bar, tsClose, true),
      afterClose: (instrument, bar, tsClose) => this.#judge(this.desks[instrument], bar, tsClose, false),
    };
    this.inner = build(this.watch);
    this.terms = terms;
    this.cross = terms.margin === 'cross';
    this.desks = instruments.map((instrument, index) => new Desk(index, instrument, terms.markets[index], this.cross ? undefined : new Position(), index === 0 ? terms.debit : undefined));
    this.leverage = Number(terms.leverage);
    this.standing = standing;
    this.money = cash;
    this.moneyScale = moneyScale;
    this.cash = toNumber(cash, moneyScale);
  }

  connect(sink: ReportSink): void {
    this.sink = sink;
    this.inner.connect({
      report: (report) => this.#report(report), settle: () => sink.settle(), book: (event) => sink.book(event), ignoresAcceptances: sink.ignoresAcceptances ?? false,
    });
  }

  submit(order: Approved<Order>): void {
    const desk = this.desks[order.instrument];
    const reason = this.#refusal(desk, order);
    if (reason !== undefined) {
      this.sink?.report({ kind: 'rejected', order, tsEvent: order.tsInit, reason });
      return;
    }
    if (order.type === 'stop' || order.type === 'trailing-stop') desk.stops.push(order);
    this.inner.submit(order);
  }

  cancel(order: Order): void {
    this.inner.cancel(order);
  }

  onBar(instrument: number, bar: Bar, intervalMs: number): void {
    const desk = this.desks[instrument];
    // Most bars are over with this; it is small, so that V8 puts it into the engine's own look at a bar.
    if (bar.timestamp < desk.wakes && (desk.quantity < 0 ? bar.high <= desk.near : bar.low >= desk.near)) {
      this.inner.onBar?.(instrument, bar, intervalMs);
      desk.mark = bar.close;
    } else this.#look(desk, bar, intervalMs);
  }

  /** A bar in which something is due or a liquidation price may be near. */
  #look(desk: Desk, bar: Bar, intervalMs: number): void {
    const { timestamp } = bar;
    const tsClose = timestamp + intervalMs;
    this.standing?.at(timestamp);
    if (timestamp >= desk.due) this.#collect(desk, timestamp);
    if (desk.closed) return;
    const near = this.#isNear(desk, bar);
    if (near && this.#breached(desk, bar.open)) {
      this.#liquidate(desk, bar.open, timestamp);
      return;
    }
    this.watch.near = near;
    this.inner.onBar?.(desk.index, bar, intervalMs);
    this.watch.near = false;
    if (near) this.#judge(desk, bar, tsClose, false);
    desk.mark = bar.close;
    if (tsClose >= desk.due) this.#collect(desk, tsClose);
    if (!desk.closed) desk.wakes = Math.min(desk.due, this.standing?.dayEnd ?? Infinity) - intervalMs;
  }

  /** Whether a stop would end the position before its liquidation price is reached. */
  #stopped(desk: Desk): boolean {
    if (desk.stops.length === 0) return false;
    const trigger = this.#trigger(desk);
    const { priceScale } = desk.instrument;
    return desk.stops.some(({ side, price }) => (desk.quantity > 0 ? side === 'sell' && toNumber(price, priceScale) >= trigger : side === 'buy' && toNumber(price, priceScale) <= trigger));
  }

  /** Judges a position at the worst price of a bar; stops may still come before that. */
  #judge(desk: Desk, bar: Bar, tsClose: Timestamp, stopsFirst: boolean): void {
    if (desk.closed || !this.#isNear(desk, bar) || stopsFirst && this.#stopped(desk)) return;
    const long = desk.quantity > 0;
    if (!this.#breached(desk, long ? bar.low : bar.high)) return;
    const trigger = this.#trigger(desk);
    this.#liquidate(desk, long ? Math.min(trigger, bar.open) : Math.max(trigger, bar.open), tsClose);
  }

  /** Whether a bar's worst price is one that needs a look at the liquidation price: most are far from it. */
  #isNear(desk: Desk, bar: Bar): boolean {
    if (desk.near !== desk.near) desk.near = this.#near(desk); // NaN; to ask `Number.isNaN` is a call
    return desk.quantity < 0 ? bar.high > desk.near : bar.low < desk.near;
  }

  /** As long as the account is worth more than the steepest step asks for, no liquidation price needs to be worked out. */
  #near(desk: Desk): number {
    const { quantity, brackets, steepest } = desk;
    const never = quantity < 0 ? Infinity : -Infinity;
    if (quantity === 0 || brackets.length === 0) return never;
    if (!this.cross) return this.#trigger(desk);
    if (this.held > 1 || steepest >= 1) return -never;
    // cash + quantity × price = steepest × |quantity| × price, and a little before it for what float64 leaves in the last digits.
    const price = this.cash / (steepest * Math.abs(quantity) - quantity);
    return price + Math.abs(price) * (quantity > 0 ? 1e-9 : -1e-9);
  }

  #breached(desk: Desk, price: number): boolean {
    const trigger = this.#trigger(desk);
    return desk.quantity > 0 ? price < trigger : price > trigger;
  }

  /** The liquidation price; it moves with other prices only where several positions share one margin. */
  #trigger(desk: Desk): number {
    if (Number.isNaN(desk.trigger) || (this.held > 1 && this.cross)) desk.trigger = this.#price(desk);
    return desk.trigger;
  }

  #price(desk: Desk): number {
    if (desk.quantity === 0 || desk.brackets.length === 0) return NaN;
    return liquidationPrice(desk.brackets, desk.quantity, this.cross ? this.#others(desk) : this.#posted(desk), desk.mark);
  }

  /** Cross: cash and what all else is worth, less what must be kept for it. */
  #others(desk: Desk): number {
    let funds = this.cash;
    if (this.held > 1) {
      for (const other of this.desks) {
        if (other === desk || other.quantity === 0) continue;
        const value = other.quantity * other.mark;
        funds += value;
        if (other.brackets.length > 0) funds -= maintenanceMargin(other.brackets, Math.abs(value));
      }
    }
    return funds;
  }

  /** Isolated: the margin that was posted for what is held, less what was paid for it. */
  #posted(desk: Desk): number {
    const cost = this.#cost(desk);
    return Math.abs(cost) / this.leverage - cost;
  }

  /** Isolated: what was paid for what is held, below zero where it was received. */
  #cost({ position }: Desk): number {
    return toNumber(position?.cost ?? 0, this.moneyScale);
  }

  /** Why the venue will not have an order; undefined where it takes no risk on, or there is margin for it. */
  #refusal(desk: Desk, order: Order): string | undefined {
    if (desk.closed) return 'the position was liquidated';
    const { quantityScale } = desk.instrument;
    const quantity = toNumber(order.quantity, quantityScale);
    const after = this.#after(desk, order, quantity);
    if (Math.abs(after) <= Math.abs(desk.quantity) && after * desk.quantity >= 0) return undefined;
    if (quantity < desk.minQuantity) return 'quantity is below the minimum';
    if (after < 0 && !desk.shortable) return 'it cannot be sold short here';
    const price = order.type === 'limit' || order.type === 'stop-limit' || desk.mark !== desk.mark ? toNumber(order.price, desk.instrument.priceScale) : desk.mark;
    const value = Math.abs(after) * price;
    const leverage = desk.brackets.length === 0 ? 1 : this.leverage;
    if (leverage > 1 && leverage > maxLeverage(desk.brackets, value)) return `a position of this value cannot have leverage ${this.terms.leverage}`;
    return this.#lacks(desk, value / leverage) ? 'insufficient margin' : undefined;
  }

  /** What would be held after an order where what is on its way to the same side fills as well. */
  #after(desk: Desk, { side, quantity }: Order, units: number): number {
    if (!isBusy(this.inner.books[desk.index])) return desk.quantity + (side === 'buy' ? units : -units);
    const held = this.#heldAfter(desk, side);
    return toNumber(side === 'buy' ? add(held, quantity) : sub(held, quantity), desk.instrument.quantityScale);
  }

  /** What would be held once all orders of one side that may open something had filled. */
  #heldAfter({ index, held }: Desk, side: Order['side']): Exact {
    const more = onTheWay(this.inner.books[index], side);
    return side === 'buy' ? add(held, more) : sub(held, more);
  }

  /** Whether there is less than this margin for a desk. What float64 leaves in the last digits must not refuse an order for exactly all that there is. */
  #lacks(desk: Desk, margin: number): boolean {
    const slack = 1 + 1e-12;
    return (this.desks.length === 1 ? margin : this.#margins(desk) + margin) > this.#funds() * slack;
  }

  /** Initial margin of all other positions, with what orders on their way may add to them. */
  #margins(desk: Desk): number {
    let sum = 0;
    for (const other of this.desks) {
      if (other === desk || other.closed) continue;
      const busy = isBusy(this.inner.books[other.index]);
      if (other.quantity === 0 && !busy) continue;
      const held = Math.abs(other.quantity);
      const most = busy ? Math.max(held, this.#most(other)) : held;
      const value = (this.cross ? held * other.mark : Math.abs(this.#cost(other))) + (most - held) * other.mark;
      sum += value / (other.brackets.length === 0 ? 1 : this.leverage);
    }
    return sum;
  }

  /** The largest that a position may be once the orders of one side have filled. */
  #most(desk: Desk): number {
    const { quantityScale } = desk.instrument;
    return Math.max(toNumber(this.#heldAfter(desk, 'buy'), quantityScale), -toNumber(this.#heldAfter(desk, 'sell'), quantityScale));
  }

  /** What margin can be taken from: equity (cross), or what is there but for open profits (isolated). */
  #funds(): number {
    let funds = this.cash;
    if (this.held === 0) return funds;
    for (const desk of this.desks) {
      if (desk.quantity === 0) continue;
      funds += this.cross ? desk.quantity * desk.mark : this.#cost(desk);
    }
    return funds;
  }

  #report(report: ExecutionReport): void {
    const { order } = report;
    const desk = this.desks[order.instrument];
    const { stops, closed } = desk;
    // Its orders ended with the position, whatever the rest of the bar would have made of them.
    if (closed) return;
    if (report.kind !== 'accepted') {
      const at = stops.length === 0 ? -1 : stops.indexOf(order);
      if (at >= 0) stops.splice(at, 1);
      if (report.kind === 'filled') this.#filled(desk, report);
    }
    this.sink?.report(report);
  }

  #filled(desk: Desk, { order: { side }, price, quantity, fee }: FillReport): void {
    const { priceScale, quantityScale } = desk.instrument;
    this.standing?.traded(toNumber(price, priceScale) * toNumber(quantity, quantityScale));
    this.#trade(desk, side === 'buy' ? quantity : neg(quantity), price, fee);
  }

  /** Books a trade of a signed quantity, and gives the profit that it realised before its fee; 0 with cross margin, which does not ask for it. */
  #trade(desk: Desk, quantity: Exact, price: Exact, fee: Exact): Exact {
    const { instrument: { quantityScale }, position } = desk;
    const value = this.#value(desk, price, quantity);
    const before = desk.quantity;
    this.money = sub(sub(this.money, value), fee);
    desk.held = add(desk.held, quantity);
    desk.quantity = toNumber(desk.held, quantityScale);
    if (before === 0) this.held += 1;
    if (desk.quantity === 0) this.held -= 1;
    this.#refresh();
    return position === undefined ? 0 : position.applyFill(quantity, abs(value), fee);
  }

  /** Money value of a quantity at a price; it has the quantity's sign. */
  #value({ instrument: { priceScale, quantityScale } }: Desk, price: Exact, quantity: Exact): Exact {
    return rescale(mul(price, quantity), priceScale + quantityScale, this.moneyScale, 'half-even');
  }

  /** Mirrors the cash; which prices liquidate is to be worked out anew. */
  #refresh(): void {
    const { desks } = this;
    this.cash = toNumber(this.money, this.moneyScale);
    for (let i = 0; i < desks.length; i++) desks[i].near = desks[i].trigger = NaN;
  }

  /** Collects what has fallen due by `now`, each payment at its time; the price is the last one. */
  #collect(desk: Desk, now: Timestamp): void {
    while (desk.due <= now) {
      // The first bar of a market only tells what time it is.
      const owing = desk.due > -Infinity && (desk.quantity !== 0 || this.cash < 0);
      if (owing) this.#pay(desk, desk.due);
      desk.moveOn(owing ? desk.due : now);
    }
  }

  #pay(desk: Desk, ts: Timestamp): void {
    const { funding, borrow, swap, debit, held, instrument: { priceScale, quantityScale } } = desk;
    const { moneyScale, money } = this;
    if (held !== 0) {
      const mark = fromNumber(desk.mark, priceScale);
      const valueScale = priceScale + quantityScale;
      if (funding?.next === ts) this.#flow(desk, 'funding', funding.payment(held, mark, valueScale, moneyScale), ts);
      if (borrow?.next === ts && held < 0) this.#flow(desk, 'borrow', borrow.payment(mul(neg(held), mark), valueScale, moneyScale), ts);
      if (swap?.next === ts) this.#flow(desk, 'swap', swap.payment(held, mark, priceScale, quantityScale, moneyScale), ts);
    }
    if (debit?.next === ts && money < 0) this.#flow(desk, 'borrow', debit.payment(neg(money), moneyScale, moneyScale), ts);
  }

  #flow(desk: Desk, flow: FlowKind, paid: Exact, tsEvent: Timestamp): void {
    if (paid === 0) return;
    this.money = sub(this.money, paid);
    this.sink?.book({ kind: 'flow', flow, instrument: desk.index, tsEvent, paid });
    this.#refresh();
  }

  /** Takes a position away, and with cross margin all of them: this one at `price`, the others at their last. */
  #liquidate(desk: Desk, price: number, tsEvent: Timestamp): void {
    if (!this.cross) {
      this.#close(desk, price, tsEvent);
      return;
    }
    for (const one of this.desks) if (one.quantity !== 0) this.#close(one, one === desk ? price : one.mark, tsEvent);
    for (const one of this.desks) one.end();
    if (this.terms.lossLimited && this.money < 0) this.#flow(desk, 'liquidation', this.money, tsEvent);
  }

  #close(desk: Desk, price: number, tsEvent: Timestamp): void {
    const { index, instrument, held, position } = desk;
    const exact = roundToTick(price, instrument, held > 0 ? 'floor' : 'ceil');
    const fee = this.#liquidationFee(this.#value(desk, exact, abs(held)));
    const posted = this.#marginFor(abs(position?.cost ?? 0));
    desk.end();
    const realised = this.#trade(desk, neg(held), exact, 0);
    this.sink?.book({ kind: 'liquidated', instrument: index, tsEvent, price: exact, account: this.cross });
    this.#flow(desk, 'liquidation', fee, tsEvent);
    const left = sub(add(posted, realised), fee);
    if (!this.cross && this.terms.lossLimited && left < 0) this.#flow(desk, 'liquidation', left, tsEvent);
  }

  #liquidationFee(value: Exact): Exact {
    const scale = decimalPlaces(this.terms.liquidationFee);
    return rescale(mul(value, parseDecimal(this.terms.liquidationFee, scale)), this.moneyScale + scale, this.moneyScale, 'ceil');
  }

  /** Margin posted for a cost at the account's leverage, in account money. */
  #marginFor(cost: Exact): Exact {
    const scale = decimalPlaces(this.terms.leverage);
    return divide(mul(cost, pow10(scale)), parseDecimal(this.terms.leverage, scale), 'floor');
  }
}
