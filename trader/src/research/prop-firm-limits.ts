import { fromNumber } from '../domain/exact.ts';
import { PropFirmEvaluation, type Breach, type PropFirmRules } from '../domain/prop-firm.ts';
import type { Timestamp } from '../domain/time.ts';
import type { AccountHistory } from './account-history.ts';

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

/** Decimals to which a history's float64 money is held against a limit: below what any account is kept in. */
const SCALE = 6;

/** Holds an account's history against a firm's rules, bar by bar, until it breaks one or passes. */
export function holdAgainst(rules: PropFirmRules, history: AccountHistory): PropFirmOutcome {
  const { initial, timestamps, opened, balance, equity, lowest, flat, entries } = history;
  const money = (amount: number) => fromNumber(amount, SCALE);
  const evaluation = new PropFirmEvaluation(rules, money(initial), SCALE);
  let entry = 0;
  for (let i = 0; i < timestamps.length; i++) {
    const now = timestamps[i];
    for (; entry < entries.length && entries[entry] <= now; entry++) evaluation.entered(entries[entry]);
    if (evaluation.look({ opened: opened[i], now, balance: money(balance[i]), equity: money(equity[i]), lowest: money(lowest[i]), flat: flat[i] !== 0 })) break;
  }
  const { breach, passedAt, tradingDays, worstDailyLoss, worstLoss, bestDay } = evaluation;
  return {
    rules, outcome: breach ? 'failed' : passedAt === undefined ? 'unfinished' : 'passed', breach: breach ?? null, passedAt: passedAt ?? null,
    tradingDays, worstDailyLoss, worstLoss, bestDay: bestDay ?? null,
  };
}
