import { readFileSync } from 'node:fs';
import { add, compare, format, mul, parseDecimal, sub, type Exact } from '../../../src/domain/exact.ts';
import type { ServedTrade, WireOrder } from '../dialect-server.ts';

/** JSON as Coinbase sends it. */
export type Json = Readonly<Record<string, unknown>>;

const READ = new Map<string, Json>();

/** The JSON of a recorded sample; `fixtures/README.md` says where each comes from. */
export function fixture(name: string): Json {
  const read = READ.get(name) ?? readSample(name);
  READ.set(name, read);
  return read;
}

function readSample(name: string): Json {
  const text = readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8');
  const masked = text.replace(/^[<>=].*$/gm, (line) => ' '.repeat(line.length));
  return JSON.parse(text.slice(/^\{/m.exec(masked)?.index ?? 0)) as Json;
}

/** Quantities have eight places here, money sixteen: the product of two such needs no rounding. */
const PLACES = 8;

/** What is said beneath an order's name. */
export interface Configuration {
  readonly base_size: string;
  readonly limit_price?: string;
  readonly stop_price?: string;
  readonly stop_direction?: string;
  readonly end_time?: string;
  readonly post_only?: boolean;
}

/** An order on the server's book. */
export interface CoinbaseOrder {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly productId: string;
  readonly side: 'BUY' | 'SELL';
  /** `limit_limit_gtc`, … */
  readonly name: string;
  readonly configuration: Configuration;
  readonly edits: { readonly price: string; readonly size: string; readonly replace_accept_timestamp: string }[];
  readonly created: number;
  filled: Exact;
  fills: number;
  status: 'OPEN' | 'FILLED' | 'CANCELLED' | 'EXPIRED';
}

/** One trade of the account. */
export interface CoinbaseTrade extends ServedTrade {
  readonly id: string;
  readonly order: CoinbaseOrder;
  readonly time: number;
}

/** An account of Coinbase, as far as orders, fills and balances go. It knows nothing of the network. */
export class CoinbaseAccount {
  readonly orders: CoinbaseOrder[] = [];
  readonly trades: CoinbaseTrade[] = [];
  /** Amounts in units of 10^-16. */
  readonly balances = new Map<string, Exact>([['BTC', parseDecimal('1.23', 2 * PLACES)], ['USDT', parseDecimal('4763368.68006011', 2 * PLACES)], ['USD', 0], ['EUR', parseDecimal('0.01', 2 * PLACES)]]);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The order of an id, and whether it is new: an id that was there brings back its order ("Create Order", `client_order_id`). */
  place(order: Pick<CoinbaseOrder, 'clientOrderId' | 'productId' | 'side' | 'name' | 'configuration'>): { readonly order: CoinbaseOrder; readonly made: boolean } {
    const there = this.orders.find(({ clientOrderId }) => clientOrderId === order.clientOrderId);
    if (there !== undefined) return { order: there, made: false };
    const made: CoinbaseOrder = { ...order, orderId: `11111111-0000-4000-8000-${String(this.orders.length).padStart(12, '0')}`, edits: [], created: this.#now(), filled: 0, fills: 0, status: 'OPEN' };
    this.orders.push(made);
    return { order: made, made: true };
  }

  byId(orderId: unknown): CoinbaseOrder | undefined {
    return this.orders.find((order) => order.orderId === orderId);
  }

  trade(order: CoinbaseOrder, served: ServedTrade): CoinbaseTrade {
    const quantity = parseDecimal(served.quantity, PLACES);
    order.filled = add(order.filled, quantity);
    order.fills += 1;
    if (compare(order.filled, parseDecimal(sizeOf(order), PLACES)) >= 0) order.status = 'FILLED';
    const trade = { ...served, id: `22222222-0000-4000-8000-${String(this.trades.length).padStart(12, '0')}`, order, time: this.#now() };
    this.trades.push(trade);
    const [base = '', quote = ''] = order.productId.split('-');
    const cost = mul(quantity, parseDecimal(served.price, PLACES));
    const buys = order.side === 'BUY';
    this.move(base, mul(buys ? quantity : sub(0, quantity), 10 ** PLACES));
    this.move(quote, sub(buys ? sub(0, cost) : cost, parseDecimal(served.fee, 2 * PLACES)));
    return trade;
  }

  /** Adds so many units of 10^-16. */
  move(currency: string, amount: Exact): void {
    this.balances.set(currency, add(this.balances.get(currency) ?? 0, amount));
  }
}

/** How much was ordered, as it was last changed. */
function sizeOf({ configuration, edits }: CoinbaseOrder): string {
  return edits.at(-1)?.size ?? configuration.base_size;
}

/** What has not traded, of an order that still can; nothing of one that has ended. */
export function leavesOf(order: CoinbaseOrder): string {
  return order.status === 'OPEN' ? format(sub(parseDecimal(sizeOf(order), PLACES), order.filled), PLACES) : '0';
}

/** How much has traded. */
export function filledOf({ filled }: CoinbaseOrder): string {
  return format(filled, PLACES);
}

const WIRE: Readonly<Record<string, readonly [WireOrder['type'], string]>> = {
  market_market_ioc: ['market', 'ioc'], limit_limit_gtc: ['limit', 'gtc'], limit_limit_gtd: ['limit', 'gtd'], limit_limit_fok: ['limit', 'fok'], sor_limit_ioc: ['limit', 'ioc'],
  stop_limit_stop_limit_gtc: ['stop-limit', 'gtc'], stop_limit_stop_limit_gtd: ['stop-limit', 'gtd'],
};

/** An order as the suite looks at it. */
export function toWire(order: CoinbaseOrder): WireOrder {
  const { clientOrderId, orderId, side, name, configuration, edits } = order;
  const [type, timeInForce] = WIRE[name] ?? ['market', undefined];
  return {
    clientOrderId, venueOrderId: orderId, side: side === 'BUY' ? 'buy' : 'sell', type, timeInForce, quantity: sizeOf(order),
    price: edits.at(-1)?.price ?? configuration.limit_price, trigger: configuration.stop_price, postOnly: configuration.post_only ?? false, reduceOnly: false,
  };
}
