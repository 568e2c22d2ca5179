import { generateKeyPairSync } from 'node:crypto';
import { LiveConsent } from '../../src/app/wiring/live-consent.ts';
import { checkPassport, signPassport, type PassportSubject } from '../../src/app/wiring/passport-check.ts';
import type { VenueName } from '../../src/app/wiring/venue-hosts.ts';

const HASH = '00'.repeat(32);
const TIME = '2026-01-01T00:00:00.000Z';
const PASSED = [{ name: 'Everything', state: 'pass' as const, reason: 'So that the way to real money can be walked on loopback.' }];

/** Consent to trade at a venue, by the one way there is: a passport that its own key signed, and the words. */
export function consentTo(venue: VenueName, money: string): LiveConsent {
  const { privateKey } = generateKeyPairSync('ed25519');
  const subject: PassportSubject = { strategy: 'macd', parameters: {}, code: { strategy: HASH, engine: HASH }, instrument: 'BTC-USDT', interval: '1h' };
  const passport = signPassport({ version: 1, issuedAt: TIME, ...subject, data: { sha256: HASH, from: TIME, to: TIME, bars: 1 }, verdict: PASSED, paper: null, lines: PASSED }, privateKey);
  return LiveConsent.give(venue, money, checkPassport(JSON.stringify(passport), subject, privateKey), LiveConsent.words(venue, money));
}
