import { DAY_MS } from '../../domain/time.ts';

/** What stands where there is no figure. */
export const NONE = '–';

/** A number with so many decimals, grouped by thousands, with a true minus; `+` before gains where asked. What rounds to 0 has no sign. */
export function decimal(value: number | null, decimals: number, sign = false): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const text = (whole.length > 21 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ',')) + (fraction === undefined ? '' : `.${fraction}`);
  if (!/[1-9]/.test(text)) return text;
  return (value < 0 ? '−' : sign ? '+' : '') + text;
}

/** A share as percent: 0.1 is `10.00 %`; in few digits where it is large. */
export function percent(share: number | null, decimals = 2, sign = false): string {
  if (share === null || !Number.isFinite(share)) return NONE;
  const size = Math.abs(share * 100);
  const text = size >= 1e6 ? `${sign && share > 0 ? '+' : ''}${compact(share * 100)}` : decimal(share * 100, size >= 1000 ? 0 : decimals, sign);
  return `${text}\u00a0%`;
}

/** Money: two decimals, more where it is smaller than that, none from ten million on. */
export function money(amount: number | null, sign = false): string {
  if (amount === null) return NONE;
  const size = Math.abs(amount);
  return decimal(amount, size >= 1e7 ? 0 : size > 0 && size < 0.1 ? 6 : 2, sign);
}

/** A number in few characters, for axes: `1.25M`, `980`, `0.0042`, in so many significant digits. */
export function compact(value: number, digits = 3): string {
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e4, 'k']] as const) {
    const divisor = letter === 'k' ? 1e3 : unit;
    if (size >= unit) return `${trimmed(value / divisor, digits)}${letter}`;
  }
  return trimmed(value, Math.max(4, digits));
}

/** A number in so many significant digits, without the zeros at its end. */
export function trimmed(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0' : NONE;
  const size = Math.abs(value);
  const decimals = Math.max(0, Math.min(12, digits - 1 - Math.floor(Math.log10(size))));
  const text = decimal(value, decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** How to write these values so that none is rounded: with as few more digits as that takes, and six at most. */
export function unrounded(values: readonly number[], write: (value: number, digits: number) => string, fewest: number): (value: number) => string {
  const most = fewest + 6;
  const exact = values.map((value) => withoutZeros(write(value, most)));
  let digits = fewest;
  while (digits < most && values.some((value, i) => withoutZeros(write(value, digits)) !== exact[i])) digits += 1;
  return (value) => write(value, digits);
}

/** A number without the zeros at its end, whatever follows it. */
function withoutZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '');
}

/** A whole number, grouped. */
export function count(value: number): string {
  return decimal(value, 0);
}

/** `1 trade`, `2 trades`. */
export function plural(value: number, noun: string): string {
  return `${count(value)}\u00a0${noun}${value === 1 ? '' : 's'}`;
}

/** How many times: `25.9 ×`. */
export function times(value: number): string {
  return `${Math.abs(value) >= 1e5 ? compact(value) : decimal(value, 1)}\u00a0×`;
}

/** A time in the unit that a person would take: `45 min`, `6.5 h`, `30 days`, `2.5 years`. */
export function duration(ms: number): string {
  if (!(ms > 0)) return '0\u00a0min';
  if (ms < 60_000) return `${trimmed(ms / 1000, 3)}\u00a0s`;
  if (ms < 120 * 60_000) return `${trimmed(ms / 60_000, 3)}\u00a0min`;
  if (ms < 2 * DAY_MS) return `${trimmed(ms / 3_600_000, 3)}\u00a0h`;
  const days = ms / DAY_MS;
  return days < 700 ? `${trimmed(days, 3)}\u00a0days` : `${trimmed(days / 365.25, 3)}\u00a0years`;
}

/** The tone in which a change is shown. */
export function tone(value: number | null): 'up' | 'down' | 'flat' {
  return value === null || value === 0 || Number.isNaN(value) ? 'flat' : value > 0 ? 'up' : 'down';
}
