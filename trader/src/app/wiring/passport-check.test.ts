import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { Secret } from '../../domain/secret.ts';
import { Refusal } from '../refusal.ts';
import { LiveConsent } from './live-consent.ts';
import { checkPassport, signingKey, signPassport, type PassportBody, type PassportSubject } from './passport-check.ts';

const HASH = 'ab'.repeat(32);
const SUBJECT: PassportSubject = { strategy: 'macd', parameters: { fast: 5, slow: 30 }, code: { strategy: HASH, engine: HASH }, instrument: 'BTC-USDT.BINANCE', interval: '1h' };
const BODY: PassportBody = {
  version: 1, issuedAt: '2026-11-21T00:00:00.000Z', ...SUBJECT, data: { sha256: HASH, from: '2020-01-01T00:00:00.000Z', to: '2021-01-01T00:00:00.000Z', bars: 10 },
  verdict: [{ name: 'Sharpe above 1.5', state: 'pass', reason: 'It is.' }, { name: 'Warm-up', state: 'warn', reason: 'Nearly.' }],
  paper: { run: 'r', venue: 'binance', hosts: ['h'], from: '2026-11-01T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z', days: 18, trades: 40, sharpe: 2, winRate: 0.6, records: 9, digest: HASH },
  lines: [{ name: 'Paper: days', state: 'pass', reason: 'Enough.' }],
};
const { privateKey: KEY } = generateKeyPairSync('ed25519');
const SIGNED = signPassport(BODY, KEY);

function refusal(passport: unknown, subject = SUBJECT, key = KEY): string {
  try {
    checkPassport(typeof passport === 'string' ? passport : JSON.stringify(passport), subject, key);
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
  return 'accepted';
}

test('a passport whose lines hold is accepted for what it was given for, however its file is laid out', () => {
  assert.equal(refusal(SIGNED), 'accepted');
  assert.equal(refusal(JSON.stringify(Object.fromEntries(Object.entries(SIGNED).reverse()), null, 4)), 'accepted');
  assert.equal(refusal(SIGNED, { ...SUBJECT, parameters: { slow: 30, fast: 5 } }), 'accepted', 'parameters have no order');
});

/** Another value of the same shape. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (value === 'pass') return 'warn';
  // Hashes and times keep their shape, so that it is the seal that sees the change.
  if (typeof value === 'string') return /Z$|^[0-9a-f]{64}$/.test(value) ? value.replace(/[1-9a]/, (digit) => (digit === '1' || digit === 'a' ? '2' : '1')) : `${value}x`;
  if (Array.isArray(value)) return value.slice(1);
  return value;
}

/** Every way to change one leaf or drop one item, with the field that it lies in. */
function* tampered(): Generator<readonly [keyof PassportBody, unknown]> {
  for (const field of Object.keys(BODY) as (keyof PassportBody)[]) {
    const value: unknown = SIGNED[field];
    if (typeof value !== 'object' || value === null) yield [field, { ...SIGNED, [field]: field === 'version' ? 1 : other(value) }];
    else {
      for (const [name, inner] of Object.entries(value)) {
        const changed = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner, reason: 'Another.' } : other(inner);
        yield [field, { ...SIGNED, [field]: Array.isArray(value) ? value.map((one: unknown, at) => (String(at) === name ? changed : one)) : { ...value, [name]: changed } }];
      }
      if (Array.isArray(value)) yield [field, { ...SIGNED, [field]: value.slice(1) }];
    }
  }
}

test('each field that is changed is named, and with it the whole is refused', () => {
  const seen = new Set<string>();
  for (const [field, passport] of tampered()) {
    if (JSON.stringify(passport) === JSON.stringify(SIGNED)) continue;
    seen.add(field);
    const said = refusal(passport);
    assert.match(said, new RegExp(`its ${field} was changed|has not the shape`), `${field}: ${said}`);
  }
  assert.deepEqual([...seen], Object.keys(BODY).filter((field) => field !== 'version'));
  assert.match(refusal({ ...SIGNED, paper: null }), /its paper was changed/);
  assert.match(refusal({ ...SIGNED, version: 2 }), /shape of one: version/);
  assert.match(refusal({ ...SIGNED, note: 'trust me' }), /shape of one: note/);
});

test('a seal that is made to fit, another signature and another key are refused', () => {
  const forged = signPassport({ ...BODY, parameters: { fast: 6, slow: 30 } }, generateKeyPairSync('ed25519').privateKey);
  assert.match(refusal(forged), /another key/);
  assert.match(refusal({ ...forged, key: SIGNED.key }), /signature or its seals/);
  assert.match(refusal({ ...forged, key: SIGNED.key, signature: SIGNED.signature }), /signature or its seals/);
  assert.match(refusal({ ...SIGNED, signature: '' }), /signature or its seals/);
  const { verdict: _, ...fewer } = SIGNED.seals;
  assert.match(refusal({ ...SIGNED, seals: fewer }), /its verdict was changed/);
});

test('a line that does not hold, or cannot be measured, is named', () => {
  for (const state of ['fail', 'not-measurable'] as const) {
    assert.match(refusal(signPassport({ ...BODY, lines: [{ name: 'Paper: days', state, reason: '' }] }, KEY)), /1 of its lines do not hold: Paper: days/);
    assert.match(refusal(signPassport({ ...BODY, verdict: [{ name: 'Timing', state, reason: '' }] }, KEY)), /do not hold: Timing/);
  }
});

test('other code, parameters, strategy, market or bars than it was given for are named', () => {
  for (const [field, changed] of [
    ['strategy', 'bollinger'], ['parameters', { fast: 5, slow: 31 }], ['parameters', { fast: 5 }], ['code', { strategy: HASH, engine: 'cd'.repeat(32) }], ['instrument', 'ETH-USDT.BINANCE'], ['interval', '4h'],
  ] as const) assert.match(refusal(SIGNED, { ...SUBJECT, [field]: changed }), new RegExp(`another ${field} \\(`), field);
});

test('what is no passport is refused in words', () => {
  for (const text of ['', '{', 'null', '[]', '{}', '"passport"']) assert.match(refusal(text), /the passport is not accepted: it (is no JSON|has not the shape)/, text);
});

test('the key is made once and kept among the secrets', async () => {
  const kept = new Map<string, Secret>();
  const store = {
    read: (name: string) => Promise.resolve(kept.get(name)),
    write: (name: string, value: Secret) => Promise.resolve(void kept.set(name, value)),
    writeFirst: (name: string, value: Secret) => Promise.resolve(kept.get(name) ?? (kept.set(name, value), value)),
    remove: (name: string) => Promise.resolve(void kept.delete(name)),
  };
  const first = signPassport(BODY, await signingKey(store));
  assert.equal(signPassport(BODY, await signingKey(store)).key, first.key);
  assert.equal(refusal(first, SUBJECT, await signingKey(store)), 'accepted');
  assert.deepEqual([...kept.keys()], ['PASSPORT_SIGNING_KEY']);
});

test('consent takes the very words, and a passport that was accepted', () => {
  const passport = checkPassport(JSON.stringify(SIGNED), SUBJECT, KEY);
  const consent = LiveConsent.give('binance', '1000 USDT', passport, `${LiveConsent.words('binance', '1000 USDT')}\n`);
  assert.deepEqual([LiveConsent.covers(consent, 'binance'), LiveConsent.covers(consent, 'coinbase'), LiveConsent.covers({ ...consent }, 'binance')], [true, false, false]);
  for (const words of ['', 'y', 'yes', 'trade real money', 'trade real money on binance', 'Trade real money on binance with 1000 USDT', LiveConsent.words('binance', '10000 USDT'), LiveConsent.words('binance', '1000 USD'), LiveConsent.words('coinbase', '1000 USDT')]) {
    assert.throws(() => LiveConsent.give('binance', '1000 USDT', passport, words), /the words for macd are "trade real money on binance with 1000 USDT"/);
  }
});
