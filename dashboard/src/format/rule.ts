import { formatDecimal } from './decimal.ts';

/** Rules whose own name says less than a person would. */
const NAMES: Readonly<Record<string, string>> = { notional: 'Order value', position: 'Position value', 'duplicate-intent': 'Same order twice' };

/** What a rule of risk is called: `stale-data` reads `Stale data`, `group:coins` reads `Group coins`. */
export function ruleName(rule: string): string {
  const words = rule.replaceAll(/[-_:]/g, ' ');
  return NAMES[rule] ?? words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** A figure of a rule as people read it; words stay as they are. */
export function ruleFigure(text: string): string {
  return formatDecimal(text) ?? text;
}
