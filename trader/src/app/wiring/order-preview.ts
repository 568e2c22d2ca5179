import { abs, add, format, mul, rescale, sub, toNumber, type Exact } from '../../domain/exact.ts';
import { ruleMeaning } from '../../domain/rule-name.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Judgement } from '../../pipeline/risk.ts';
import type { GuardVerdict, OrderPreview } from '../../ports/engine-control.ts';
import { formatDecimal } from '../terminal/format.ts';
import type { PaperTrader } from './paper.ts';
import { lastOf, priceDecimals } from './run-facts.ts';
import { slippageBand } from './slippage-band.ts';
import type { ReadTicket } from './ticket-reader.ts';

/** From this share of a limit on, a guard warns. */
const WARN_AT = 0.8;

/** What an order would come to if it were placed now, by the wall clock. It changes nothing. */
export function previewOf(trader: PaperTrader, ticket: ReadTicket, now: Timestamp): OrderPreview {
  const { engine, setup, markets } = trader.run;
  const { portfolio, desk } = engine;
  const { account } = portfolio;
  const { moneyScale } = account;
  const { market, instrument, order, wish, price, stop, takeProfit, before, after } = ticket;
  const { priceScale, quantityScale } = instrument;
  const { quantity, side } = wish;
  const worth = (at: Exact, units: Exact) => rescale(mul(at, units), priceScale + quantityScale, moneyScale, 'half-even');
  const notional = worth(price, quantity);
  const fee = desk.fee(market, price, quantity);
  const judged = desk.judge(market, wish, stop === undefined ? NaN : toNumber(stop, priceScale));
  const equity = portfolio.equity();
  const stale = judged.adds ? staleVerdict(trader, market, now) : undefined;
  const verdicts = verdictsOf(judged).map((verdict) => (stale?.rule === verdict.rule ? stale : verdict));
  const at = (exit: Exact | undefined, sign: 1 | -1) => {
    if (exit === undefined) return null;
    const moved = worth(sub(exit, price), after);
    const fees = add(desk.fee(market, exit, abs(after)), fee);
    const money = sign * toNumber(moved, moneyScale) + (sign > 0 ? -1 : 1) * toNumber(fees, moneyScale);
    return { money: money.toFixed(2), share: money / equity };
  };
  const text = (amount: Exact) => format(amount, moneyScale);
  return {
    instrument: instrument.id, side, type: wish.type, quantity: order.quantity, price: format(price, priceScale), notional: text(notional), fee: text(fee),
    currency: markets[0].instrument.quoteCurrency, exposureAfter: judged.exposure / equity,
    cashAfter: text(sub(side === 'buy' ? sub(account.cash, notional) : add(account.cash, notional), fee)), margin: text(judged.adds ? notional : 0), leverage: null,
    ...onMargin(trader, judged, toNumber(notional, moneyScale), toNumber(fee, moneyScale)), slippage: slippageOf(trader, ticket), positionAfter: format(after, quantityScale),
    lossAtStop: at(stop, -1), gainAtTakeProfit: at(takeProfit, 1),
    addsRisk: judged.adds, guards: verdicts, allowed: judged.barred === undefined && verdicts.every(({ verdict }) => verdict !== 'denied'),
    notes: notesOf(trader, ticket, before), tsEvent: setup.live === undefined ? trader.tsEvent : engine.now,
  };
}

/** What differs where the account holds positions on margin: a part of their worth is set aside for them. */
function onMargin({ run: { engine, live } }: PaperTrader, { adds, exposure }: Judgement, notional: number, fee: number): Partial<Pick<OrderPreview, 'cashAfter' | 'margin' | 'leverage'>> {
  if (live?.margin === undefined) return {};
  const { leverage, isolated } = live.margin;
  return { cashAfter: (engine.portfolio.equity() - fee - exposure / leverage).toFixed(2), margin: (adds ? notional / leverage : 0).toFixed(2), leverage: { times: leverage, isolated } };
}

/** Of what trades at the market, now or once it is triggered; then by bars, for nobody knows the book of then. */
function slippageOf({ run, depth }: PaperTrader, { market, instrument, wish: { side, type, quantity }, price }: ReadTicket): OrderPreview['slippage'] {
  if (type === 'limit' || type === 'stop-limit') return null;
  return slippageBand({
    side, quantity: toNumber(quantity, instrument.quantityScale), last: toNumber(price, instrument.priceScale), book: type === 'market' ? depth.book(market) : undefined,
    bars: run.roster.past(market), priceDecimals: priceDecimals(instrument),
  });
}

/**
 * Denies where a live market has not been heard for longer than a price may be old: the run's own time stands still
 * then, so the guard sees nothing of it, and a person's order comes at any time. Of coins alone: shares have nights.
 */
export function staleVerdict(trader: PaperTrader, market: number, now: Timestamp): GuardVerdict | undefined {
  const { run: { limits, markets }, feed } = trader;
  const [limit, age] = [limits.value('maxDataAgeMs') ?? Infinity, now - lastOf(trader, market).tsLast];
  if (feed.kind !== 'live' || markets[market].instrument.assetClass !== 'crypto' || age <= limit) return undefined;
  return { rule: 'stale-data', verdict: 'denied', used: finite(age), limit, message: `The last price is ${amountText(age, 'ms')} old, beyond the limit of ${amountText(limit, 'ms')}.` };
}

function verdictsOf({ barred, verdicts, adds }: Judgement): GuardVerdict[] {
  const bar: GuardVerdict[] = barred === undefined ? [] : [{
    rule: barred, verdict: 'denied', used: null, limit: null,
    message: barred === 'halted' ? 'Trading is halted: only what takes risk off is sent.' : 'The venue has liquidated the account.',
  }];
  if (!adds) return [...bar, ...verdicts.map(({ rule }) => ({ rule, verdict: 'ok' as const, used: null, limit: null, message: 'Not asked: it takes risk off.' }))];
  return [...bar, ...verdicts.map(({ rule, unit, value, limit, violation }): GuardVerdict => {
    const found = violation ?? (value === undefined || limit === undefined ? undefined : { value, limit });
    if (found === undefined) return { rule, verdict: 'ok', used: null, limit: null, message: 'It has nothing to say of this order.' };
    if (rule === 'no-stop') return { rule, verdict: 'denied', used: null, limit: null, message: ruleMeaning(rule) };
    // A count that this very order makes full is used up, not near: the next one is denied.
    const verdict = violation ? 'denied' : unit !== 'count' && found.value > WARN_AT * found.limit ? 'warn' : 'ok';
    const words = { ok: 'within', warn: 'close to', denied: 'beyond' }[verdict];
    return { rule: violation?.rule ?? rule, verdict, used: finite(found.value), limit: finite(found.limit), message: `${amountText(found.value, unit)}, ${words} the limit of ${amountText(found.limit, unit)}.` };
  })];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A figure of a guard as a person reads it. */
function amountText(value: number, unit: 'money' | 'share' | 'count' | 'ms'): string {
  if (!Number.isFinite(value)) return 'not known';
  switch (unit) {
    case 'money': return formatDecimal(value.toFixed(2), 2);
    case 'share': return `${(value * 100).toFixed(2)} %`;
    case 'ms': return `${value / 1_000} s`;
    case 'count': return String(value);
  }
}

function notesOf({ run }: PaperTrader, { wish, instrument, market, before }: ReadTicket, held: Exact): string[] {
  const notes: string[] = [];
  if (run.setup.live === undefined && wish.type === 'market') notes.push('On paper a market order trades at the opening of the next bar.');
  const reduces = wish.side === 'sell' ? before > 0 : before < 0;
  if (reduces && wish.quantity > abs(held)) notes.push('It takes off more than is held, and opens the other side with the rest.');
  const others = sub(run.engine.portfolio.netQuantity(market), held);
  if (others !== 0) notes.push(`Strategies hold ${format(others, instrument.quantityScale).replace('-', '−')} of ${instrument.id} besides: theirs is not touched.`);
  return notes;
}
