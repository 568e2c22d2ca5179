import type { Timestamp } from '../domain/time.ts';
import type { AccountHistory } from './account-history.ts';
import { pragueDay, pragueMidnightAfter } from './prague-day.ts';

/** What a prop firm asks of one account. Shares are of the initial capital. */
export interface PropFirmRules {
  readonly name: string;
  /** When the firm's pages were read, and which. */
  readonly asOf: string;
  readonly source: string;
  /** Profit that passes, with every position closed; null where none is asked for. */
  readonly profitTarget: number | null;
  /** How far equity may fall below the balance of the last midnight in Prague. */
  readonly maxDailyLoss: number;
  /** How far equity may fall below the initial capital or, where it follows, below the highest balance at a midnight. */
  readonly maxLoss: number;
  readonly maxLossFollows: boolean;
  /** Days on which a trade must have been opened. */
  readonly minTradingDays: number;
  /** The best day's share of all profit, at most, before the target counts; null for no such rule. */
  readonly bestDayShare: number | null;
}

const READ = { asOf: '2026-11-21', source: 'ftmo.com/en/trading-objectives, academy.ftmo.com/lesson/maximum-daily-loss, academy.ftmo.com/lesson/maximum-loss' } as const;

/** The evaluations that FTMO offers; dated, and to be read anew on its pages before money is put into one. */
export const FTMO_RULES: readonly PropFirmRules[] = [
  { name: 'FTMO 2-Step Challenge', ...READ, profitTarget: 0.1, maxDailyLoss: 0.05, maxLoss: 0.1, maxLossFollows: false, minTradingDays: 4, bestDayShare: null },
  { name: 'FTMO 2-Step Verification', ...READ, profitTarget: 0.05, maxDailyLoss: 0.05, maxLoss: 0.1, maxLossFollows: false, minTradingDays: 4, bestDayShare: null },
  { name: 'FTMO 1-Step Challenge', ...READ, profitTarget: 0.1, maxDailyLoss: 0.03, maxLoss: 0.1, maxLossFollows: true, minTradingDays: 0, bestDayShare: 0.5 },
];

/** The moment at which equity fell below a limit. Equality is no breach. */
export interface Breach {
  readonly rule: 'max-daily-loss' | 'max-loss';
  readonly tsEvent: Timestamp;
  readonly equity: number;
  readonly limit: number;
}

/** How an account would have fared. */
export interface PropFirmOutcome {
  readonly rules: PropFirmRules;
  readonly outcome: 'passed' | 'failed' | 'unfinished';
  /** The first breach before the target; null without one. */
  readonly breach: Breach | null;
  /** When the target was met with everything closed and enough days; null where it was not, before a breach. */
  readonly passedAt: Timestamp | null;
  /** Up to the end, the breach, or the target. */
  readonly tradingDays: number;
  /** The largest falls below what they are counted from, as shares of the initial capital: beside 0.05 and 0.1 they say how near it was. */
  readonly worstDailyLoss: number;
  readonly worstLoss: number;
  /** Profit of the best day as a share of all profit; null without profit. */
  readonly bestDay: number | null;
}

/**
 * Holds an account's history against a firm's rules, bar by bar, until it breaks one or passes. The
 * daily limit is counted from the balance at midnight, not from equity: what is lost on paper then is
 * carried over in full. A bar that spans midnight is held against both days: whether its worst price
 * came before or after cannot be told, and is decided against the trader.
 */
export function holdAgainst(rules: PropFirmRules, history: AccountHistory): PropFirmOutcome {
  const run = new Evaluation(rules, history);
  for (let i = 0; i < history.timestamps.length; i++) {
    if (run.step(i)) break;
  }
  return run.outcome();
}

/** An evaluation under way. */
class Evaluation {
  readonly #rules: PropFirmRules;
  readonly #history: AccountHistory;
  /** The next one. */
  #midnight: Timestamp;
  /** Balance at the last midnight, highest at any, profit of the best day that is over. */
  #dayBalance: number;
  #highest: number;
  #bestProfit = 0;
  /** After the last bar. */
  #balance: number;
  #equity: number;
  #worstDaily = 0;
  #worst = 0;
  #breach: Breach | null = null;
  #passedAt: Timestamp | null = null;
  #entry = 0;
  readonly #days = new Set<number>();

  constructor(rules: PropFirmRules, history: AccountHistory) {
    this.#rules = rules;
    this.#history = history;
    this.#dayBalance = this.#highest = this.#balance = this.#equity = history.initial;
    this.#midnight = history.timestamps.length > 0 ? pragueMidnightAfter(history.opened[0]) : Infinity;
  }

  /** Looks at one bar; true where the evaluation is over. */
  step(i: number): boolean {
    const { timestamps, opened, balance, equity, lowest, flat } = this.#history;
    const now = timestamps[i];
    while (this.#midnight <= opened[i]) {
      this.#newDay(this.#balance);
      if (this.#look(this.#equity, this.#midnight)) return true;
      this.#midnight = pragueMidnightAfter(this.#midnight);
    }
    if (this.#look(lowest[i], now)) return true;
    while (this.#midnight < now) {
      this.#newDay(Math.max(this.#balance, balance[i]));
      if (this.#look(lowest[i], now)) return true;
      this.#midnight = pragueMidnightAfter(this.#midnight);
    }
    this.#balance = balance[i];
    this.#equity = equity[i];
    this.#countDays(now);
    if (flat[i] === 0 || !this.#reached()) return false;
    this.#passedAt = now;
    return true;
  }

  outcome(): PropFirmOutcome {
    const profit = this.#balance - this.#history.initial;
    const best = Math.max(this.#bestProfit, this.#balance - this.#dayBalance);
    return {
      rules: this.#rules, outcome: this.#breach ? 'failed' : this.#passedAt === null ? 'unfinished' : 'passed', breach: this.#breach, passedAt: this.#passedAt,
      tradingDays: this.#days.size, worstDailyLoss: this.#worstDaily, worstLoss: this.#worst, bestDay: profit > 0 ? best / profit : null,
    };
  }

  /** Holds an equity against both limits; true where it is below one. */
  #look(equity: number, tsEvent: Timestamp): boolean {
    const { maxDailyLoss, maxLoss, maxLossFollows } = this.#rules;
    const { initial } = this.#history;
    const from = maxLossFollows ? this.#highest : initial;
    this.#worstDaily = Math.max(this.#worstDaily, (this.#dayBalance - equity) / initial);
    this.#worst = Math.max(this.#worst, (from - equity) / initial);
    const daily = this.#dayBalance - maxDailyLoss * initial;
    const total = from - maxLoss * initial;
    const rule = equity < total ? 'max-loss' : 'max-daily-loss';
    const limit = equity < total ? total : daily;
    if (equity < limit) this.#breach = { rule, tsEvent, equity, limit };
    return this.#breach !== null;
  }

  #newDay(balance: number): void {
    this.#bestProfit = Math.max(this.#bestProfit, balance - this.#dayBalance);
    this.#dayBalance = balance;
    this.#highest = Math.max(this.#highest, balance);
  }

  #countDays(now: Timestamp): void {
    const { entries } = this.#history;
    for (; this.#entry < entries.length && entries[this.#entry] <= now; this.#entry++) this.#days.add(pragueDay(entries[this.#entry]));
  }

  #reached(): boolean {
    const { profitTarget, minTradingDays, bestDayShare } = this.#rules;
    const profit = this.#balance - this.#history.initial;
    if (profitTarget === null || profit < profitTarget * this.#history.initial || this.#days.size < minTradingDays) return false;
    return bestDayShare === null || Math.max(this.#bestProfit, this.#balance - this.#dayBalance) <= bestDayShare * profit;
  }
}
