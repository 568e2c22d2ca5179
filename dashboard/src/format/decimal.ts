/** A number that people see: exact text as the API sends it, or a figure that was never money. */
export type Figure = string | number;

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const MINUS = '−';
const GROUP = '\u202f';

/** A decimal as digits without a point, so that rounding is exact. */
interface Digits {
  readonly negative: boolean;
  readonly units: bigint;
  readonly scale: number;
}

/** How a number is to be written. */
export interface DecimalStyle {
  /** Digits after the point; left out: as many as the text has, at most 8. */
  readonly places?: number | undefined;
  /** Writes `+` before what is above zero: for changes only. */
  readonly signed?: boolean | undefined;
  /** 1.24 M instead of 1 240 000: for tiles and axes, with the exact value beside it. */
  readonly compact?: boolean | undefined;
}

function read(value: Figure): Digits | undefined {
  const text = typeof value === 'number' ? plainText(value) : value.trim();
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  return { negative: sign === '-', units: BigInt(whole + fraction), scale: fraction.length };
}

/** A float without exponent; what is not finite becomes text that `read` refuses. */
function plainText(value: number): string {
  if (!Number.isFinite(value)) return '';
  const text = String(value);
  return /e/.test(text) ? value.toFixed(12) : text;
}

function rounded({ negative, units, scale }: Digits, places: number): Digits {
  if (places >= scale) return { negative, units: units * 10n ** BigInt(places - scale), scale: places };
  const cut = 10n ** BigInt(scale - places);
  const whole = units / cut;
  const rest = units % cut;
  return { negative, units: rest * 2n >= cut ? whole + 1n : whole, scale: places };
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}

function written({ negative, units, scale }: Digits, signed: boolean): string {
  const digits = units.toString().padStart(scale + 1, '0');
  const whole = grouped(digits.slice(0, digits.length - scale));
  const text = scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`;
  if (units === 0n) return text;
  return negative ? `${MINUS}${text}` : `${signed ? '+' : ''}${text}`;
}

const SIZES = [
  { over: 15, letter: 'T', shift: 12 },
  { over: 11, letter: 'B', shift: 9 },
  { over: 7, letter: 'M', shift: 6 },
] as const;

function compacted(digits: Digits, signed: boolean): string | undefined {
  const wholeDigits = (digits.units / 10n ** BigInt(digits.scale)).toString().length;
  const size = SIZES.find(({ over, shift }) => wholeDigits > Math.min(over, shift));
  if (size === undefined) return undefined;
  const shifted = rounded({ ...digits, scale: digits.scale + size.shift }, 2);
  return `${written(shifted, signed)}${GROUP}${size.letter}`;
}

/** A number as people read it, with a true minus; undefined when it is no number at all. */
export function formatDecimal(value: Figure | null | undefined, style: DecimalStyle = {}): string | undefined {
  if (value === undefined || value === null) return undefined;
  const digits = read(value);
  if (digits === undefined) return undefined;
  const signed = style.signed ?? false;
  if (style.compact === true) {
    const short = compacted(digits, signed);
    if (short !== undefined) return short;
  }
  return written(rounded(digits, style.places ?? Math.min(digits.scale, 8)), signed);
}

/** A fraction as percent: 0.0123 is `1.23 %`; basis points below a tenth of a percent. */
export function formatPercent(fraction: Figure | null | undefined, signed = false): string | undefined {
  if (fraction === undefined || fraction === null) return undefined;
  const value = Number(fraction);
  if (!Number.isFinite(value)) return undefined;
  const size = Math.abs(value);
  if (size > 0 && size < 0.001) {
    const points = formatDecimal(value * 10_000, { places: 1, signed });
    return points === undefined || /^[+−]?0\.0$/.test(points) ? '0.00%' : `${points} bp`;
  }
  const text = formatDecimal(value * 100, { places: 2, signed });
  return text === undefined ? undefined : `${text}%`;
}

/** Digits after the point with which the largest of some figures still has six that say something: of prices that no market names the decimals of. */
export function placesOf(values: readonly number[], least = 2): number {
  const largest = Math.max(...values.filter((value) => Number.isFinite(value)).map(Math.abs), 0);
  return largest === 0 ? least : Math.min(18, Math.max(least, 6 - Math.ceil(Math.log10(largest))));
}

/** Which way a change goes; what rounds away at these places goes nowhere. */
export function directionOf(value: Figure | null | undefined, places = 8): 'up' | 'down' | 'flat' {
  const digits = value === undefined || value === null ? undefined : read(value);
  if (digits === undefined || rounded(digits, places).units === 0n) return 'flat';
  return digits.negative ? 'down' : 'up';
}

/** In groups of three, as figures are written here. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;
/** Ninety-five thousand as it is written here, or ninety-five and some elsewhere. */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/**
 * What a person typed or pasted into a field of figures, as a plain decimal: a figure that was copied from the page keeps
 * its size, and any other comma is a point. What could be either is left as it is, which is no number.
 */
export function typedNumber(text: string): string {
  const bare = text.trim();
  if (AMBIGUOUS.test(bare)) return text;
  return GROUPED.test(bare) ? bare.replaceAll(',', '') : text.replace(',', '.');
}
