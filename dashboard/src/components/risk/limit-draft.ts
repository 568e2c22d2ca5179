import type { LimitSetting } from 'trader/contract';
import { formatDecimal } from '../../format/decimal.ts';

/** What was typed, by name; a name that was not touched is absent. */
export type LimitDraft = Readonly<Record<string, string>>;

/** A limit that is to change, and whether it lets more pass then. */
export interface LimitEdit {
  readonly setting: LimitSetting;
  readonly from: number;
  readonly to: number;
  readonly looser: boolean;
}

/** How far the point of a value moves to read in its unit: a share in per cent, milliseconds in seconds. */
const SHIFT: Readonly<Record<LimitSetting['unit'], number>> = { money: 0, share: 2, count: 0, ms: -3 };

/** A value in its unit as it is typed: 0.25 as `25`, 300000 ms as `300`. */
export function limitText({ unit }: Pick<LimitSetting, 'unit'>, value: number): string {
  // By the text's own point: a product of floats would show what nobody typed.
  const [digits = '0', exponent = '0'] = String(value).split('e');
  return String(Number(`${digits}e${Number(exponent) + SHIFT[unit]}`));
}

/** What stands behind the field. */
export function limitUnit({ unit }: Pick<LimitSetting, 'unit'>, currency: string): string | undefined {
  return { money: currency, share: '%', count: undefined, ms: 's' }[unit];
}

/** The value of a text; NaN where it is no number. */
export function limitValue({ unit }: Pick<LimitSetting, 'unit'>, text: string): number {
  return /^\d{1,15}(\.\d{1,12})?$/.test(text.trim()) ? Number(`${text.trim()}e${-SHIFT[unit]}`) : NaN;
}

/** What a limit may be, and what it began as, in words. */
export function limitRange(setting: LimitSetting): string {
  const { min, max, began, whole } = setting;
  return `${spanText(setting, min, max)}${whole && setting.unit === 'count' ? ', whole' : ''} · began at ${grouped(setting, began)}`;
}

function spanText(setting: LimitSetting, min: number, max: number): string {
  return `${grouped(setting, min)} to ${grouped(setting, max)}`;
}

function grouped(setting: LimitSetting, value: number): string {
  return formatDecimal(limitText(setting, value)) ?? '—';
}

/** What is wrong with a draft, by name. */
export function limitErrors(settings: readonly LimitSetting[], draft: LimitDraft): Readonly<Record<string, string>> {
  return Object.fromEntries(settings.flatMap((setting) => {
    const text = draft[setting.name];
    if (text === undefined) return [];
    const error = errorOf(setting, limitValue(setting, text));
    return error === undefined ? [] : [[setting.name, error]];
  }));
}

function errorOf(setting: LimitSetting, value: number): string | undefined {
  const { min, max, whole } = setting;
  if (Number.isNaN(value)) return 'Must be a number';
  if (value < min || value > max) return `Must lie in ${spanText(setting, min, max)}`;
  return whole && !Number.isInteger(value) ? 'Must be a whole number' : undefined;
}

/** What values by name would change, in the order of the form. */
export function limitEdits(settings: readonly LimitSetting[], values: Readonly<Record<string, number>>): readonly LimitEdit[] {
  return settings.flatMap((setting) => {
    const to = values[setting.name];
    if (to === undefined || to === setting.value) return [];
    return [{ setting, from: setting.value, to, looser: setting.tighter === 'lower' ? to > setting.value : to < setting.value }];
  });
}

/** The values of a draft without errors. */
export function draftValues(settings: readonly LimitSetting[], draft: LimitDraft): Readonly<Record<string, number>> {
  return Object.fromEntries(settings.flatMap((setting) => { const text = draft[setting.name]; return text === undefined ? [] : [[setting.name, limitValue(setting, text)]]; }));
}
