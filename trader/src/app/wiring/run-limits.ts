import {
  maxCurrencyExposure, maxDrawdown, maxExposure, maxGroupExposure, maxLossStreak, maxNotional, maxOrderRate, maxOrdersPerOpinion, maxPosition, priceCollar, staleData, type Guard,
} from '../../pipeline/guards.ts';
import { LimitDesk, type LimitKnob, type LimitTurn } from '../../pipeline/limit-desk.ts';
import type { LimitChange, LimitSetting, LimitSettings } from '../../ports/steering-facts.ts';
import type { Limits } from './paper-setup.ts';

/** What a limit may be changed to, and what it means. */
type LimitSpec = Pick<LimitSetting, 'label' | 'unit' | 'min' | 'max' | 'whole' | 'help'>;

const EXPOSURE = { unit: 'share', min: 0.001, max: 100, whole: false } as const;
const COUNT = { unit: 'count', min: 1, whole: true } as const;
const DAY_MS = 86_400_000;

const SPECS: Readonly<Record<Exclude<keyof Limits, 'groups'>, LimitSpec>> = {
  maxDataAgeMs: { label: 'Age of a price', unit: 'ms', min: 1_000, max: 40 * DAY_MS, whole: true, help: 'No decision on a price that is older than this.' },
  priceCollar: { label: 'Jump of a price', unit: 'share', min: 0.0001, max: 1, whole: false, help: 'No order at a price that lies further than this from the one a bar before: a spike, or a bad print.' },
  maxNotional: { label: 'Value of one order', unit: 'money', min: 1, max: 1e9, whole: false, help: 'No single order of more value than this.' },
  maxExposure: { label: 'Exposure, all together', ...EXPOSURE, help: 'All books together, each at the largest that it can become with what is on its way, are worth no more than this share of equity.' },
  maxPosition: { label: 'Position in one instrument', ...EXPOSURE, help: 'All books of one instrument together are worth no more than this share of equity.' },
  maxCurrencyExposure: { label: 'Exposure to one coin or currency', ...EXPOSURE, help: 'Everything that depends on one coin or currency, in whatever contract, is worth no more than this share of equity.' },
  maxDrawdown: { label: 'Drawdown', unit: 'share', min: 0.001, max: 1, whole: false, help: 'No new risk while equity is further than this below its highest.' },
  maxLossStreak: { label: 'Losing trades in a row', ...COUNT, max: 10_000, help: 'After more losing trades in a row than this, nothing is begun for a while.' },
  lossPauseMs: { label: 'Pause after a losing streak', unit: 'ms', min: 1_000, max: 40 * DAY_MS, whole: true, help: 'For so long after the last trade of such a streak nothing is begun.' },
  maxOrdersPerOpinion: { label: 'Orders for one opinion', ...COUNT, max: 1_000, help: 'One opinion of a strategy adds risk with so many orders at most; asking again for what was sent is denied.' },
  maxOrdersPerMinute: { label: 'Orders in a minute', ...COUNT, max: 100_000, help: 'So many orders in any minute of market time at most; all orders count, those that protect too.' },
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
  return known === undefined ? { ...EXPOSURE, label: `Group ${name.replace(/^group:/, '')}`, help: 'What rises and falls together is worth no more than this share of equity.' } : known[1];
}

/** The limits as a form can be made of them, and who changed which. One that is infinite is no limit, and is left out. */
export function limitSettings(desk: LimitDesk): LimitSettings {
  const items = desk.knobs.flatMap(({ name, guard, began, tighter }): LimitSetting[] => {
    const value = desk.value(name) ?? began;
    return Number.isFinite(value) ? [{ name, rule: guard.rule, ...specOf(name), value, began, tighter }] : [];
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
