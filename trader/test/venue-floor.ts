import type { Instrument } from '../src/domain/instrument.ts';
import { Order, type Approved, type OrderOwner, type OrderTerms } from '../src/domain/order.ts';
import type { ExecutionReport } from '../src/domain/report.ts';
import { BasisPointFee } from '../src/simulation/fees.ts';
import { PESSIMISTIC } from '../src/simulation/fill-policy.ts';
import { ConstantLatency } from '../src/simulation/latency.ts';
import { SimulatedVenue } from '../src/simulation/venue.ts';
import type { VenueRules } from '../src/simulation/venue-rules.ts';
import { bar, MINUTE, testInstrument } from './markets.ts';

const OWNER: OrderOwner = { run: 'test', name: 'test@A', index: 0 };

/** A venue with its reports, and orders written short. */
export class Floor {
  readonly venue: SimulatedVenue;
  readonly reports: ExecutionReport[] = [];
  /** Called with each report when it is worked off, as an engine would. */
  onReport: (report: ExecutionReport) => void = () => {};
  #waiting: ExecutionReport[] = [];
  #orders = 0;

  constructor(rules: Partial<VenueRules> = {}, instrument: Partial<Instrument> = {}) {
    this.venue = new SimulatedVenue({
      instruments: [testInstrument(instrument), testInstrument()], fees: new BasisPointFee('10'), moneyScale: 5, latency: new ConstantLatency(0), policy: PESSIMISTIC, marketFill: 'next-open', ...rules,
    });
    this.venue.connect({ report: (report) => void this.#waiting.push(report), settle: () => this.settle(), book: () => {} });
  }

  settle(): void {
    for (let report = this.#waiting.shift(); report; report = this.#waiting.shift()) {
      this.reports.push(report);
      this.onReport(report);
    }
  }

  /** Sends an order decided at `tsInit`: `buy 10 limit 9900`, with `ioc` behind it where wanted. */
  send(text: string, tsInit: number, { ocoWith, leg = 'target', terms }: { ocoWith?: Order; leg?: Order['leg']; terms?: OrderTerms } = {}): Order {
    const [side, quantity, type, price = '0', timeInForce = 'gtc'] = text.split(' ') as [Order['side'], string, Order['type'], string?, Order['timeInForce']?];
    const order = new Order(OWNER, 1, this.#orders++, leg, 0, side, type, timeInForce, Number(quantity), Number(price), tsInit, ocoWith, terms);
    this.venue.submit(order as Approved<Order>);
    return order;
  }

  /** Minute `index`: open, high, low, close. */
  bar(index: number, ...prices: [number, number?, number?, number?]): void {
    this.traded(1, index, ...prices);
  }

  /** The same with so much traded in it. */
  traded(volume: number, index: number, ...prices: [number, number?, number?, number?]): void {
    this.venue.onBar(0, { ...bar(index * MINUTE, ...prices), volume }, MINUTE);
    this.settle();
  }

  /** Fills of an order: `4 at 10000`. */
  fills(order: Order): string[] {
    return this.reports.flatMap((report) => (report.kind === 'filled' && report.order === order ? [`${report.quantity} at ${report.price}`] : []));
  }

  /** Ends of orders: `10000 at 60000` for a fill, else the kind. */
  told(order: Order): string[] {
    return this.reports.filter((report) => report.order === order && report.kind !== 'accepted')
      .map((report) => (report.kind === 'filled' ? `${report.price} at ${report.tsEvent}` : `${report.kind} at ${report.tsEvent}`));
  }
}

/** A venue that has seen minute 0, closed at 100. */
export function openFloor(rules: Partial<VenueRules> = {}, instrument: Partial<Instrument> = {}): Floor {
  const floor = new Floor(rules, instrument);
  floor.bar(0, 100);
  return floor;
}
