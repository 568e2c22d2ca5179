import { OrderBook, type BookSide } from '../../domain/order-book.ts';
import type { Order } from '../../domain/order.ts';
import { TICK } from '../../domain/tick.ts';
import type { QueueModel } from './queue-model.ts';

const LOWEST = 0;
const HIGHEST = 0x7fff_ffff;

/** An order at the venue. Prices are ticks, sizes lots. (Fields are declared as in `Order`.) */
export class Working {
  declare readonly order: Order;
  declare readonly buy: boolean;
  /** The best price that it may get: its limit or stop; for a market order none is too good. */
  declare readonly bound: number;
  leaves = 0;
  /** Lots that stand before it at its price. */
  front = 0;
  /** Lots traded at its price since that level last changed. */
  traded = 0;
  /** On its way, at the venue, or ended. One that is gone no longer trades, even before it is taken out. */
  state: 'sent' | 'working' | 'gone' = 'sent';

  constructor(order: Order) {
    this.order = order;
    this.buy = order.side === 'buy';
    this.bound = order.type === 'market' ? (this.buy ? LOWEST : HIGHEST) : Number(order.price);
    this.leaves = Number(order.quantity);
  }
}

/** Orders of one side that rest, best price first, at one price in order of arrival. */
class Resting {
  readonly orders: Working[] = [];
  /** Their prices lie between these; nothing does where there are none. */
  lowest = HIGHEST;
  highest = LOWEST;

  add(working: Working): void {
    const { orders } = this;
    let at = orders.push(working) - 1;
    for (; at > 0 && (working.buy ? orders[at - 1].bound < working.bound : orders[at - 1].bound > working.bound); at--) orders[at] = orders[at - 1];
    orders[at] = working;
    this.measure();
  }

  remove(working: Working): void {
    const { orders } = this;
    let at = orders.indexOf(working);
    if (at < 0) return;
    for (; at < orders.length - 1; at++) orders[at] = orders[at + 1];
    orders.pop();
    this.measure();
  }

  private measure(): void {
    const { orders } = this;
    const [first, last] = [orders.at(0), orders.at(-1)];
    this.lowest = first === undefined || last === undefined ? HIGHEST : Math.min(first.bound, last.bound);
    this.highest = first === undefined || last === undefined ? LOWEST : Math.max(first.bound, last.bound);
  }
}

/** Hears what becomes of orders, while the market is still at the tick that did it. */
export interface MarketListener {
  /** A trade of an order: the price in ticks, the lots, and whether it had rested. */
  onTrade(working: Working, tick: number, lots: number, maker: boolean): void;
  /** What was to trade at once found too little to trade with; the order is out of the market. */
  onLeft(working: Working): void;
}

/**
 * One instrument's book as recorded, and our orders in it. They leave no mark on the record, so what
 * the record cannot tell is decided against us (docs/ticks.md): what we took is gone until the level
 * itself shrinks, a trade fills us only with what it brought and what stood before us left over, and
 * an order gets its own price even where the market went through it.
 */
export class DepthMarket {
  readonly book = new OrderBook();
  private readonly bids = this.book.bids;
  private readonly asks = this.book.asks;
  private readonly queue: QueueModel;
  private readonly listener: MarketListener;
  private readonly buys = new Resting();
  private readonly sells = new Resting();
  private readonly stops: Working[] = [];
  /** Whether depth has been seen: then the best quotes, which tell less, are no longer looked at. */
  private deep = false;
  /** Price of the last trade; 0 before the first. */
  private last = 0;
  /** What we took of levels that still stand: side, price and lots. */
  private readonly taken: { readonly side: BookSide; readonly tick: number; lots: number }[] = [];

  constructor(queue: QueueModel, listener: MarketListener) {
    this.queue = queue;
    this.listener = listener;
  }

  /** Takes one tick: book and queues change, and orders that can trade do. */
  onTick(kind: number, tick: number, size: number): void {
    switch (kind) {
      case TICK.bid:
        this.deep = true;
        this.level(this.bids, this.buys, tick, size);
        if (this.bids.best >= this.sells.lowest) this.meet(this.sells, this.bids);
        return;
      case TICK.ask:
        this.deep = true;
        this.level(this.asks, this.sells, tick, size);
        if (this.asks.best <= this.buys.highest) this.meet(this.buys, this.asks);
        return;
      case TICK.buy:
      case TICK.sell:
        this.print(kind === TICK.buy ? this.sells : this.buys, tick, size);
        this.last = tick;
        if (this.stops.length > 0) this.trigger(tick, tick);
        return;
      case TICK.reset:
        this.book.clear();
        this.taken.length = 0;
        return;
      default:
        if (!this.deep) this.quote(kind === TICK.bidQuote, tick, size);
    }
  }

  /**
   * An order arrives. It trades with what stands within its limit; then a limit order rests at the end
   * of its queue, and a stop waits unless its price has been reached.
   */
  arrive(working: Working): void {
    const { order, buy, bound } = working;
    working.state = 'working';
    if (order.type === 'stop') {
      this.stops.push(working);
      if (this.last > 0) this.trigger(this.last, this.last);
      else if (this.book.isKnown) this.trigger(this.book.asks.best, this.book.bids.best);
      return;
    }
    const limit = order.type === 'limit' ? bound : buy ? HIGHEST - 1 : LOWEST;
    if (order.timeInForce !== 'fok' || this.offered(working, limit) >= working.leaves) this.take(working, limit, false);
    if (working.leaves === 0) return;
    if (order.type === 'market' || order.timeInForce !== 'gtc') {
      working.state = 'gone';
      this.listener.onLeft(working);
      return;
    }
    working.front = (buy ? this.book.bids : this.book.asks).at(bound);
    (buy ? this.buys : this.sells).add(working);
  }

  /** Takes an order that works here out of the market. */
  remove(working: Working): void {
    working.state = 'gone';
    (working.buy ? this.buys : this.sells).remove(working);
    const at = this.stops.indexOf(working);
    if (at >= 0) this.stops.splice(at, 1);
  }

  /** The lots at a price have changed: those who wait there advance. */
  private level(side: BookSide, own: Resting, tick: number, size: number): void {
    const before = side.set(tick, size);
    if (this.taken.length > 0) this.giveBack(side, tick, size);
    if (tick < own.lowest || tick > own.highest) return;
    for (let i = 0; i < own.orders.length; i++) {
      const working = own.orders[i];
      if (working.bound !== tick) continue;
      working.front = this.queue.advance(working.front, before, size, working.traded);
      working.traded = 0;
    }
  }

  /** Without depth a book is the best quotes, one level a side. */
  private quote(bid: boolean, tick: number, size: number): void {
    const { book } = this;
    const side = bid ? book.bids : book.asks;
    if (side.levels > 0 && side.best !== tick) {
      if (this.taken.length > 0) this.giveBack(side, side.best, 0);
      side.set(side.best, 0);
    }
    this.level(side, bid ? this.buys : this.sells, tick, size);
    this.meet(bid ? this.sells : this.buys, side);
    if (this.stops.length > 0 && book.isKnown) this.trigger(book.asks.best, book.bids.best);
  }

  /** A trade: better prices than its own first, then the queue at its price, each with what the ones before left. */
  private print(own: Resting, tick: number, size: number): void {
    let rest = size;
    for (let i = 0; i < own.orders.length && rest > 0;) {
      const working = own.orders[i];
      const { buy, bound } = working;
      if (buy ? bound < tick : bound > tick) return;
      if (working.state === 'gone') {
        i++;
        continue;
      }
      let lots = Math.min(working.leaves, rest);
      if (bound === tick) {
        const beyond = Math.round(rest - working.front); // a model's queue has fractions of a lot
        working.front = Math.max(0, working.front - rest);
        working.traded += rest;
        lots = Math.min(working.leaves, Math.max(0, beyond));
      } else {
        working.front = 0;
      }
      rest -= lots;
      if (lots > 0) this.trade(working, bound, lots, true);
      if (own.orders[i] === working) i++;
    }
  }

  /** The other side has come to where our orders rest: who stood before them is gone, and what came trades with them. */
  private meet(own: Resting, side: BookSide): void {
    for (let i = 0; i < own.orders.length;) {
      const working = own.orders[i];
      if (working.buy ? side.best > working.bound : side.best < working.bound) return;
      working.front = 0;
      if (working.state !== 'gone') this.take(working, working.bound, true);
      if (own.orders[i] === working) i++;
    }
  }

  /** Stops that a trade touches, or the quotes where there are no trades, become market orders. A stop gets no better price than its own. */
  private trigger(high: number, low: number): void {
    for (let i = 0; i < this.stops.length;) {
      const working = this.stops[i];
      if (working.buy ? high < working.bound : low > working.bound) {
        i++;
        continue;
      }
      this.stops.splice(i, 1);
      if (working.state === 'gone') continue;
      this.take(working, working.buy ? HIGHEST - 1 : LOWEST, false);
      if (working.leaves === 0) continue;
      working.state = 'gone';
      this.listener.onLeft(working);
    }
  }

  /** Trades with what stands on the other side, best price first, up to `limit`; what we took before is not there. */
  private take(working: Working, limit: number, maker: boolean): void {
    const side = working.buy ? this.book.asks : this.book.bids;
    for (let tick = side.best; side.levels > 0 && working.leaves > 0; tick = side.behind(tick)) {
      if (working.buy ? tick > limit : tick < limit) return;
      const size = side.at(tick);
      if (size === 0) return;
      const lots = Math.min(working.leaves, size - this.takenAt(side, tick));
      if (!(lots > 0)) continue;
      this.addTaken(side, tick, lots);
      this.trade(working, working.buy ? Math.max(tick, working.bound) : Math.min(tick, working.bound), lots, maker);
    }
  }

  /** Lots that an order could trade with at once. */
  private offered(working: Working, limit: number): number {
    const side = working.buy ? this.book.asks : this.book.bids;
    let lots = 0;
    for (let tick = side.best; side.at(tick) > 0 && lots < working.leaves; tick = side.behind(tick)) {
      if (working.buy ? tick > limit : tick < limit) break;
      lots += side.at(tick) - this.takenAt(side, tick);
    }
    return lots;
  }

  private trade(working: Working, tick: number, lots: number, maker: boolean): void {
    working.leaves -= lots;
    if (working.leaves === 0) this.remove(working);
    this.listener.onTrade(working, tick, lots, maker);
  }

  private takenAt(side: BookSide, tick: number): number {
    for (const entry of this.taken) if (entry.side === side && entry.tick === tick) return entry.lots;
    return 0;
  }

  private addTaken(side: BookSide, tick: number, lots: number): void {
    for (const entry of this.taken) {
      if (entry.side === side && entry.tick === tick) {
        entry.lots += lots;
        return;
      }
    }
    this.taken.push({ side, tick, lots });
  }

  /** What we took of a level cannot be more than stands there. */
  private giveBack(side: BookSide, tick: number, size: number): void {
    for (let i = 0; i < this.taken.length; i++) {
      const entry = this.taken[i];
      if (entry.side !== side || entry.tick !== tick) continue;
      entry.lots = Math.min(entry.lots, size);
      if (entry.lots === 0) this.taken.splice(i, 1);
      return;
    }
  }
}
