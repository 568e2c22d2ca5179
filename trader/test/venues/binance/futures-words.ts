import type { RejectReason } from '../../../src/domain/venue-error.ts';
import { written, type FuturesAccount, type FuturesOrder, type FuturesTrade } from './futures-account.ts';
import { fixture, type Json } from './spot-account.ts';
import { refuse, toText, type Answer } from './spot-words.ts';

/** How USD-M futures word each reason ("Error Codes" of the documentation of USD-M futures). */
export const FUTURES_REJECTIONS: Readonly<Partial<Record<RejectReason, Answer>>> = {
  'insufficient-balance': refuse(-2019, 'Margin is insufficient.'),
  'below-minimum': refuse(-4164, "Order's notional must be no smaller than 5.0 (unless you choose reduce only)"),
  'above-maximum': refuse(-4005, 'Quantity greater than max quantity.'),
  'bad-price': refuse(-4014, 'Price not increased by tick size.'),
  'bad-quantity': refuse(-4023, 'Qty not increased by step size.'),
  'would-take': refuse(-5022, 'Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history.'),
  'would-not-reduce': refuse(-2022, 'ReduceOnly Order is rejected.'),
  'market-closed': refuse(-4141, 'Symbol is closed.'),
  'instrument-halted': refuse(-4140, 'Invalid symbol status for opening position.'),
  'too-many-orders': refuse(-2025, 'Reach max open order limit.'),
  'not-permitted': refuse(-4061, "Order's position side does not match user's setting."),
  'position-limit': refuse(-2027, 'Exceeded the maximum allowable position at current leverage.'),
  'other': refuse(-1128, 'Combination of optional parameters invalid.'),
};

const bare = (id: string | undefined) => `#${id ?? '0'}`;

/** What all words for an order in the book share; fixture names the sample that it is made from. */
function orderFields(order: FuturesOrder): Json {
  const { parameters } = order;
  return {
    symbol: order.symbol, orderId: bare(order.orderId), clientOrderId: order.clientOrderId, price: parameters.get('price') ?? '0', origQty: parameters.get('quantity'),
    executedQty: written(order.executed), status: order.status, side: parameters.get('side'), positionSide: 'BOTH', reduceOnly: parameters.get('reduceOnly') === 'true',
    type: parameters.get('type'), origType: parameters.get('type'), timeInForce: parameters.get('timeInForce') ?? 'GTC', stopPrice: '0', updateTime: order.updated,
  };
}

/** `POST`, `GET`, `DELETE` and `PUT /fapi/v1/order`: fixtures usdm-place-order, usdm-get-order, usdm-cancel-order and usdm-edit-order. */
export function orderBody(order: FuturesOrder, sample: 'usdm-place-order' | 'usdm-get-order' | 'usdm-cancel-order' | 'usdm-edit-order'): Json {
  return { ...fixture(sample), ...orderFields(order) };
}

/** `POST`, `GET` and `DELETE /fapi/v1/algoOrder`: fixtures usdm-place-conditional-order and usdm-get-conditional-order. */
export function conditionalBody(order: FuturesOrder, sample: 'usdm-place-conditional-order' | 'usdm-get-conditional-order'): Json {
  const { parameters } = order;
  const asked = sample === 'usdm-get-conditional-order' ? { actualOrderId: order.orderId ?? '', actualQty: written(order.executed) } : {};
  return {
    ...fixture(sample), algoId: bare(order.algoId), clientAlgoId: order.clientOrderId, orderType: parameters.get('type'), symbol: order.symbol, side: parameters.get('side'),
    quantity: parameters.get('quantity'), algoStatus: algoStatusOf(order), triggerPrice: parameters.get('triggerPrice'), price: parameters.get('price') ?? '0.00',
    reduceOnly: parameters.get('reduceOnly') === 'true', createTime: order.updated, updateTime: order.updated, ...asked,
  };
}

/** "Algo Status" of "Event: Algo Order Update": in the book an order is triggered, and finished when it has ended there. */
function algoStatusOf({ orderId, status }: FuturesOrder): string {
  if (orderId === undefined) return status;
  return status === 'NEW' || status === 'PARTIALLY_FILLED' ? 'TRIGGERED' : 'FINISHED';
}

/** One of `GET /fapi/v1/userTrades`: fixture usdm-get-user-trades. */
export function tradeBody(trade: FuturesTrade): Json {
  const side = trade.order.parameters.get('side');
  return {
    ...fixture('usdm-get-user-trades'), symbol: trade.order.symbol, id: trade.id, orderId: bare(trade.order.orderId), price: trade.price, qty: trade.quantity,
    commission: trade.fee, commissionAsset: trade.feeCurrency, time: trade.time, side, positionSide: 'BOTH', buyer: side === 'BUY', maker: trade.liquidity === 'maker',
  };
}

/** `GET /fapi/v3/account`: fixture usdm-get-account-info, of which the third version lists only what is held ("Account Information V3"). */
export function accountBody(account: FuturesAccount): Json {
  const { assets: [asset], positions: [position], ...rest } = fixture('usdm-get-account-info') as { readonly assets: readonly Json[]; readonly positions: readonly Json[] };
  return {
    ...rest, assets: [...account.wallet].map(([name, amount]) => ({ ...asset, asset: name, walletBalance: written(amount) })),
    positions: [...account.positions].filter(([, amount]) => amount !== 0).map(([symbol, amount]) => ({ ...position, symbol, positionSide: account.hedged ? 'LONG' : 'BOTH', positionAmt: written(amount) })),
  };
}

/** `GET /fapi/v1/exchangeInfo`: fixture usdm-get-exchange-info, with contracts that do not trade, end, are settled in another currency, and cannot be read. */
export function exchangeBody(): Json {
  const info = fixture('usdm-get-exchange-info');
  const [symbol] = info.symbols as readonly Json[];
  const filters = (tickSize: string, stepSize: string, notional: string) => [
    { filterType: 'PRICE_FILTER', minPrice: tickSize, maxPrice: '4529764', tickSize }, { filterType: 'LOT_SIZE', minQty: stepSize, maxQty: '1000', stepSize },
    { filterType: 'MARKET_LOT_SIZE', minQty: stepSize, maxQty: '120', stepSize }, { filterType: 'MIN_NOTIONAL', notional },
  ];
  const btc = { ...symbol, symbol: 'BTCUSDT', pair: 'BTCUSDT', baseAsset: 'BTC', pricePrecision: 2, quantityPrecision: 3, filters: filters('0.10', '0.001', '100') };
  return {
    ...info, symbols: [
      btc, symbol,
      { ...btc, symbol: 'BTCUSDT_261225', contractType: 'CURRENT_QUARTER' }, { ...btc, symbol: 'ETHUSDT', status: 'SETTLING' }, { ...btc, symbol: 'BTCUSD1', quoteAsset: 'USD1' }, { symbol: 'ODD' },
    ],
  };
}

/** A frame of the stream: fixture usdm-order-update. Without a trade it says nothing of fees. */
export function orderFrame(order: FuturesOrder, kind: 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED' | 'AMENDMENT', now: number, trade?: FuturesTrade): string {
  const { data } = fixture('usdm-order-update') as { readonly data: Json };
  const { parameters } = order;
  const o = Object.fromEntries(Object.entries(data.o as Json).filter(([name]) => name !== 'n' && name !== 'N'));
  return toText({
    ...data, E: now, T: now, o: {
      ...o, s: order.symbol, c: order.clientOrderId, S: parameters.get('side'), o: parameters.get('type'), f: parameters.get('timeInForce') ?? 'GTC', q: parameters.get('quantity'), p: parameters.get('price') ?? '0',
      x: kind, X: order.status, i: bare(order.orderId), z: written(order.executed), T: trade?.time ?? now, ps: 'BOTH',
      ...(trade === undefined ? {} : { n: trade.fee, N: trade.feeCurrency, l: trade.quantity, L: trade.price, t: trade.id, m: trade.liquidity === 'maker' }),
    },
  });
}

/** The short form of a trade, which comes before its report: fixture usdm-trade-update. */
export function liteFrame({ order, ...trade }: FuturesTrade, now: number): string {
  const { data } = fixture('usdm-trade-update') as { readonly data: Json };
  return toText({ ...data, E: now, T: trade.time, s: order.symbol, q: order.parameters.get('quantity'), m: trade.liquidity === 'maker', c: order.clientOrderId, S: order.parameters.get('side'), L: trade.price, l: trade.quantity, t: trade.id, i: bare(order.orderId) });
}

/** A frame about a conditional order: fixture usdm-algo-order-update. */
export function conditionalFrame(order: FuturesOrder, now: number): string {
  const { data } = fixture('usdm-algo-order-update') as { readonly data: Json };
  const { parameters } = order;
  return toText({
    ...data, E: now, T: now, o: {
      ...data.o as Json, caid: order.clientOrderId, aid: bare(order.algoId), o: parameters.get('type'), s: order.symbol, S: parameters.get('side'), q: parameters.get('quantity'), X: algoStatusOf(order),
      ai: order.orderId ?? '', aq: written(order.executed), tp: parameters.get('triggerPrice'), p: parameters.get('price') ?? '0',
    },
  });
}

/** What changed on the account, and why ("Event: Balance and Position Update"): fixture usdm-account-update. */
export function accountFrame(account: FuturesAccount, reason: 'ORDER' | 'FUNDING_FEE', now: number): string {
  const { data } = fixture('usdm-account-update') as { readonly data: Json };
  const { B: [balance], P: [position] } = data.a as { readonly B: readonly Json[]; readonly P: readonly Json[] };
  return toText({
    ...data, E: now, T: now, a: {
      m: reason, B: [...account.wallet].map(([asset, amount]) => ({ ...balance, a: asset, wb: written(amount) })),
      P: [...account.positions].map(([symbol, amount]) => ({ ...position, s: symbol, pa: written(amount), ps: 'BOTH' })),
    },
  });
}
