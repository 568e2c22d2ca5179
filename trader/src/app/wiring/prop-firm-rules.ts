import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { PropFirmRules } from '../../domain/prop-firm.ts';
import type { Result } from '../../domain/result.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const share = z.string().check(z.regex(/^0\.\d{1,9}$/, 'is no share such as "0.05"'));
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/, 'is no day such as 2026-11-21'));

const PROGRAM = z.strictObject({
  id: z.string().check(z.regex(/^[a-z0-9-]+$/, 'is no name such as ftmo-challenge')),
  name: z.string().check(z.minLength(1)),
  phase: z.enum(['evaluation', 'funded']),
  profitTarget: z.nullable(share), maxDailyLoss: share, maxLoss: share, maxLossFollows: z.boolean(),
  minTradingDays: z.int().check(z.gte(0)), bestDayShare: z.nullable(share),
  newsMinutes: z.nullable(z.number().check(z.positive())), flatOverHours: z.nullable(z.number().check(z.positive())),
});

const RULE_FILE = z.strictObject({
  firm: z.string(), asOf: day,
  /** Where its days begin: the arithmetic knows no other place. */
  zone: z.literal('Europe/Prague'),
  sources: z.array(z.strictObject({ what: z.string(), address: z.string() })).check(z.minLength(1)),
  notes: z.array(z.string()),
  programs: z.array(PROGRAM).check(z.minLength(1)),
});

/** What rules look like once chosen, as a journal's setup keeps them. */
export const PROP_FIRM_RULES = z.strictObject({ ...PROGRAM.shape, asOf: day, file: z.string() });

/** Believes a rule file that was read, whose name is `file`; otherwise names the field that is wrong. */
export function readPropFirmFile(data: unknown, file: string): Result<readonly PropFirmRules[], { readonly kind: 'rules'; readonly message: string }> {
  const read = RULE_FILE.safeParse(data);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('.') || 'the file';
    return { ok: false, error: { kind: 'rules', message: `${at}: ${issue.code === 'unrecognized_keys' ? 'is no field of a rule file' : issue.message}` } };
  }
  const { asOf, programs } = read.data;
  const twice = programs.find(({ id }, i) => programs.findIndex((other) => other.id === id) < i);
  const loose = programs.find(({ maxDailyLoss, maxLoss }) => Number(maxDailyLoss) > Number(maxLoss));
  if (twice) return { ok: false, error: { kind: 'rules', message: `programs: ${twice.id} stands there twice` } };
  if (loose) return { ok: false, error: { kind: 'rules', message: `programs: ${loose.id} allows more loss in a day than in all` } };
  return { ok: true, value: programs.map((program) => ({ ...program, asOf, file })) };
}

/** Every program whose rules ship, each by its firm's latest file. Refuses a file that is damaged. */
export function propFirmPrograms(): readonly PropFirmRules[] {
  const folder = join(DATA_FOLDER, 'prop-firms');
  const latest = new Map<string, PropFirmRules>();
  // By name, so that of one firm the later day comes later.
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    const read = readPropFirmFile(JSON.parse(readFileSync(join(folder, file), 'utf8')), file);
    if (!read.ok) throw new Refusal('bad-data', `these are no rules of a prop firm: ${read.error.message}`, { where: join(folder, file) });
    for (const rules of read.value) latest.set(rules.id, rules);
  }
  return [...latest.values()];
}

/** The rules of the program that `--prop-firm` names. Refuses a name without rules. */
export function choosePropFirm(name: string): PropFirmRules {
  const programs = propFirmPrograms();
  const found = programs.find(({ id }) => id === name);
  if (found) return found;
  const names = programs.map(({ id }) => id);
  throw new Refusal('usage', `there are no rules of a prop firm "${name}"`, { where: '--prop-firm', hint: didYouMean(name, names) ?? `Give one of ${names.join(', ')}.` });
}
