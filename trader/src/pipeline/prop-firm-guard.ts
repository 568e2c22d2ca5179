import type { Bar } from '../domain/bar.ts';
import { add, compare, decimalPlaces, format, fromNumber, max, min, mul, parseDecimal, rescale, sub, toNumber, type Exact } from '../domain/exact.ts';
import { PropFirmEvaluation, propFirmGauge, type EquityLimits, type PropFirmGauge, type PropFirmRules } from '../domain/prop-firm.ts';
import type { Timestamp } from '../domain/time.ts';
import type { TradingCommand } from '../ports/journal.ts';
import type { Book } from './book.ts';
import type { Market } from './engine.ts';
import { reach, type Guard, type Intent, type Violation } from './guards.ts';
import type { Portfolio } from './portfolio.ts';
import { haltEnd, haltReason } from './prop-firm-halt.ts';
import type { TradingState } from './risk.ts';

/** Our own levels inside a firm's limits, and what is reckoned with when a position goes wrong. Decimals as text. */
export interface PropFirmLevels {
  /** Shares of the daily loss that is allowed: beyond the first no new risk, from the second on everything is closed for the day. */
  readonly soft: string;
  readonly hard: string;
  /** Share of the total loss that is allowed from which everything is closed for good. */
  readonly total: string;
  /** Share of the initial capital that the worst case must leave above every limit. */
  readonly buffer: string;
  /** Shares of the price: how far beyond its stop a position may be closed, and how far from the price one without a stop. */
  readonly gap: string;
  readonly unprotected: string;
  /** Share of a value that trading it costs. */
  readonly cost: string;
  /** Share of the initial capital that an order may put at risk when only trading days are missing. */
  readonly tiny: string;
}

/** 2.5 %, 4 % and 8 % of the initial capital where 5 % and 10 % are allowed. */
export const PROP_FIRM_LEVELS: PropFirmLevels = { soft: '0.5', hard: '0.8', total: '0.8', buffer: '0.001', gap: '0.01', unprotected: '0.05', cost: '0.001', tiny: '0.001' };

/** A time over which nothing may be held, opened or closed on a market. */
export interface FlatWindow {
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly rule: 'prop-firm-news' | 'prop-firm-break';
}

/** A time over which something is held, and the decimals of what is paid for it. */
export interface CarrySpan {
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly moneyScale: number;
}

/** What a guard is made of. */
export interface PropFirmSpec {
  readonly rules: PropFirmRules;
  readonly levels: PropFirmLevels;
  /** What holding a quantity of a market costs between two moments (swap, three nights on one of them), in account money. */
  readonly carry?: (market: number, quantity: Exact, mark: Exact, span: CarrySpan) => Exact;
  /** The first window of a market that ends after a moment. */
  readonly nextWindow?: (market: number, now: Timestamp) => FlatWindow | undefined;
}

/** Midnight in Prague is looked at so long before: the rollover of MetaTrader's servers comes one or two hours before it. */
const LOOK_AHEAD_MS = 2 * 3_600_000;

/** The account that the guard stands over, and our own levels there, in money. */
interface Attached {
  readonly portfolio: Portfolio;
  readonly books: readonly Book[];
  /** By bars and reports alone: what is said of an order has to be said again when a journal is repeated, and prices between bars are in none. */
  readonly evaluation: PropFirmEvaluation;
  readonly own: Record<'soft' | 'hard' | 'total' | 'buffer' | 'tiny', Exact>;
}

/** What the guard has decided: flat until a time, or for good. */
interface Level {
  /** Infinity for good. */
  readonly until: Timestamp;
  readonly reason: string;
}

/**
 * A firm's rules over an account that trades. As a guard it denies what could, at worst, break a limit;
 * told of every bar and, live, of every price, it says what must be ordered: everything closed, or trading
 * resumed on the next day. What it orders goes through the journal like a person's command, and whom its own
 * halts may be lifted by stands in their reason, so a journal replays without the prices that caused them.
 */
export class PropFirmGuard implements Guard {
  readonly rule = 'prop-firm';
  readonly spec: PropFirmSpec;
  /** Orders that it denied, by its rules. */
  readonly denials = new Map<string, number>();
  readonly #markets: readonly Market[];
  readonly #lookAhead: number;
  /** The last price of each market since its last bar; NaN where there was none. */
  readonly #prices: Float64Array;
  #account: Attached | undefined;
  /** The account with the prices since the last bar or report; for good once they have decided it. */
  #priced: PropFirmEvaluation | undefined;
  #level: Level | undefined;
  /** Beginning and end of the last moment that was looked at, and of the last bar or report. */
  #opened: Timestamp = -Infinity;
  #now: Timestamp = -Infinity;
  #tsInput: Timestamp = -Infinity;
  #trips = 0;

  constructor(spec: PropFirmSpec, markets: readonly Market[]) {
    this.spec = spec;
    this.#markets = markets;
    this.#prices = new Float64Array(markets.length).fill(NaN);
    this.#lookAhead = Math.max(LOOK_AHEAD_MS, ...markets.map(({ intervalMs }) => intervalMs));
  }

  /** Binds the guard to the account that it guards, before anything has happened there. */
  attach(portfolio: Portfolio, books: readonly Book[]): void {
    const { account } = portfolio;
    const evaluation = new PropFirmEvaluation(this.spec.rules, account.cash, account.moneyScale);
    const { levels } = this.spec;
    const of = (whole: Exact, share: string) => rescale(mul(whole, parseDecimal(share, decimalPlaces(share))), account.moneyScale + decimalPlaces(share), account.moneyScale, 'floor');
    const { initial, dailyLoss, totalLoss } = evaluation;
    this.#account = {
      portfolio, books, evaluation,
      own: { soft: of(dailyLoss, levels.soft), hard: of(dailyLoss, levels.hard), total: of(totalLoss, levels.total), buffer: of(initial, levels.buffer), tiny: of(initial, levels.tiny) },
    };
  }

  /** Takes a bar that the engine has worked off, at its worst price for what is held. */
  afterBar(market: number, { timestamp, high, low }: Pick<Bar, 'timestamp' | 'high' | 'low'>): void {
    const { portfolio, books } = this.#attached;
    this.#prices[market] = NaN;
    const equity = portfolio.exactEquity();
    let worst = equity;
    for (const book of books) {
      if (book.instrument !== market) continue;
      const { quantity } = portfolio.account.positions[book.index];
      if (quantity !== 0) worst = add(worst, this.#change(book, quantity, quantity > 0 ? low : high));
    }
    const now = timestamp + this.#markets[market].intervalMs;
    const { evaluation } = this.#attached;
    this.#hear(now);
    this.#see(evaluation, timestamp, now, equity, min(worst, equity));
    this.#decide(evaluation, timestamp, now, equity, min(worst, equity));
  }

  /** Takes a price between two bars: every market counts at its last one. It moves nothing but what the guard orders. */
  afterPrice(market: number, price: number, tsEvent: Timestamp): void {
    const { portfolio, books } = this.#attached;
    this.#prices[market] = price;
    let equity = portfolio.exactEquity();
    for (const book of books) {
      const { quantity } = portfolio.account.positions[book.index];
      const last = this.#prices[book.instrument];
      if (quantity !== 0 && !Number.isNaN(last)) equity = add(equity, this.#change(book, quantity, last));
    }
    this.#at(this.#priced ??= this.#attached.evaluation.fork(), tsEvent, equity);
    this.#decide(this.#priced, tsEvent, tsEvent, equity, equity);
  }

  /** Hears that a report of this time is about to be booked: at a midnight before it, the balance was what it still is. */
  beforeReport(tsEvent: Timestamp): void {
    this.afterReport(tsEvent);
  }

  /** Hears that what a venue reported outside a bar is booked, so that what it cost counts at once. */
  afterReport(tsEvent: Timestamp): void {
    const { evaluation, portfolio } = this.#attached;
    const equity = portfolio.exactEquity();
    this.#hear(tsEvent);
    this.#at(evaluation, tsEvent, equity);
    this.#decide(evaluation, tsEvent, tsEvent, equity, equity);
  }

  /** What must be ordered where trading stands so; the same answer until it is done, so also what a crash has left undone. */
  due(state: TradingState): TradingCommand | undefined {
    if (state.kind === 'liquidated') return undefined;
    const halted = state.kind === 'halted' ? state : undefined;
    // When a halt of the guard's own ends; Infinity for one that another must lift.
    const until = halted === undefined ? -Infinity : haltEnd(halted.reason);
    const level = this.#level;
    if (level === undefined) return halted !== undefined && this.#opened >= until ? { kind: 'resume' } : undefined;
    if (halted?.flat === true && level.until <= until) return undefined;
    // A halt that another gave stays his to lift, also after the guard has closed everything.
    const lifts = level.until !== Infinity && until !== Infinity;
    return { kind: 'flatten', reason: haltReason(level.reason, lifts ? level.until : Infinity) };
  }

  check(intent: Intent): Violation | undefined {
    const violation = this.#violation(intent);
    if (violation) this.denials.set(violation.rule, (this.denials.get(violation.rule) ?? 0) + 1);
    return violation;
  }

  judge(intent: Intent): Violation | undefined {
    return this.#violation(intent);
  }

  #violation(intent: Intent): Required<Violation> | undefined {
    const { evaluation, own } = this.#attached;
    const { account } = this.#attached.portfolio;
    const { moneyScale, midnight, dayBalance } = evaluation;
    const money = (amount: Exact) => toNumber(amount, moneyScale);
    const window = this.#window(intent.book.instrument, intent.now);
    if (window) return { rule: window.rule, value: intent.notional, limit: 0 };
    const equity = this.#attached.portfolio.exactEquity();
    // What is decided at midnight is traded on the next day.
    const lost = sub(midnight <= intent.now ? max(dayBalance, this.#balance()) : dayBalance, equity);
    if (compare(lost, own.soft) > 0) return { rule: 'prop-firm-soft', value: money(lost), limit: money(own.soft) };
    const risk = this.#atRisk(intent, () => true);
    for (const [rule, floor] of this.#floors(intent.now)) {
      const allowed = money(sub(sub(equity, floor), own.buffer));
      if (!(risk <= allowed)) return { rule, value: risk, limit: allowed };
    }
    const { rules } = evaluation;
    if (!evaluation.rich(account.cash) || evaluation.tradingDays >= rules.minTradingDays) return undefined;
    const added = this.#atRisk(intent, (book) => book === intent.book);
    return added <= money(own.tiny) ? undefined : { rule: 'prop-firm-target', value: added, limit: money(own.tiny) };
  }

  /** Distance to every limit at the last prices. */
  gauge(): PropFirmGauge {
    return propFirmGauge(this.evaluation, this.#attached.portfolio.exactEquity(), this.#carry(this.evaluation, this.#now));
  }

  /** What may be lost before the nearest limit and the buffer above it, by bars and reports alone; below 0 where that is done already. */
  room(): Exact {
    const { evaluation } = this.#attached;
    const floor = this.#floors(this.#tsInput).reduce<Exact>((highest, [, each]) => max(highest, each), evaluation.limits.total);
    return sub(sub(this.#attached.portfolio.exactEquity(), floor), this.#attached.own.buffer);
  }

  /** The account under the firm's rules, as it was last seen. */
  get evaluation(): PropFirmEvaluation {
    return this.#priced ?? this.#attached.evaluation;
  }

  get #attached(): Attached {
    if (this.#account === undefined) throw new Error('the guard of a prop firm\'s rules was not attached to its engine');
    return this.#account;
  }

  /** A bar or a report of this time has come: what prices have shown since the one before is over, unless it is for good. */
  #hear(tsEvent: Timestamp): void {
    this.#tsInput = Math.max(this.#tsInput, tsEvent);
    if (this.#priced?.decided === false) this.#priced = undefined;
  }

  /** Brings the account to one moment; all that came before it is booked, and nothing after it. */
  #at(evaluation: PropFirmEvaluation, tsEvent: Timestamp, equity: Exact): void {
    evaluation.balance = this.#balance();
    evaluation.equity = equity;
    this.#see(evaluation, tsEvent, tsEvent, equity, equity);
  }

  /** Cash and what was paid for all that is held. */
  #balance(): Exact {
    const { portfolio: { account }, books } = this.#attached;
    return books.reduce<Exact>((sum, { index }) => add(sum, account.positions[index].cost), account.cash);
  }

  #see(evaluation: PropFirmEvaluation, opened: Timestamp, now: Timestamp, equity: Exact, lowest: Exact): void {
    const { portfolio, books, evaluation: own } = this.#attached;
    const { account, trades } = portfolio;
    for (let at = this.#trips; at < trades.length; at++) evaluation.entered(trades.at(at).tsEntry);
    if (evaluation === own) this.#trips = trades.length;
    for (const { index } of books) if (account.positions[index].quantity !== 0) evaluation.entered(trades.openSince(index));
    evaluation.look({ opened, now, balance: this.#balance(), equity, lowest, flat: !portfolio.exposed });
  }

  /** Decides what must be ordered at a moment that was looked at. */
  #decide(evaluation: PropFirmEvaluation, opened: Timestamp, now: Timestamp, equity: Exact, lowest: Exact): void {
    this.#opened = Math.max(this.#opened, opened);
    this.#now = Math.max(this.#now, now);
    if (this.#level !== undefined && this.#opened >= this.#level.until) this.#level = undefined;
    const level = this.#forGood(evaluation, lowest) ?? this.#forNow(evaluation, equity, lowest);
    if (level !== undefined && level.until > this.#opened) this.#level = level;
    else if (evaluation.midnight <= this.#opened) {
      // It is late, prices are in the next day already: no low of that day, but its balance may be another now.
      this.#priced ??= evaluation.fork();
      this.#at(this.#priced, this.#opened, equity);
      this.#level = this.#forGood(this.#priced, equity) ?? this.#forNow(this.#priced, equity, equity) ?? this.#level;
    }
  }

  /** What ends trading: a broken rule, the target with everything closed, the last of our own levels. */
  #forGood(evaluation: PropFirmEvaluation, lowest: Exact): Level | undefined {
    const { own } = this.#attached;
    const { breach, passedAt, rules, limits, totalLoss, moneyScale } = evaluation;
    const text = (amount: Exact) => cents(amount, moneyScale);
    const level = (reason: string): Level => ({ until: Infinity, reason });
    if (this.#level?.until === Infinity) return this.#level;
    if (breach) return level(`${rules.name} is broken: equity ${text(fromNumber(breach.equity, moneyScale))} is below the ${breach.rule === 'max-loss' ? 'total' : 'daily'} limit ${text(fromNumber(breach.limit, moneyScale))}`);
    if (passedAt !== undefined) return level(`${rules.name} is passed`);
    const floor = sub(add(limits.total, totalLoss), own.total);
    return compare(lowest, floor) <= 0 ? level(`equity ${text(lowest)} is at the level of ${text(floor)}, before the total limit of ${text(limits.total)}`) : undefined;
  }

  /** What ends the day, or keeps the account flat over a time. */
  #forNow(evaluation: PropFirmEvaluation, equity: Exact, lowest: Exact): Level | undefined {
    const { midnight, dayBalance, limits, moneyScale, rules } = evaluation;
    const { own, portfolio, books } = this.#attached;
    const text = (amount: Exact) => cents(amount, moneyScale);
    const now = this.#now;
    const hard = sub(dayBalance, own.hard);
    if (compare(lowest, hard) <= 0) return { until: midnight, reason: `equity ${text(lowest)} is at the level of ${text(hard)}, before the daily limit of ${text(limits.daily)}` };
    if (!portfolio.exposed) return undefined;
    const closed = sub(equity, this.#closing());
    const missing = rules.minTradingDays - evaluation.tradingDays;
    // Where the best day alone is in the way, trading goes on; where days are, the profit is banked each day.
    if (evaluation.reached(closed) || (evaluation.rich(closed) && missing > 0)) {
      return { until: midnight, reason: `the target of ${rules.name} is reached${missing > 0 ? `, ${missing} of ${rules.minTradingDays} trading days are missing` : ''}` };
    }
    if (midnight - now <= this.#lookAhead && midnight > now) {
      const after = sub(equity, this.#carry(evaluation, now));
      const tomorrow = this.#tomorrow(evaluation);
      if (compare(after, tomorrow) <= 0) return { until: midnight, reason: `equity ${text(after)} would be at the level of ${text(tomorrow)} after midnight in Prague` };
    }
    for (const book of books) {
      const window = portfolio.quantityOf(book) === 0 ? undefined : this.#window(book.instrument, now);
      if (window) return { until: window.to, reason: window.rule === 'prop-firm-news' ? 'news' : 'the market closes' };
    }
    return undefined;
  }

  /** Our own level as it will stand after midnight with the balance as it is. */
  #tomorrow(evaluation: PropFirmEvaluation): Exact {
    const { own } = this.#attached;
    const { daily, total } = evaluation.limitsAfterMidnight;
    return max(sub(add(daily, evaluation.dailyLoss), own.hard), sub(add(total, evaluation.totalLoss), own.total));
  }

  /** The limits that hold for what is begun now, with the names of their rules. */
  #floors(now: Timestamp): readonly (readonly [string, Exact])[] {
    const { evaluation } = this.#attached;
    const named = ({ daily, total }: EquityLimits, carry: Exact, names: readonly [string, string]) => [[names[0], add(daily, carry)], [names[1], add(total, carry)]] as const;
    const today = named(evaluation.limits, 0, ['prop-firm-daily', 'prop-firm-total']);
    const near = evaluation.midnight - now <= this.#lookAhead;
    return near ? [...today, ...named(evaluation.limitsAfterMidnight, this.#carry(evaluation, now), ['prop-firm-after-midnight', 'prop-firm-after-midnight'])] : today;
  }

  /** What could be lost of the books that `counts` if each were at its largest and went to its stop and beyond: account money. */
  #atRisk(intent: Intent, counts: (book: Book) => boolean): number {
    const [gap, unprotected, cost] = [this.spec.levels.gap, this.spec.levels.unprotected, this.spec.levels.cost].map(Number);
    let risk = 0;
    for (const book of intent.books) {
      if (!counts(book)) continue;
      const mark = intent.portfolio.marks[book.instrument];
      let worst = 0;
      for (const side of [1, -1] as const) {
        const units = reach(intent, book, side);
        if (units <= 0) continue;
        // A stop belongs to the opinion: it protects its side alone.
        const stops = book.target * side > 0 && !Number.isNaN(book.stop);
        const exit = stops ? (side > 0 ? Math.min(book.stop, mark) : Math.max(book.stop, mark)) * (1 - side * gap) : mark * (1 - side * unprotected);
        // Closing costs, and so does opening what is not held yet.
        const opening = units - Math.max(0, side * intent.portfolio.quantityOf(book));
        worst = Math.max(worst, units * Math.abs(mark - exit) + (units + opening) * cost * mark);
      }
      risk += worst;
    }
    return risk;
  }

  /** What closing everything would cost. */
  #closing(): Exact {
    const { portfolio, books } = this.#attached;
    const value = books.reduce((sum, book) => sum + (Math.abs(portfolio.quantityOf(book) * portfolio.marks[book.instrument]) || 0), 0);
    return fromNumber(value * Number(this.spec.levels.cost), this.evaluation.moneyScale);
  }

  /** What falls due until midnight for what is held. */
  #carry({ midnight, moneyScale }: PropFirmEvaluation, now: Timestamp): Exact {
    const { carry } = this.spec;
    const { portfolio, books } = this.#attached;
    if (carry === undefined || !(now < midnight)) return 0;
    return books.reduce<Exact>((sum, { index, instrument }) => {
      const { quantity } = portfolio.account.positions[index];
      if (quantity === 0) return sum;
      return add(sum, max(0, carry(instrument, quantity, fromNumber(portfolio.marks[instrument], this.#markets[instrument].instrument.priceScale), { from: now, to: midnight, moneyScale })));
    }, 0);
  }

  /** The window of a market that is open, or would be before another bar has closed. */
  #window(market: number, now: Timestamp): FlatWindow | undefined {
    const window = this.spec.nextWindow?.(market, now);
    return window !== undefined && now + this.#interval(market) >= window.from && now < window.to ? window : undefined;
  }

  #interval(market: number): number {
    return this.#markets[market].intervalMs;
  }

  /** How equity changes where a book is worth `price` instead of its mark. */
  #change(book: Book, quantity: Exact, price: number): Exact {
    const { account, marks } = this.#attached.portfolio;
    const { priceScale } = this.#markets[book.instrument].instrument;
    return sub(account.notional(book.index, fromNumber(price, priceScale), quantity), account.notional(book.index, fromNumber(marks[book.instrument], priceScale), quantity));
  }
}

/** An amount for a person, to the hundredth. */
function cents(amount: Exact, moneyScale: number): string {
  return format(rescale(amount, moneyScale, 2, 'floor'), 2);
}
