import { add, decimalPlaces, format, isMultiple, max, mul, neg, parseDecimal, rescale, sub, toNumber, type Exact } from '../../domain/exact.ts';
import { floorToLot, roundToTick, type Instrument } from '../../domain/instrument.ts';
import type { TimeInForce } from '../../domain/order.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Result } from '../../domain/result.ts';
import type { ManualWish } from '../../pipeline/risk.ts';
import type { ControlError, OrderTicket } from '../../ports/engine-control.ts';
import type { ManualOrder } from '../../ports/journal.ts';
import type { PaperTrader } from './paper.ts';
import { marketFact } from './run-facts.ts';

/** A ticket that can be placed: what the journal would hold, and the same in exact units. */
export interface ReadTicket {
  readonly market: number;
  readonly instrument: Instrument;
  readonly order: ManualOrder;
  readonly wish: ManualWish;
  /** What it is reckoned to trade at, and where it would be left; units of 10^-priceScale, undefined for none. */
  readonly price: Exact;
  readonly stop: Exact | undefined;
  readonly takeProfit: Exact | undefined;
  /** What is held by hand before and after it, signed. */
  readonly before: Exact;
  readonly after: Exact;
}

/** Says why a ticket cannot be placed: caught where it is read. */
class TicketFault extends Error {
  readonly fault: ControlError;

  constructor(kind: ControlError['kind'], message: string, field?: string) {
    super(message);
    this.fault = { kind, message, ...(field !== undefined && { field }) };
  }
}

/** Reads what a person wrote against the market that it is for; names the field that is wrong. */
export function readTicket(trader: PaperTrader, ticket: OrderTicket): Result<ReadTicket, ControlError> {
  try {
    return { ok: true, value: read(trader, ticket) };
  } catch (error) {
    if (!(error instanceof TicketFault)) throw error;
    return { ok: false, error: error.fault };
  }
}

function read(trader: PaperTrader, ticket: OrderTicket): ReadTicket {
  const { engine, markets } = trader.run;
  const market = markets.findIndex(({ instrument: { id } }) => id === ticket.instrument);
  if (market < 0) throw new TicketFault('not-found', `${ticket.instrument} is not traded here; ${markets.map(({ instrument: { id } }) => id).join(', ')} are`, 'instrument');
  const { instrument } = markets[market];
  const mark = engine.portfolio.marks[market];
  if (Number.isNaN(mark)) throw new TicketFault('conflict', `there is no price of ${ticket.instrument} yet`);
  const { type, side } = ticket;
  const timeInForce = checkTerms(trader, market, ticket);
  const last = roundToTick(mark, instrument, side === 'buy' ? 'ceil' : 'floor');
  const asked = askedPrice(ticket, instrument, last);
  const trigger = ticket.trigger === undefined ? undefined : priceOf(ticket.trigger, instrument, 'trigger');
  // A stop order trades from its price on, at what the market is then.
  const price = type === 'market' ? last : asked;
  const before = engine.desk.held(market);
  const [stop, takeProfit] = [exitOf(ticket, 'stop', instrument), exitOf(ticket, 'takeProfit', instrument)];
  const quantity = quantityOf(trader, market, ticket, { price, stop, before });
  const after = add(before, side === 'buy' ? quantity : neg(quantity));
  checkExits(ticket, { price, stop, takeProfit, after });
  checkSale(ticket, timeInForce, before, engine.desk.protects(market));
  const order = orderOf(ticket, instrument, { timeInForce, quantity, asked, trigger, stop, takeProfit });
  return { market, instrument, order, wish: { side, type, timeInForce, quantity, price: type === 'market' ? 0 : asked, terms: {} }, price, stop, takeProfit, before, after };
}

/** As the journal holds it: what is absent stays so. */
function orderOf({ instrument: id, side, type, trail, expires, postOnly, reduceOnly }: OrderTicket, { priceScale, quantityScale }: Instrument, exact: {
  readonly timeInForce: TimeInForce; readonly quantity: Exact; readonly asked: Exact; readonly trigger: Exact | undefined; readonly stop: Exact | undefined; readonly takeProfit: Exact | undefined;
}): ManualOrder {
  const text = (value: Exact) => format(value, priceScale);
  const { timeInForce, quantity, asked, trigger, stop, takeProfit } = exact;
  return {
    instrument: id, side, type, timeInForce, quantity: format(quantity, quantityScale), ...(type !== 'market' && { price: text(asked) }),
    ...(trigger !== undefined && { trigger: text(trigger) }), ...(trail !== undefined && { trail }), ...(expires !== undefined && { expires }),
    ...(postOnly === true && { postOnly }), ...(reduceOnly === true && { reduceOnly }), ...(stop !== undefined && { stop: text(stop) }), ...(takeProfit !== undefined && { takeProfit: text(takeProfit) }),
  };
}

/** What a venue can be asked for, and what belongs together; gives the time in force. */
function checkTerms(trader: PaperTrader, market: number, ticket: OrderTicket): TimeInForce {
  const can = marketFact(trader, market);
  const { type, timeInForce = type === 'market' ? 'ioc' : 'gtc', postOnly, reduceOnly } = ticket;
  const unsupported = (message: string, field: string): never => { throw new TicketFault('unsupported', `${can.venue} ${message}`, field); };
  if (!can.orderTypes.includes(type)) unsupported(`takes no ${type} orders; it takes ${can.orderTypes.join(', ')}`, 'type');
  if (!can.timesInForce.includes(timeInForce)) unsupported(`takes no ${timeInForce}; it takes ${can.timesInForce.join(', ')}`, 'timeInForce');
  if (postOnly === true && !can.postOnly) unsupported('has no post-only', 'postOnly');
  if (reduceOnly === true && !can.reduceOnly) unsupported('has no reduce-only', 'reduceOnly');
  checkTime(ticket, timeInForce, trader.run.engine.now);
  checkOwnTerms(ticket);
  return timeInForce;
}

/** How long an order may stay, by its type. */
function checkTime({ type, expires, postOnly }: OrderTicket, timeInForce: TimeInForce, now: Timestamp): void {
  const refuse = (message: string, field: string): never => { throw new TicketFault('invalid', message, field); };
  const immediate = timeInForce === 'ioc' || timeInForce === 'fok';
  if (type === 'market' && !immediate) refuse('a market order trades at once: ioc or fok', 'timeInForce');
  if (/stop/.test(type) && immediate) refuse(`a ${type} order waits: gtc, gtd or day`, 'timeInForce');
  if (postOnly === true && (type !== 'limit' || immediate)) refuse('post-only is for limit orders that wait', 'postOnly');
  if ((timeInForce === 'gtd') !== (expires !== undefined)) refuse(timeInForce === 'gtd' ? 'good till date takes the date' : 'a date takes gtd', 'expires');
  if (expires !== undefined && !(Number.isSafeInteger(expires) && expires > now)) refuse('its date has passed', 'expires');
}

/** What only one type of order takes. */
function checkOwnTerms({ type, trail, trigger }: OrderTicket): void {
  const refuse = (message: string, field: string): never => { throw new TicketFault('invalid', message, field); };
  if ((type === 'trailing-stop') !== (trail !== undefined)) refuse(type === 'trailing-stop' ? 'a trailing stop takes how far it stays behind: a share such as 0.02' : 'only a trailing stop stays behind', 'trail');
  if (trail !== undefined && !(trail > 0 && trail < 1)) refuse('a share lies above 0 and below 1', 'trail');
  if ((type === 'stop-limit') !== (trigger !== undefined)) refuse(type === 'stop-limit' ? 'a stop-limit order takes the price that triggers it' : 'only a stop-limit order has a trigger', 'trigger');
}

/** The price that an order carries: given, or that a trailing stop begins with. */
function askedPrice({ type, price, side, trail = 0 }: OrderTicket, instrument: Instrument, last: Exact): Exact {
  if (type === 'market') {
    if (price !== undefined) throw new TicketFault('invalid', 'a market order has no price', 'price');
    return last;
  }
  if (price !== undefined) return priceOf(price, instrument, 'price');
  if (type !== 'trailing-stop') throw new TicketFault('invalid', `a ${type} order takes a price`, 'price');
  const at = toNumber(last, instrument.priceScale) * (side === 'sell' ? 1 - trail : 1 + trail);
  return roundToTick(at, instrument, side === 'sell' ? 'floor' : 'ceil');
}

/** A price above 0 in whole ticks. */
function priceOf(text: string, instrument: Instrument, field: string): Exact {
  const { priceScale, tickSize, id } = instrument;
  const tick = format(tickSize, priceScale);
  if (!/^\d{1,15}(\.\d{1,15})?$/.test(text) || Number(text) <= 0) throw new TicketFault('invalid', `a price is a number above 0, with at most 15 digits on each side of the point, not "${text}"`, field);
  const exact = decimalPlaces(text) > priceScale ? undefined : parseDecimal(text, priceScale);
  if (exact === undefined || !isMultiple(exact, tickSize)) throw new TicketFault('invalid', `prices of ${id} go in steps of ${tick}: ${format(roundToTick(Number(text), instrument, 'half-even'), priceScale)} is the nearest`, field);
  return exact;
}

function exitOf(ticket: OrderTicket, field: 'stop' | 'takeProfit', instrument: Instrument): Exact | undefined {
  const text = ticket[field];
  return text === undefined ? undefined : priceOf(text, instrument, field);
}

/** What the size comes to, in whole lots. */
function quantityOf(trader: PaperTrader, market: number, { size, side }: OrderTicket, at: { readonly price: Exact; readonly stop: Exact | undefined; readonly before: Exact }): Exact {
  const { instrument } = trader.run.markets[market];
  const { quantityScale, priceScale, lotSize, minNotional, id } = instrument;
  const lots = (units: number) => floorToLot(units, instrument);
  const price = toNumber(at.price, priceScale);
  let quantity: Exact;
  if (size.kind === 'quantity') quantity = givenQuantity(size.quantity, instrument);
  else if (size.kind === 'notional') quantity = lots(amountOf(size.notional, 'size.notional') / price);
  else if (size.kind === 'risk') quantity = lots(amountOf(size.risk, 'size.risk') / lossPerUnit(trader, market, at));
  else {
    const held = side === 'sell' ? at.before : neg(at.before);
    if (!(held > 0)) throw new TicketFault('conflict', `nothing of ${id} is held by hand that a ${side} would take off`, 'size');
    if (!(size.share > 0 && size.share <= 1)) throw new TicketFault('invalid', 'a share lies above 0 and up to 1', 'size.share');
    quantity = size.share === 1 ? held : lots(toNumber(held, quantityScale) * size.share);
  }
  if (!(quantity > 0)) throw new TicketFault('invalid', `it comes to less than the smallest quantity, ${format(lotSize, quantityScale)}`, 'size');
  const reduces = side === 'sell' ? at.before >= quantity : neg(at.before) >= quantity;
  if (!reduces && mul(quantity, at.price) < minNotional) throw new TicketFault('invalid', `it is worth less than ${id} takes: ${format(minNotional, priceScale + quantityScale)}`, 'size');
  return quantity;
}

function givenQuantity(text: string, { quantityScale, lotSize, id }: Instrument): Exact {
  if (!/^\d{1,15}(\.\d{1,15})?$/.test(text) || Number(text) <= 0) throw new TicketFault('invalid', `a quantity is a number above 0, with at most 15 digits on each side of the point, not "${text}"`, 'size.quantity');
  const exact = decimalPlaces(text) > quantityScale ? undefined : parseDecimal(text, quantityScale);
  if (exact === undefined || !isMultiple(exact, lotSize)) throw new TicketFault('invalid', `quantities of ${id} go in steps of ${format(lotSize, quantityScale)}`, 'size.quantity');
  return exact;
}

function amountOf(text: string, field: string): number {
  if (!/^\d{1,15}(\.\d{1,15})?$/.test(text) || Number(text) <= 0) throw new TicketFault('invalid', `money is a number above 0, with at most 15 digits on each side of the point, not "${text}"`, field);
  return Number(text);
}

/** What one unit loses between its price and its stop, both fees included, as float64. */
function lossPerUnit(trader: PaperTrader, market: number, { price, stop }: { readonly price: Exact; readonly stop: Exact | undefined }): number {
  if (stop === undefined) throw new TicketFault('invalid', 'a size by risk takes a stop', 'stop');
  const { engine, markets } = trader.run;
  const { instrument } = markets[market];
  const { moneyScale } = engine.portfolio.account;
  const unit = parseDecimal('1', instrument.quantityScale);
  const fees = add(engine.desk.fee(market, price, unit), engine.desk.fee(market, stop, unit));
  const apart = max(sub(price, stop), sub(stop, price));
  return toNumber(rescale(apart, instrument.priceScale, moneyScale, 'ceil'), moneyScale) + toNumber(fees, moneyScale);
}

/** What an exit stands for is not put up for sale a second time. */
function checkSale({ type, side, stop, takeProfit }: OrderTicket, timeInForce: TimeInForce, before: Exact, isProtected: boolean): void {
  const waits = type !== 'market' && timeInForce !== 'ioc' && timeInForce !== 'fok';
  const reduces = side === 'sell' ? before > 0 : before < 0;
  if (!waits || !reduces || !(isProtected || stop !== undefined || takeProfit !== undefined)) return;
  throw new TicketFault('conflict', 'a stop or a take-profit stands for what is held, and the same is not put up for sale twice: move it, take it away, or close at market', 'type');
}

/** Exits lie on their own sides of the price, and there must be something to leave. */
function checkExits({ stop: stopText, takeProfit: profitText }: OrderTicket, { price, stop, takeProfit, after }: { readonly price: Exact; readonly stop: Exact | undefined; readonly takeProfit: Exact | undefined; readonly after: Exact }): void {
  if (stop === undefined && takeProfit === undefined) return;
  if (after === 0) throw new TicketFault('invalid', 'nothing would be held that a stop or a take-profit could leave', stop === undefined ? 'takeProfit' : 'stop');
  const long = after > 0;
  if (stop !== undefined && (long ? stop >= price : stop <= price)) throw new TicketFault('invalid', `the stop of a ${long ? 'long' : 'short'} position lies ${long ? 'below' : 'above'} the price, not at ${stopText}`, 'stop');
  if (takeProfit !== undefined && (long ? takeProfit <= price : takeProfit >= price)) throw new TicketFault('invalid', `the take-profit of a ${long ? 'long' : 'short'} position lies ${long ? 'above' : 'below'} the price, not at ${profitText}`, 'takeProfit');
}
