import { DAY_MS, isTimestamp, type Timestamp } from '../../domain/time.ts';

// Decimal strings are rounded and grouped digit by digit: what the ledger wrote is what is shown,
// however large, and no float comes between.

/** −1, 0 or 1: the sign of a decimal string. */
export function decimalSign(text: string): -1 | 0 | 1 {
  return !/[1-9]/.test(text) ? 0 : text.startsWith('-') ? -1 : 1;
}

/**
 * A decimal string with exactly `decimals` digits after the point, half away from zero, in groups
 * of three. A number that rounds to zero has no sign. `sign: true` writes + as well.
 */
export function formatDecimal(text: string, decimals: number, options: { readonly sign?: boolean } = {}): string {
  const [whole = '0', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = whole + fraction.slice(0, decimals).padEnd(decimals, '0');
  const rounded = fraction.charCodeAt(decimals) >= 53 /* '5' */ ? increment(digits) : digits;
  const integer = rounded.slice(0, rounded.length - decimals).replace(/^0+(?=\d)/, '') || '0';
  const rest = decimals === 0 ? '' : `.${rounded.slice(-decimals)}`;
  const nonZero = /[1-9]/.test(rounded);
  const sign = !nonZero ? '' : text.startsWith('-') ? '-' : options.sign === true ? '+' : '';
  return sign + integer.replace(/\B(?=(\d{3})+$)/g, ',') + rest;
}

/** One unit in the last place more. */
function increment(digits: string): string {
  const nines = /9*$/.exec(digits)?.[0].length ?? 0;
  const at = digits.length - nines - 1;
  const zeros = '0'.repeat(nines);
  return at < 0 ? `1${zeros}` : digits.slice(0, at) + String(Number(digits[at]) + 1) + zeros;
}

/** Money: two decimals; six where it is smaller than a cent and not nothing. */
export function formatMoney(text: string, options: { readonly sign?: boolean } = {}): string {
  const tiny = /^[+-]?0*\.?0{0,2}0*[1-9]/.test(text) && /^[+-]?0*(\.00|$)/.test(text);
  return formatDecimal(text, tiny ? 6 : 2, options);
}

/** A price or a quantity in at most `digits` significant digits and never fewer than its whole part. */
export function formatSignificant(text: string, digits: number): string {
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const wholeDigits = whole.replace(/^0+/, '').length;
  const leadingZeros = wholeDigits > 0 ? 0 : /^0*/.exec(fraction)?.[0].length ?? 0;
  const decimals = Math.max(0, Math.min(fraction.length, digits - wholeDigits + leadingZeros));
  return formatDecimal(text, decimals);
}

/** A number in groups of three with the decimals that it has; words are left as they are. */
export function formatGrouped(text: string): string {
  return /^-?\d+(\.\d+)?$/.test(text) ? formatDecimal(text, decimalsOf(text)) : text;
}

/** Digits after the point. */
export function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

/** A quantity without the zeros at its end: at most `digits` significant digits. */
export function formatQuantity(text: string, digits = 8): string {
  const shown = formatSignificant(text, digits);
  return shown.includes('.') ? shown.replace(/\.?0+$/, '') : shown;
}

/** A ratio as percent, 0.0123 → `1.23 %`; a dash where there is none. */
export function formatPercent(
  ratio: number | null | undefined, decimals = 2, options: { readonly sign?: boolean } = {},
): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return '–';
  const text = (ratio * 100).toFixed(decimals);
  const zero = !/[1-9]/.test(text);
  const sign = zero || ratio < 0 || options.sign !== true ? '' : '+';
  return `${sign}${zero ? text.replace('-', '') : text} %`;
}

/** A plain ratio such as a Sharpe ratio; a dash where there is none. */
export function formatRatio(value: number | null | undefined, decimals = 2): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(decimals);
}

/** A whole number in groups of three. */
export function formatCount(count: number): string {
  return formatDecimal(count.toFixed(0), 0);
}

/** A count with its noun: `1 gap`, `1,234 gaps`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A large number in three digits and a letter: 12 345 678 → `12.3M`. */
export function formatScaled(value: number): string {
  for (const [size, letter] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const) {
    if (Math.abs(value) >= size * 0.9995) return `${(value / size).toPrecision(3)}${letter}`;
  }
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(2);
}

/** Bytes in binary units: 1 536 → `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** A length of time in its two largest units: `2 d 4 h`, `3 min 12 s`, `1.25 s`, `12 ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1).replace(/\.?0+$/, '')} s`;
  const units: readonly (readonly [number, string])[] = [[DAY_MS, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];
  const largest = units.findIndex(([size]) => ms >= size);
  return units.slice(largest, largest + 2)
    .map(([size, name], i) => [Math.floor((i === 0 ? ms : ms % (units[largest]?.[0] ?? 1)) / size), name] as const)
    .filter(([count], i) => i === 0 || count > 0)
    .map(([count, name]) => `${count} ${name}`).join(' ');
}

/** A running time as on a watch: `00:01:23`, `3 d 04:05:06`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = `${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** A moment in UTC: `2025-05-04 15:33`; the zone is said in a heading. A dash where it is none. */
export function formatTime(timestamp: Timestamp): string {
  return isTimestamp(timestamp)
    ? new Date(timestamp).toISOString().slice(0, 16).replace('T', ' ') : '–';
}
