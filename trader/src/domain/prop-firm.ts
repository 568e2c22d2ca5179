import { add, compare, decimalPlaces, format, max, mul, parseDecimal, rescale, sub, toNumber, type Exact } from './exact.ts';
import { pragueDay, pragueMidnightAfter } from './prague-day.ts';
import type { Timestamp } from './time.ts';

/** What a prop firm asks of one account, as its rule file of a day says it. Shares are decimals of the initial capital. */
export interface PropFirmRules {
  /** `ftmo-challenge`. */
  readonly id: string;
  readonly name: string;
  readonly phase: 'evaluation' | 'funded';
  /** When the firm's pages were read, and the file in data/prop-firms that says what they stated. */
  readonly asOf: string;
  readonly file: string;
  /** Profit that passes, with every position closed; null where none is asked for. */
  readonly profitTarget: string | null;
  /** How far equity may fall below the balance of the last midnight in Prague. */
  readonly maxDailyLoss: string;
  /** How far equity may fall below the initial capital or, where it follows, below the highest balance at a midnight. */
  readonly maxLoss: string;
  readonly maxLossFollows: boolean;
  /** Days on which a trade must have been opened. */
  readonly minTradingDays: number;
  /** The best day's share of all profit, at most, before the target counts; null for no such rule. */
  readonly bestDayShare: string | null;
  /** Nothing is opened or closed so many minutes before and after a listed release; null where news are free. */
  readonly newsMinutes: number | null;
  /** Nothing is held over a break of the market longer than this; null where it may be. */
  readonly flatOverHours: number | null;
}

/** The moment at which equity fell below a limit. Equality is no breach. Money of the account. */
export interface Breach {
  readonly rule: 'max-daily-loss' | 'max-loss';
  readonly tsEvent: Timestamp;
  readonly equity: number;
  readonly limit: number;
}

/** An account over a stretch of time: one bar, or a moment where `opened` is `now`. Money in exact units. */
export interface AccountMoment {
  readonly opened: Timestamp;
  readonly now: Timestamp;
  /** Closed profit and loss, fees and payments included, with the opening capital. */
  readonly balance: Exact;
  /** Balance and the profit of what is held; lowest, the least that it may have been since `opened`. */
  readonly equity: Exact;
  readonly lowest: Exact;
  readonly flat: boolean;
}

/** Equities below which a rule is broken. */
export interface EquityLimits {
  readonly daily: Exact;
  readonly total: Exact;
}

/**
 * One account under a firm's rules, moment by moment: the one implementation that judges backtests
 * and guards orders. The daily limit is counted from the balance at midnight, not from equity: what is
 * lost on paper then is carried over in full, and what is won on paper gives no room. A bar that spans
 * midnight is held against both days, since whether its worst price came before or after cannot be told.
 */
export class PropFirmEvaluation {
  readonly rules: PropFirmRules;
  readonly moneyScale: number;
  readonly initial: Exact;
  /** The losses that are allowed, and the profit that is asked for, in money. */
  readonly dailyLoss: Exact;
  readonly totalLoss: Exact;
  readonly target: Exact | undefined;
  /** The midnight in Prague that comes next; NaN before the first moment. */
  midnight: Timestamp = NaN;
  /** Balance at the last midnight, and the highest at any, the initial capital included. */
  dayBalance: Exact;
  highest: Exact;
  /** After the last moment. */
  balance: Exact;
  equity: Exact;
  breach: Breach | undefined = undefined;
  /** When the target was met with everything closed and enough days. */
  passedAt: Timestamp | undefined = undefined;
  /** The largest falls so far below what they are counted from, as shares of the initial capital. */
  worstDailyLoss = 0;
  worstLoss = 0;
  #bestProfit: Exact = 0;
  readonly #days = new Set<number>();

  constructor(rules: PropFirmRules, initial: Exact, moneyScale: number) {
    // What is allowed is rounded down, what is asked for up: the firm's arithmetic is not known to the last digit.
    const share = (text: string, rounding: 'floor' | 'ceil') => rescale(mul(initial, parseDecimal(text, decimalPlaces(text))), moneyScale + decimalPlaces(text), moneyScale, rounding);
    this.rules = rules;
    this.moneyScale = moneyScale;
    this.initial = this.dayBalance = this.highest = this.balance = this.equity = initial;
    this.dailyLoss = share(rules.maxDailyLoss, 'floor');
    this.totalLoss = share(rules.maxLoss, 'floor');
    this.target = rules.profitTarget === null ? undefined : share(rules.profitTarget, 'ceil');
  }

  /** Takes the next moment; those before `now` that a midnight lies between are looked at too. True once it is decided. */
  look(moment: AccountMoment): boolean {
    const { opened, now, balance, equity, lowest, flat } = moment;
    if (Number.isNaN(this.midnight)) this.midnight = pragueMidnightAfter(opened);
    for (; this.midnight <= opened; this.midnight = pragueMidnightAfter(this.midnight)) {
      this.#newDay(this.balance);
      this.#hold(this.equity, this.midnight);
    }
    this.#hold(lowest, now);
    for (; this.midnight < now; this.midnight = pragueMidnightAfter(this.midnight)) {
      this.#newDay(max(this.balance, balance));
      this.#hold(lowest, now);
    }
    this.balance = balance;
    this.equity = equity;
    if (!this.decided && flat && this.reached(balance)) this.passedAt = now;
    return this.decided;
  }

  /** One that stands as this does, and goes its own way from here on. */
  fork(): PropFirmEvaluation {
    const fork = Object.assign(new PropFirmEvaluation(this.rules, this.initial, this.moneyScale), this);
    fork.#bestProfit = this.#bestProfit;
    for (const day of this.#days) fork.#days.add(day);
    return fork;
  }

  /** Counts the day on which a trade was opened. */
  entered(tsEvent: Timestamp): void {
    if (!this.decided) this.#days.add(pragueDay(tsEvent));
  }

  get decided(): boolean {
    return this.breach !== undefined || this.passedAt !== undefined;
  }

  get tradingDays(): number {
    return this.#days.size;
  }

  /** The limits of the day that is under way. */
  get limits(): EquityLimits {
    return { daily: sub(this.dayBalance, this.dailyLoss), total: this.#total(this.highest) };
  }

  /** The limits from the next midnight on, if the balance stays as it is. */
  get limitsAfterMidnight(): EquityLimits {
    return { daily: sub(this.balance, this.dailyLoss), total: this.#total(max(this.highest, this.balance)) };
  }

  /** Profit of the best day as a share of all profit; undefined without profit. */
  get bestDay(): number | undefined {
    const profit = sub(this.balance, this.initial);
    return compare(profit, 0) > 0 ? toNumber(this.#best(this.balance), this.moneyScale) / toNumber(profit, this.moneyScale) : undefined;
  }

  /** Whether a balance would pass, days and best day included. */
  reached(balance: Exact): boolean {
    const { rules: { minTradingDays, bestDayShare } } = this;
    if (this.target === undefined || !this.rich(balance) || this.#days.size < minTradingDays) return false;
    if (bestDayShare === null) return true;
    const places = decimalPlaces(bestDayShare);
    return compare(mul(this.#best(balance), parseDecimal('1', places)), mul(sub(balance, this.initial), parseDecimal(bestDayShare, places))) <= 0;
  }

  /** Whether a balance has the profit that is asked for. */
  rich(balance: Exact): boolean {
    return this.target !== undefined && compare(sub(balance, this.initial), this.target) >= 0;
  }

  #total(highest: Exact): Exact {
    return sub(this.rules.maxLossFollows ? highest : this.initial, this.totalLoss);
  }

  #best(balance: Exact): Exact {
    return max(this.#bestProfit, sub(balance, this.dayBalance));
  }

  /** Holds an equity against both limits. */
  #hold(equity: Exact, tsEvent: Timestamp): void {
    if (this.decided) return;
    const { moneyScale } = this;
    const { daily, total } = this.limits;
    const whole = toNumber(this.initial, moneyScale);
    const fall = (limit: Exact, loss: Exact) => toNumber(sub(add(limit, loss), equity), moneyScale) / whole;
    this.worstDailyLoss = Math.max(this.worstDailyLoss, fall(daily, this.dailyLoss));
    this.worstLoss = Math.max(this.worstLoss, fall(total, this.totalLoss));
    const rule = compare(equity, total) < 0 ? 'max-loss' : 'max-daily-loss';
    const limit = rule === 'max-loss' ? total : daily;
    if (compare(equity, limit) < 0) this.breach = { rule, tsEvent, equity: toNumber(equity, moneyScale), limit: toNumber(limit, moneyScale) };
  }

  #newDay(balance: Exact): void {
    this.#bestProfit = max(this.#bestProfit, sub(balance, this.dayBalance));
    this.dayBalance = balance;
    this.highest = max(this.highest, balance);
  }
}

/** How far an equity is from one limit: both as decimals of account money, and what is left as a share of the loss that is allowed. */
export interface LimitRoom {
  readonly limit: string;
  readonly room: string;
  /** 1 where nothing is lost, 0 at the limit, below 0 beyond it. */
  readonly share: number;
}

/** How an account stands under a firm's rules: what a screen, a report and the API show. */
export interface PropFirmGauge {
  readonly rules: string;
  /** The rule file, dated. */
  readonly file: string;
  readonly state: 'running' | 'passed' | 'failed';
  readonly breach: Breach | null;
  readonly passedAt: Timestamp | null;
  readonly daily: LimitRoom;
  /** From the next midnight on, what falls due until then taken off. */
  readonly afterMidnight: LimitRoom & { readonly tsEvent: Timestamp };
  readonly total: LimitRoom;
  /** Profit asked for, and what of it is still missing; null without a target. */
  readonly target: { readonly profit: string; readonly missing: string; readonly share: number } | null;
  readonly tradingDays: { readonly counted: number; readonly needed: number };
  /** Profit of the best day as a share of all profit, and the most that it may be; null where there is no such rule. */
  readonly bestDay: { readonly share: number | null; readonly most: number } | null;
  readonly worstDailyLoss: number;
  readonly worstLoss: number;
}

/** Reads the distances of an equity from every limit; `carry` is what will be paid for what is held before midnight. */
export function propFirmGauge(evaluation: PropFirmEvaluation, equity: Exact, carry: Exact = 0): PropFirmGauge {
  const { rules, moneyScale, limits, limitsAfterMidnight, target, breach, passedAt, initial } = evaluation;
  const money = (amount: Exact) => format(amount, moneyScale);
  const share = (part: Exact, whole: Exact) => toNumber(part, moneyScale) / toNumber(whole, moneyScale);
  const room = (limit: Exact, loss: Exact, at: Exact): LimitRoom => ({ limit: money(limit), room: money(sub(at, limit)), share: share(sub(at, limit), loss) });
  const profit = sub(equity, initial);
  return {
    rules: rules.name, file: rules.file, state: breach ? 'failed' : passedAt === undefined ? 'running' : 'passed', breach: breach ?? null, passedAt: passedAt ?? null,
    daily: room(limits.daily, evaluation.dailyLoss, equity),
    afterMidnight: { ...room(limitsAfterMidnight.daily, evaluation.dailyLoss, sub(equity, carry)), tsEvent: evaluation.midnight },
    total: room(limits.total, evaluation.totalLoss, equity),
    target: target === undefined ? null : { profit: money(target), missing: money(max(0, sub(target, profit))), share: share(profit, target) },
    tradingDays: { counted: evaluation.tradingDays, needed: rules.minTradingDays },
    bestDay: rules.bestDayShare === null ? null : { share: evaluation.bestDay ?? null, most: Number(rules.bestDayShare) },
    worstDailyLoss: evaluation.worstDailyLoss, worstLoss: evaluation.worstLoss,
  };
}
