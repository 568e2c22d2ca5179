import type { Bar, Bars } from '../../domain/bar.ts';
import { abs, add, compare, format, fromNumber, mul, parseDecimal, rescale, sub, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Sized } from '../../domain/sized.ts';
import { SHARE_SCALE } from '../../pipeline/sizing.ts';
import { firstFrom } from '../../research/fill-volume.ts';
import { Refusal } from '../refusal.ts';
import { formatDuration, formatGrouped, formatMoney, formatTime } from '../terminal/format.ts';
import { chooseBars, type ChosenBars } from './chosen-bars.ts';
import { wordFill } from './fill-origin.ts';
import type { TracedOrder, TracedTrade } from './order-trace.ts';
import { repeatRun, type RepeatedRun } from './repeated-run.ts';
import type { StoredRun } from './run-store.ts';

/** A bar as it is shown. */
export interface ShownBar {
  readonly opened: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** One order of a trade, with every reason for it. */
export interface ExplainedOrder {
  readonly clientOrderId: string;
  readonly leg: string;
  readonly side: string;
  readonly type: string;
  readonly quantity: string;
  /** Limit or stop price; null for a market order. */
  readonly price: string | null;
  readonly decidedAt: string;
  /** The bar whose close it was decided on; null where it was decided within a bar. */
  readonly bar: ShownBar | null;
  /** What the strategy tells of its reasons. */
  readonly values: Readonly<Record<string, number>>;
  readonly target: number;
  readonly stop: number | null;
  readonly takeProfit: number | null;
  readonly fills: readonly { readonly at: string; readonly price: string; readonly quantity: string; readonly fee: string }[];
  /** The same in sentences: decision, size, checks, price, what was held then. */
  readonly reasons: readonly { readonly about: string; readonly text: string }[];
}

/** The result of an explanation: the object that `explain --json` prints. Names may be added, never changed. */
export interface ExplainReport {
  readonly run: string;
  readonly trade: number;
  /** Trades of the run, those still open included. */
  readonly trades: number;
  readonly strategy: string;
  readonly instrument: string;
  readonly side: 'long' | 'short';
  readonly closed: boolean;
  readonly orders: readonly ExplainedOrder[];
  /** What came of it, in a sentence. */
  readonly result: string;
}

/** Explains one trade of a kept run by running it again. Refuses a trade that there is not, and what `repeatRun` refuses. */
export async function explain(run: StoredRun, trade: number, home: string): Promise<ExplainReport> {
  const repeated = await repeatRun(run, home);
  const trades = repeated.trace.trades();
  const found = trades.find(({ number }) => number === trade);
  if (found === undefined) {
    throw new Refusal('usage', trades.length === 0 ? `run ${run.id} has no trade` : `run ${run.id} has no trade ${trade}`, {
      hint: trades.length === 0 ? 'Its strategy never traded.' : `Its trades are numbered from 1 to ${trades.length}, in order of exit; those still open come last.`,
    });
  }
  const book = repeated.engine.books[found.book];
  const market = repeated.markets[book.instrument];
  const chosen = await chooseBars(run.request.bars[book.instrument], { ...run.request, home });
  try {
    const scene: Scene = { repeated, trade: found, instrument: market.instrument, intervalMs: market.intervalMs, chosen };
    const [first] = found.orders;
    return {
      run: run.id, trade, trades: trades.length, strategy: run.report.strategy, instrument: chosen.id,
      side: opensLong(first) ? 'long' : 'short', closed: found.closed, orders: found.orders.map((order) => explainOrder(scene, order)), result: wordResult(scene),
    };
  } finally {
    chosen.set.close();
  }
}

/** Whether the first order of a trade opened it long; one that also closed the trade before goes the same way. */
function opensLong({ order }: TracedOrder): boolean {
  return order.side === 'buy';
}

/** What an order is explained against. */
interface Scene {
  readonly repeated: RepeatedRun;
  readonly trade: TracedTrade;
  readonly instrument: Instrument;
  readonly intervalMs: number;
  readonly chosen: ChosenBars;
}

function explainOrder(scene: Scene, traced: TracedOrder): ExplainedOrder {
  const { instrument: { priceScale, quantityScale }, intervalMs, chosen, repeated } = scene;
  const { order, decision, fills } = traced;
  const { moneyScale } = repeated.engine.portfolio.account;
  const bar = lastBar(chosen.pieces, order.tsInit - intervalMs);
  return {
    clientOrderId: order.clientOrderId, leg: order.leg, side: order.side, type: order.type, quantity: format(order.quantity, quantityScale),
    price: order.type === 'market' ? null : format(order.price, priceScale), decidedAt: iso(order.tsInit), bar: bar ? shown(bar) : null,
    values: decision.values, target: decision.target, stop: orNull(decision.stop), takeProfit: orNull(decision.takeProfit),
    fills: fills.map((fill) => ({ at: iso(fill.tsEvent), price: format(fill.price, priceScale), quantity: format(fill.quantity, quantityScale), fee: format(fill.fee, moneyScale) })),
    reasons: [
      { about: 'Decision', text: wordDecision(traced, bar, scene) },
      { about: 'Size', text: wordSize(traced, scene) },
      { about: 'Checks', text: wordChecks(traced, scene) },
      ...(fills.length === 0 ? [{ about: 'End', text: `It ended without a fill: ${traced.end ?? 'it still waits at the venue'}.` }] : fills.map((fill) => ({ about: 'Price', text: wordFill(fill, traced, { ...scene, moneyScale, atClose: repeated.run.request.fill === 'close', bars: (timestamp) => barAt(chosen.pieces, timestamp) }) }))),
      ...(fills.length === 0 ? [] : [{ about: 'Position', text: wordPosition(traced, scene) }]),
    ],
  };
}

/** Why an order was made that no strategy had wanted. */
const NO_OPINION = {
  flatten: 'everything was to be closed because a person, or a limit, had said so.',
  manual: 'a person wrote the order.',
  liquidation: 'the venue closed the position itself: what the account held no longer covered it.',
  external: 'the venue held another quantity than the books: somebody else had traded, and the books followed.',
} as const;

function wordDecision({ order, decision }: TracedOrder, bar: Bar | undefined, { instrument, intervalMs }: Scene): string {
  const price = (value: number) => formatGrouped(value.toFixed(instrument.priceScale));
  const late = bar === undefined ? 0 : order.tsInit - bar.timestamp - intervalMs;
  const when = bar === undefined ? `At ${formatTime(order.tsInit)} UTC, before the first bar had closed,`
    : `${late === 0 ? `At ${formatTime(order.tsInit)} UTC` : `${formatDuration(late)} before,`} the bar of ${formatTime(bar.timestamp)} ${late === 0 ? '' : 'had '}closed at ${price(bar.close)} (open ${price(bar.open)}, high ${price(bar.high)}, low ${price(bar.low)})${late === 0 ? '' : ', and an earlier order had to end first'}, and`;
  const held = formatGrouped(format(abs(decision.held), instrument.quantityScale));
  switch (order.leg) {
    case 'stop': return `${when} ${held} was held, to be given up at ${price(decision.stop)}: so the strategy had said. An order to do that was left with the venue.`;
    case 'take-profit': return `${when} ${held} was held, with a profit to be taken at ${price(decision.takeProfit)}: so the strategy had said. An order to do that was left with the venue.`;
    case 'target': break;
    default: return `${when} ${NO_OPINION[order.leg]}`;
  }
  const values = Object.entries(decision.values).map(([name, value]) => `${name} ${Number(value.toPrecision(8))}`).join(', ');
  const exits = [Number.isNaN(decision.stop) ? '' : `a stop at ${price(decision.stop)}`, Number.isNaN(decision.takeProfit) ? '' : `a profit target at ${price(decision.takeProfit)}`].filter((text) => text !== '');
  return `${when} the strategy ${values === '' ? '' : `had ${values}, and `}wanted ${wordTarget(decision.target)}${exits.length === 0 ? '' : `, with ${exits.join(' and ')}`}.`;
}

function wordTarget(target: number): string {
  if (target === 0) return 'to hold nothing';
  const share = Math.abs(target) === 1 ? 'a full' : `${Number((Math.abs(target) * 100).toPrecision(6))} % of a full`;
  return `${share} ${target > 0 ? 'long' : 'short'} position (target ${target})`;
}

/** Why so much, step by step. */
function wordSize(traced: TracedOrder, scene: Scene): string {
  const { order, decision } = traced;
  const { instrument, repeated } = scene;
  const { quantityScale } = instrument;
  const quantity = (value: Exact) => formatGrouped(format(value, quantityScale));
  const { held } = decision;
  if (order.leg !== 'target') return `All that was held: ${quantity(order.quantity)}.`;
  const before = held === 0 ? 'Nothing was held' : `${quantity(abs(held))} were held ${compare(held, 0) > 0 ? 'long' : 'short'}`;
  const difference = `${before}, so the order is to ${order.side} ${quantity(order.quantity)}.`;
  if (decision.wanted === 0) return `A target of 0 is a size of 0. ${difference}`;
  if (decision.sized !== undefined) return `${boundsSentence(decision.sized)} ${difference}`;
  const book = repeated.engine.books[scene.trade.book];
  const again = book.sizer.quantity(decision.target, decision.mark, () => decision.equity, decision.stop);
  if (compare(again, decision.wanted) !== 0) return `A size of ${quantity(decision.wanted)} had been decided on before. ${difference}`;
  return `${arithmetic(traced, scene)} ${difference}`;
}

/** What each bound allowed, the one that decided first. */
function boundsSentence({ bound, value, bounds }: Sized): string {
  const text = (amount: number) => formatMoney(amount.toFixed(2));
  const others = Object.entries(bounds).filter(([name]) => name !== bound).map(([name, amount]) => `${name} ${text(amount)}`).join(', ');
  return `A full position may be worth ${text(value)}: the bound "${bound}" decides${others === '' ? '' : `, the others allow more (${others})`}.`;
}

function arithmetic({ decision }: TracedOrder, { instrument, repeated }: Scene): string {
  const { sizing } = repeated.run.request;
  const { priceScale, quantityScale } = instrument;
  const { moneyScale } = repeated.engine.portfolio.account;
  const size = formatGrouped(format(abs(decision.wanted), quantityScale));
  const share = Math.abs(decision.target) === 1 ? '' : ` × ${Math.abs(decision.target)}`;
  if (sizing.kind === 'units') return `A full position is ${formatGrouped(sizing.units)} units${share}: ${size}.`;
  if (sizing.kind !== 'fraction') return `The size of a full position was ${size}.`;
  const money = (value: Exact) => formatMoney(format(value, moneyScale));
  const budget = rescale(mul(mul(decision.equity, parseDecimal(sizing.fraction, SHARE_SCALE)), fromNumber(Math.abs(decision.target), SHARE_SCALE)), moneyScale + 2 * SHARE_SCALE, moneyScale, 'floor');
  const value = rescale(mul(fromNumber(decision.mark, priceScale), abs(decision.wanted)), priceScale + quantityScale, moneyScale, 'half-even');
  const step = formatGrouped(format(instrument.lotSize, quantityScale));
  return `Equity was ${money(decision.equity)}; ${sizing.fraction}${share} of it is ${money(budget)}. At ${formatGrouped(decision.mark.toFixed(priceScale))} that pays for ${size}: ${money(value)}, and ${money(sub(budget, value))} are left for the fee; a step of ${step} more would not fit.`;
}

function wordChecks({ order }: TracedOrder, { instrument, repeated }: Scene): string {
  if (order.leg === 'liquidation') return 'The venue asks nobody. Nothing is traded there from then on.';
  const { venue } = repeated.run.request;
  const denied = repeated.trace.denials.filter(({ owner, tsEvent }) => owner === order.owner.name && tsEvent === order.tsInit);
  const guards = denied.length === 0 ? 'No guard stood in its way.' : `Before, ${denied.map(({ rule, value, limit }) => `the guard "${rule}" had refused more (${value} beyond ${limit})`).join(', ')}.`;
  if (venue === undefined) return `${guards} The plain profile has no ticks, lots or minimum.`;
  const { tickSize, lotSize, minNotional, priceScale, quantityScale } = instrument;
  const least = minNotional === 0 ? '' : ` and orders of at least ${formatMoney(format(minNotional, priceScale + quantityScale))}`;
  return `${guards} ${venue} takes prices in steps of ${format(tickSize, priceScale)}, quantities in steps of ${format(lotSize, quantityScale)}${least}: the order keeps to them.`;
}

function wordPosition({ order, fills, decision, end }: TracedOrder, { instrument: { quantityScale } }: Scene): string {
  const traded = fills.reduce<Exact>((sum, { quantity }) => add(sum, quantity), 0);
  const after = order.side === 'buy' ? add(decision.held, traded) : sub(decision.held, traded);
  const left = sub(order.quantity, traded);
  const rest = left === 0 ? '' : ` ${formatGrouped(format(left, quantityScale))} of the order were not filled: ${end ?? 'they still wait at the venue'}.`;
  if (after === 0) return `Then nothing was held.${rest}`;
  return `Then ${formatGrouped(format(abs(after), quantityScale))} were held ${compare(after, 0) > 0 ? 'long' : 'short'}.${rest}`;
}

function wordResult({ repeated, trade, instrument: { quantityScale, priceScale } }: Scene): string {
  if (!trade.closed) return 'The trade is still open at the end of the bars.';
  const { quantity, entryPrice, exitPrice, fees, pnl } = repeated.engine.portfolio.trades.at(trade.number - 1);
  const size = Math.abs(quantity).toFixed(quantityScale);
  const gross = pnl + fees;
  const money = (value: number, signed = true) => formatMoney(value.toFixed(8), { sign: signed });
  return `${quantity > 0 ? 'Bought' : 'Sold'} ${formatGrouped(size)} at ${formatGrouped(entryPrice.toFixed(priceScale))}, ${quantity > 0 ? 'sold' : 'bought back'} at ${formatGrouped(exitPrice.toFixed(priceScale))}: ${money(gross)}, less ${money(fees, false)} of fees, is ${money(pnl)}.`;
}

/** The bar that opens at `timestamp`; undefined where there is none. */
function barAt(pieces: Iterable<Bars>, timestamp: Timestamp): Bar | undefined {
  const bar = lastBar(pieces, timestamp);
  return bar?.timestamp === timestamp ? bar : undefined;
}

/** The last bar that opens at `timestamp` or before; undefined where there is none. */
function lastBar(pieces: Iterable<Bars>, timestamp: Timestamp): Bar | undefined {
  let last: Bar | undefined;
  for (const { length, timestamp: times, open, high, low, close, volume } of pieces) {
    const at = firstFrom(times, timestamp + 1) - 1;
    if (at >= 0) last = { timestamp: times[at], open: open[at], high: high[at], low: low[at], close: close[at], volume: volume[at] };
    if (at < length - 1) break;
  }
  return last;
}

function shown({ timestamp, open, high, low, close }: Bar): ShownBar {
  return { opened: iso(timestamp), open, high, low, close };
}

function iso(timestamp: Timestamp): string {
  return new Date(timestamp).toISOString();
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
