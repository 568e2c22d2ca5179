import * as z from 'zod/mini';
import type { Result } from '../../domain/result.ts';
import { beginsWithDay, DAY_MS } from '../../domain/time.ts';

const NO_DECIMAL = 'is no decimal number in quotes, such as "0.001"';
const decimal = z.string(NO_DECIMAL).check(z.regex(/^\d+(\.\d+)?$/, NO_DECIMAL));
const signed = z.string(NO_DECIMAL).check(z.regex(/^-?\d+(\.\d+)?$/, NO_DECIMAL));
const IS_SHARE = (text: string) => Math.abs(Number(text)) < 1;
const NO_SHARE = 'is no share of a value, which lies below 1';
const signedShare = signed.check(z.refine(IS_SHARE, NO_SHARE));
const NOT_ABOVE = 'is no decimal number above 0 in quotes, such as "0.001"';
const above = z.string(NOT_ABOVE).check(z.regex(/^(?=.*[1-9])\d+(\.\d+)?$/, NOT_ABOVE));
const day = z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/, 'is no day such as 2025-06-01'), z.refine(beginsWithDay, 'is a day that the calendar does not have'));
const moment = z.string().check(z.regex(/^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) ([01]\d|2[0-3]):[0-5]\d$|^Sat 24:00$/, 'is no time of a week such as "Mon 09:30"'));
const hours = z.number().check(z.positive());

const INSTRUMENT = z.strictObject({
  id: z.string().check(z.minLength(1)),
  /** What can be done with it: `spot` only be bought, `margin` sold short too, `perpetual` besides be funded. */
  kind: z.enum(['spot', 'margin', 'perpetual']),
  assetClass: z.enum(['crypto', 'equity', 'fx']),
  quoteCurrency: z.string(),
  tickSize: above,
  /** Step and smallest size of an order, in contracts where there is a contract size, else in units. */
  lotSize: above,
  minQuantity: above,
  minNotional: decimal,
  contractSize: z.optional(above),
  /** Instead of the schedule. */
  fee: z.optional(z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }), z.strictObject({ kind: z.literal('bps'), bps: decimal }), z.strictObject({ kind: z.literal('per-lot'), perLot: decimal }),
  ])),
  funding: z.optional(z.strictObject({ intervalHours: hours, rate: signedShare })),
  borrow: z.optional(z.strictObject({ intervalHours: hours, rate: decimal })),
  swap: z.optional(z.strictObject({ kind: z.enum(['money', 'annual']), long: signed, short: signed, tripleDay: z.int().check(z.gte(1), z.lte(5)) })),
  session: z.optional(z.string()),
  /** Maintenance as a share of the value, or of the initial margin; from the smallest value on. */
  brackets: z.optional(z.array(z.union([
    z.strictObject({ upTo: z.optional(above), maxLeverage: z.number().check(z.gte(1)), rate: above, deduction: decimal }),
    z.strictObject({ upTo: z.optional(above), maxLeverage: z.number().check(z.gte(1)), ofInitial: above }),
  ])).check(z.minLength(1))),
  /** What the venue charges or demands, and no source states. */
  unknown: z.optional(z.array(z.enum(['brackets', 'borrow', 'swap', 'funding']))),
});

const RULE_SET = z.strictObject({
  venue: z.string().check(z.regex(/^[a-z0-9-]+$/, 'is no name such as binance-usdm')),
  asOf: day,
  /** First and last day for which it is meant. */
  from: day,
  to: day,
  currency: z.string(),
  sources: z.array(z.strictObject({ what: z.string(), address: z.string(), asOf: z.optional(day) })).check(z.minLength(1)),
  notes: z.optional(z.array(z.string())),
  fees: z.array(z.strictObject({ volume: decimal, maker: signedShare, taker: signedShare })).check(z.minLength(1)),
  /** How positions end whose margin is used up; needed where an instrument has brackets. */
  margin: z.optional(z.strictObject({ liquidationFee: decimal.check(z.refine(IS_SHARE, NO_SHARE)), lossLimited: z.boolean() })),
  /** Interest on money owed. */
  debit: z.optional(z.union([z.strictObject({ intervalHours: hours, rate: decimal }), z.strictObject({ intervalHours: hours, annualRate: decimal })])),
  sessions: z.optional(z.record(z.string(), z.strictObject({
    zone: z.enum(['UTC', 'America/New_York']), hours: z.array(z.strictObject({ from: moment, to: moment })).check(z.minLength(1)), holidays: z.array(day),
  }))),
  instruments: z.array(INSTRUMENT).check(z.minLength(1)),
});

/** What a venue charges and demands, as of a day; docs/venue-rules.md says what each field means. Decimals are text. */
export type RuleSet = z.infer<typeof RULE_SET>;
/** One instrument of a rule set. */
export type InstrumentRules = RuleSet['instruments'][number];

/** Believes a rule set that was read; otherwise names the field that is wrong, or contradicts another, and how. */
export function readRuleSet(data: unknown): Result<RuleSet, { readonly kind: 'rules'; readonly message: string }> {
  const read = RULE_SET.safeParse(data);
  const fault = read.success ? contradiction(read.data) : describe(read.error.issues[0], data);
  return read.success && fault === undefined ? { ok: true, value: read.data } : { ok: false, error: { kind: 'rules', message: fault ?? 'it is no rule set' } };
}

function describe(issue: z.core.$ZodIssue, data: unknown): string {
  const at = [...issue.path];
  if (issue.code === 'unrecognized_keys') return `${pathText([...at, issue.keys[0]])} is no field of a rule set`;
  const value = at.reduce<unknown>((from, key) => (from as Record<PropertyKey, unknown> | undefined)?.[key], data);
  if (value === undefined) return `${pathText(at)} is missing`;
  return `${pathText(at)}: ${JSON.stringify(value).slice(0, 60)} ${issue.message.startsWith('is ') ? issue.message : expectation(issue)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `is none of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return `is no ${issue.expected}`;
  return issue.code === 'invalid_union' ? 'has none of the forms that are possible there' : 'is out of bounds';
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('') || 'the file';
}

/** What two fields say that cannot both be; undefined where all is well. */
function contradiction(rules: RuleSet): string | undefined {
  if (rules.from > rules.to) return `from: ${rules.from} is after to, ${rules.to}`;
  return feeFault(rules) ?? sessionFault(rules) ?? first(rules.instruments, (one, i) => prefixed(`instruments[${i}]`, instrumentFault(one, rules, i)));
}

function feeFault({ fees }: RuleSet): string | undefined {
  if (Number(fees[0].volume) !== 0) return `fees[0].volume: the lowest step begins at 0, not at ${fees[0].volume}`;
  return first(fees.slice(1), ({ volume, maker, taker }, i) => {
    const before = fees[i];
    if (Number(volume) <= Number(before.volume)) return `fees[${i + 1}].volume: ${volume} is not above ${before.volume}, where the step before begins: they overlap`;
    if (Number(maker) > Number(before.maker)) return `fees[${i + 1}].maker: ${maker} is more than ${before.maker} of the step before`;
    return Number(taker) > Number(before.taker) ? `fees[${i + 1}].taker: ${taker} is more than ${before.taker} of the step before` : undefined;
  });
}

function sessionFault({ sessions = {} }: RuleSet): string | undefined {
  return first(Object.entries(sessions), ([name, { hours: windows }]) => first(windows, ({ from, to }, i) => {
    const at = `sessions.${name}.hours[${i}]`;
    if (minuteOfWeek(to) <= minuteOfWeek(from)) return `${at}: it ends ${to}, which is not after ${from}, where it begins`;
    const before = i === 0 ? undefined : windows[i - 1];
    return before && minuteOfWeek(from) < minuteOfWeek(before.to) ? `${at}.from: ${from} lies within the hours before, which end ${before.to}` : undefined;
  }));
}

function instrumentFault(one: InstrumentRules, rules: RuleSet, index: number): string | undefined {
  const { id, quoteCurrency, session, brackets } = one;
  if (rules.instruments.findIndex((other) => other.id === id) < index) return `id: ${id} stands there twice`;
  if (quoteCurrency !== rules.currency) return `quoteCurrency: ${quoteCurrency} is not the account's, ${rules.currency}`;
  if (session !== undefined && rules.sessions?.[session] === undefined) return `session: there is no session "${session}"`;
  if (brackets && rules.margin === undefined) return 'brackets: margin says nothing of how positions end';
  return unitFault(one) ?? kindFault(one) ?? (brackets && first(brackets, (step, i) => prefixed(`brackets[${i}]`, stepFault(brackets, step, i))));
}

function unitFault({ tickSize, lotSize, minQuantity, minNotional }: InstrumentRules): string | undefined {
  if (!isMultiple(minQuantity, lotSize)) return `minQuantity: ${minQuantity} is no multiple of the lot, ${lotSize}`;
  const least = Number(tickSize) * Number(minQuantity);
  return Number(minNotional) > 0 && Number(minNotional) < least ? `minNotional: ${minNotional} is less than the smallest order at the smallest price, one tick of ${tickSize}` : undefined;
}

function kindFault({ kind, funding, brackets, borrow, swap }: InstrumentRules): string | undefined {
  if (funding === undefined) return kind === 'perpetual' ? 'funding: a perpetual has a rate' : kind === 'spot' && (brackets || borrow || swap) ? 'kind: a spot instrument has no brackets, borrow or swap' : undefined;
  if (kind !== 'perpetual') return `funding: a ${kind} instrument is not funded`;
  return 24 % funding.intervalHours === 0 ? undefined : `funding.intervalHours: ${funding.intervalHours} hours do not divide a day`;
}

type Bracket = NonNullable<InstrumentRules['brackets']>[number];
type RatedBracket = Extract<Bracket, { readonly rate: string }>;

function stepFault(brackets: readonly Bracket[], step: Bracket, index: number): string | undefined {
  const before = index === 0 ? undefined : brackets[index - 1];
  if (step.upTo === undefined && index < brackets.length - 1) return 'upTo is missing: only the last step has no end';
  if ('ofInitial' in step ? Number(step.ofInitial) > 1 : Number(step.rate) >= 1 / step.maxLeverage) {
    return 'ofInitial' in step ? `ofInitial: ${step.ofInitial} is more than the initial margin` : `rate: ${step.rate} is not below the initial margin, 1/${step.maxLeverage}`;
  }
  if (before === undefined) return 'deduction' in step && Number(step.deduction) !== 0 ? 'deduction: nothing is taken off in the first step' : undefined;
  if (step.upTo !== undefined && Number(step.upTo) <= Number(before.upTo)) return `upTo: ${step.upTo} is not above ${before.upTo} of the step before`;
  if (step.maxLeverage > before.maxLeverage) return `maxLeverage: ${step.maxLeverage} is more than ${before.maxLeverage} of the step before`;
  return 'rate' in step && 'rate' in before ? rateFault(brackets, step, before) : undefined;
}

function rateFault(brackets: readonly Bracket[], step: RatedBracket, before: RatedBracket): string | undefined {
  if (Number(step.rate) < Number(before.rate)) return `rate: ${step.rate} is less than ${before.rate} of the step before`;
  const due = Number(before.deduction) + Number(before.upTo) * (Number(step.rate) - Number(before.rate));
  const continuous = brackets.some((other) => 'deduction' in other && Number(other.deduction) !== 0);
  return continuous && Math.abs(Number(step.deduction) - due) > 1e-6 * due ? `deduction: ${step.deduction} should be ${Number(due.toPrecision(12))}, so that the margin does not jump` : undefined;
}

/** Minutes since Sunday 00:00 of `Mon 09:30`. */
export function minuteOfWeek(text: string): number {
  const [name, time] = text.split(' ');
  const [hour, minute] = time.split(':').map(Number);
  return (['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(name) * 24 + hour) * 60 + minute;
}

/** Days since the epoch of `2025-06-01`. */
export function dayNumber(text: string): number {
  return Date.parse(text) / DAY_MS;
}

/** Whether a decimal is a whole multiple of another one, by their digits. */
function isMultiple(value: string, step: string): boolean {
  const places = Math.max(...[value, step].map((text) => text.split('.')[1]?.length ?? 0));
  const [a, b] = [value, step].map((text) => BigInt(text.replace('.', '') + '0'.repeat(places - (text.split('.')[1]?.length ?? 0))));
  return a % b === 0n;
}

function first<T>(all: readonly T[], fault: (one: T, index: number) => string | undefined): string | undefined {
  for (const [i, one] of all.entries()) {
    const found = fault(one, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function prefixed(at: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `${at}.${fault}`;
}
