import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { qrCode } from './qr-code.ts';

/** Texts, their modules along a side, and the digest of the drawing that zxing-cpp 3.1 has read back to the very text. */
const READ: readonly (readonly [string, number, string])[] = [
  ['A', 21, 'bc9009ae87ca68f1d256b69eb26362086d73d9f0b95f1e9f3dccae752626c3b6'],
  ['otpauth://totp/AlgoTrendy:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AlgoTrendy', 41, '6eb45010376cc25ad8efb6832fde81baa127d19a4b871815803144bd90628550'],
  ['ä'.repeat(100), 57, 'a273534ba9b446e61c285e80e96d5601a641cc0a0866a327e986c27440cfe439'],
  ['y'.repeat(660), 97, '67df8a8b45564d9f432c686121a59b7b4548f74d1f2b88f8ec0b32f65ff216ad'],
];

test('a code is drawn as another program has read it', () => {
  for (const [text, size, digest] of READ) {
    const rows = qrCode(text) ?? [];
    assert.equal(rows.length, size);
    assert.equal(hash('sha256', rows.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')).join('\n')), digest, text.slice(0, 20));
  }
});

test('what is too long for a code is told, not cut', () => {
  assert.notEqual(qrCode('y'.repeat(666)), undefined);
  assert.equal(qrCode('y'.repeat(667)), undefined);
});
