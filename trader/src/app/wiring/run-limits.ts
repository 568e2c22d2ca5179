import { ruleMeaning, ruleName } from '../../domain/rule-name.ts';
import {
  maxCurrencyExposure, maxDrawdown, maxExposure, maxGroupExposure, maxLossStreak, maxNotional, maxOrderRate, maxOrdersPerOpinion, maxPosition, priceCollar, staleData, type Guard,
} from '../../pipeline/guards.ts';
import { LimitDesk, type LimitKnob, type LimitTurn } from '../../pipeline/limit-desk.ts';
import type { LimitChange, LimitSetting, LimitSettings } from '../../ports/steering-facts.ts';

/** The limits that every order of a run must keep; see `pipeline/guards.ts` for each. */
export interface Limits {
  readonly maxNotional: number;
  /** Multiple of equity. */
  readonly maxExposure: number;
  readonly maxOrdersPerMinute: number;
  /** Share of the last price. */
  readonly priceCollar: number;
  readonly maxDataAgeMs: number;
  /** Share of the highest equity. */
  readonly maxDrawdown: number;
  /** Shares of equity: one instrument, and everything of one currency or coin. Absent, as those below, for no such rule. */
  readonly maxPosition?: number | undefined;
  readonly maxCurrencyExposure?: number | undefined;
  /** What rises and falls together, by currency, coin or symbol, and the share of equity that it may be worth. */
  readonly groups?: readonly { readonly name: string; readonly members: readonly string[]; readonly maxExposure: number }[] | undefined;
  /** Losing trades in a row, and how long nothing is begun after more of them. */
  readonly maxLossStreak?: number | undefined;
  readonly lossPauseMs?: number | undefined;
  /** Orders that add risk for one opinion. */
  readonly maxOrdersPerOpinion?: number | undefined;
}

/** What a limit may be changed to. */
type LimitSpec = Pick<LimitSetting, 'unit' | 'min' | 'max' | 'whole'>;

const EXPOSURE = { unit: 'share', min: 0.001, max: 100, whole: false } as const;
const COUNT = { unit: 'count', min: 1, whole: true } as const;
const DAY_MS = 86_400_000;

const SPECS: Readonly<Record<Exclude<keyof Limits, 'groups'>, LimitSpec>> = {
  maxDataAgeMs: { unit: 'ms', min: 1_000, max: 40 * DAY_MS, whole: true },
  priceCollar: { unit: 'share', min: 0.0001, max: 1, whole: false },
  maxNotional: { unit: 'money', min: 1, max: 1e9, whole: false },
  maxExposure: EXPOSURE,
  maxPosition: EXPOSURE,
  maxCurrencyExposure: EXPOSURE,
  maxDrawdown: { unit: 'share', min: 0.001, max: 1, whole: false },
  maxLossStreak: { ...COUNT, max: 10_000 },
  lossPauseMs: { unit: 'ms', min: 1_000, max: 40 * DAY_MS, whole: true },
  maxOrdersPerOpinion: { ...COUNT, max: 1_000 },
  maxOrdersPerMinute: { ...COUNT, max: 100_000 },
};

/** The guards that keep limits, in the order in which they are asked, and who changes their limits. */
export function guardsOf(limits: Limits): { readonly guards: readonly Guard[]; readonly desk: LimitDesk } {
  const knobs: LimitKnob[] = [];
  const knob = (guard: Guard, name: string, began: number, tighter: LimitKnob['tighter'] = 'lower') => {
    knobs.push({ name, guard, began, tighter });
    return guard;
  };
  const only = (name: keyof typeof SPECS, make: (limit: number) => Guard) => {
    const limit = limits[name];
    return limit === undefined ? [] : [knob(make(limit), name, limit)];
  };
  const guards = [
    ...only('maxDataAgeMs', staleData), ...only('priceCollar', priceCollar), ...only('maxNotional', maxNotional), ...only('maxExposure', maxExposure),
    ...only('maxPosition', maxPosition), ...only('maxCurrencyExposure', maxCurrencyExposure),
    ...(limits.groups ?? []).map(({ name, members, maxExposure: share }) => knob(maxGroupExposure(name, members, share), `group:${name}`, share)),
    ...only('maxDrawdown', maxDrawdown),
    ...only('maxLossStreak', (losses) => maxLossStreak(losses, limits.lossPauseMs ?? Infinity)),
    ...only('maxOrdersPerOpinion', maxOrdersPerOpinion), ...only('maxOrdersPerMinute', (count) => maxOrderRate(count, 60_000)),
  ];
  const streak = knobs.findIndex(({ name }) => name === 'maxLossStreak');
  if (streak >= 0) knobs.splice(streak + 1, 0, { name: 'lossPauseMs', guard: knobs[streak].guard, began: limits.lossPauseMs ?? Infinity, tighter: 'higher' });
  return { guards, desk: new LimitDesk(knobs) };
}

function specOf(name: string): LimitSpec {
  const known = Object.entries(SPECS).find(([each]) => each === name);
  return known === undefined ? EXPOSURE : known[1];
}

/** What a limit is called, and does: as the rule that keeps it, unless that keeps two. */
function wordsOf(name: string, rule: string): Pick<LimitSetting, 'rule' | 'label' | 'help'> {
  return name === 'lossPauseMs'
    ? { rule, label: 'Pause after losing trades', help: 'For so long after the last trade of such a streak nothing is begun.' }
    : { rule, label: ruleName(rule), help: ruleMeaning(rule) };
}

/** The limits as a form can be made of them, and who changed which. One that is infinite is no limit, and is left out. */
export function limitSettings(desk: LimitDesk): LimitSettings {
  const items = desk.knobs.flatMap(({ name, guard, began, tighter }): LimitSetting[] => {
    const value = desk.value(name) ?? began;
    return Number.isFinite(value) ? [{ name, ...wordsOf(name, guard.rule), ...specOf(name), value, began, tighter }] : [];
  });
  return { items, changes: desk.turns.map((turn) => changeFact(turn)) };
}

/** What of these limits cannot be; undefined where all can. */
export function limitFault(desk: LimitDesk, limits: Readonly<Record<string, number>>): { readonly name: string; readonly message: string } | undefined {
  for (const [name, to] of Object.entries(limits)) {
    if (desk.value(name) === undefined) return { name, message: `this run has no limit ${name}` };
    const { min, max, whole } = specOf(name);
    if (!(to >= min && to <= max)) return { name, message: `${name} lies in ${min} to ${max}, not ${to}` };
    if (whole && !Number.isInteger(to)) return { name, message: `${name} is a whole number, not ${to}` };
  }
  return undefined;
}

function changeFact({ command, tsEvent, from, to }: LimitTurn): LimitChange {
  return { command: command.id ?? '', by: command.by ?? '', tsEvent: tsEvent === -Infinity ? null : tsEvent, tsWall: command.tsWall ?? null, from, to };
}
