import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { Refusal } from '../refusal.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/));
const figure = z.nullable(z.number());
const line = z.strictObject({ name: z.string(), state: z.enum(['pass', 'warn', 'fail', 'not-measurable']), reason: z.string() });

/** What a passport says, field by field; each is sealed by itself, so that a change is named. */
const BODY = {
  version: z.literal(1),
  issuedAt: time,
  /** Catalogue name, or the name in the strategy's file. */
  strategy: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
  /** SHA-256 of the strategy's source, and of the source of everything that decides with it. */
  code: z.strictObject({ strategy: sha256, engine: sha256 }),
  instrument: z.string(),
  /** `1h`: length of the bars that it decides on. */
  interval: z.string(),
  /** What the verdict was given on. */
  data: z.strictObject({ sha256, from: time, to: time, bars: z.number() }),
  verdict: z.array(line),
  /** What it did on paper, reckoned from the journal; null where there is no such run. */
  paper: z.nullable(z.strictObject({
    run: z.string(), venue: z.string(), hosts: z.array(z.string()), from: time, to: time,
    days: z.number(), trades: z.number(), sharpe: figure, winRate: figure, records: z.number(), digest: sha256,
  })),
  /** What is demanded besides, and whether it holds. */
  lines: z.array(line),
} as const;

const FIELDS = Object.keys(BODY) as readonly (keyof typeof BODY)[];
const PASSPORT = z.strictObject({ ...BODY, seals: z.record(z.string(), sha256), key: z.string(), signature: z.string() });

/** A passport as its file holds it. */
export type Passport = z.infer<typeof PASSPORT>;
/** What it says, without seals and signature. */
export type PassportBody = Omit<Passport, 'seals' | 'key' | 'signature'>;

/** What is about to trade, as the passport has to name it. */
export type PassportSubject = Pick<PassportBody, 'strategy' | 'parameters' | 'code' | 'instrument' | 'interval'>;

declare const accepted: unique symbol;
/** A passport that was checked against what is about to run. Only `checkPassport` gives one. */
export type AcceptedPassport = PassportBody & { readonly [accepted]: true };

/** Where the signing key stands among the secrets. */
const KEY_NAME = 'PASSPORT_SIGNING_KEY';

/** The key of this home, made on first use. Throws `SecretFileError`. */
export async function signingKey(store: Required<SecretStore>): Promise<KeyObject> {
  const kept = await store.read(KEY_NAME);
  if (kept !== undefined) return createPrivateKey(kept.reveal());
  const { privateKey } = generateKeyPairSync('ed25519');
  return createPrivateKey((await store.writeFirst(KEY_NAME, new Secret(String(privateKey.export({ type: 'pkcs8', format: 'pem' }))))).reveal());
}

/** Seals and signs (Ed25519, RFC 8032). */
export function signPassport(body: PassportBody, key: KeyObject): Passport {
  const seals = sealsOf(body);
  return { ...body, seals, key: publicText(createPublicKey(key)), signature: sign(null, Buffer.from(signedText(seals)), key).toString('base64') };
}

/**
 * Accepts a passport for what is about to trade. Refuses, naming what is wrong: a field that was changed
 * since it was signed, a signature of another key than this home's, a line that does not hold, or code,
 * parameters or a market that differ from those it was given for. Nothing overrides it.
 */
export function checkPassport(text: string, subject: PassportSubject, key: KeyObject): AcceptedPassport {
  const { seals, key: signer, signature, ...body } = readPassport(text);
  const fresh = sealsOf(body);
  const changed = FIELDS.filter((field) => seals[field] !== fresh[field]);
  if (changed.length > 0) throw refuse(`its ${changed.join(' and ')} was changed since it was signed`);
  const own = createPublicKey(key);
  if (signer !== publicText(own)) throw refuse('it was signed by another key than that of this ALGOTRENDY_HOME');
  if (!verify(null, Buffer.from(signedText(seals)), own, Buffer.from(signature, 'base64'))) throw refuse('its signature or its seals were changed');
  const open = [...body.verdict, ...body.lines].filter(({ state }) => state === 'fail' || state === 'not-measurable');
  if (open.length > 0) throw refuse(`${open.length} of its lines do not hold: ${open.map(({ name }) => name).join(', ')}`);
  const differs = (['strategy', 'parameters', 'code', 'instrument', 'interval'] as const).filter((field) => canonical(body[field]) !== canonical(subject[field]));
  if (differs.length > 0) throw refuse(`it was given for another ${differs.map((field) => `${field} (${brief(body[field])}, now ${brief(subject[field])})`).join(' and another ')}`);
  return body as AcceptedPassport;
}

/** Reads a passport's file without believing it. Refuses what has not the shape of one. */
function readPassport(text: string): Passport {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    throw refuse('it is no JSON');
  }
  const read = PASSPORT.safeParse(told);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw refuse(`it has not the shape of one: ${[...issue?.path ?? [], ...(issue?.code === 'unrecognized_keys' ? issue.keys : [])].join('.') || 'it is empty'}`);
}

function sealsOf(body: PassportBody): Record<string, string> {
  return Object.fromEntries(FIELDS.map((field) => [field, hash('sha256', `${field}\n${canonical(body[field])}`)]));
}

/** What is signed: a purpose, so that the key's signature means nothing elsewhere, and each seal. */
function signedText(seals: Readonly<Record<string, string>>): string {
  return ['algotrendy passport 1', ...Object.keys(seals).sort().map((field) => `${field} ${seals[field]}`)].join('\n');
}

/** JSON with the names of each object in order, so that the same content is the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`;
}

function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : canonical(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function publicText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

function refuse(reason: string): Refusal {
  return new Refusal('bad-data', `the passport is not accepted: ${reason}`, { hint: 'Make a new one: ./algotrendy passport STRATEGY. docs/going-live.md says what each line asks for.' });
}
