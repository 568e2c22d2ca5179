import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { MemorySecrets } from '../../../test/auth-house.ts';
import type { ApiError } from '../problem.ts';
import { Keyring } from './keyring.ts';
import { Passwords, weaknessOf } from './passwords.ts';

/** Those of the 4 000 commonest passwords that have 12 characters or more (SecLists, MIT, 10-million-password-list-top-10000.txt). */
const COMMONEST = ['1qaz2wsx3edc', 'q1w2e3r4t5y6', '1q2w3e4r5t6y', 'qazwsxedcrfv', '123456qwerty', 'qwerty123456', '123qweasdzxc', 'Mailcreated5240', 'Sojdlg123aljg'];

test('the commonest passwords that are long enough are refused, and so are those made of a word, a name or a repetition', () => {
  for (const password of [...COMMONEST, 'password12345', 'AlgoTrendy2026!', 'ana.ana.ana.ana', 'bitcoin-bitcoin-1', 'aaaaaaaaaaaa', 'Trading123456']) {
    assert.match(weaknessOf(password, 'ana') ?? '', /guessed first/, password);
  }
});

test('eleven characters are too few, and anything else of any script and length is a password', () => {
  assert.match(weaknessOf('kQ7!vRz2pLw', 'ana') ?? '', /at least 12/);
  for (const password of ['correct horse battery staple', 'käse brötchen über', 'пароль длинный фраза', 'jw8Xk2Lp9QzR', '        six words of blanks', 'x'.repeat(200) + 'correct horse']) assert.equal(weaknessOf(password, 'ana'), undefined, password);
});

test('a flood of sign-ins waits in line and is sent away beyond it, and everybody who waited is answered', async () => {
  const passwords = new Passwords(await Keyring.open(new MemorySecrets(), (count) => randomBytes(count)));
  const answers = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify(undefined, 'any password')));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as ApiError] : []));
  assert.ok(refused.length >= 20 && refused.length < 30, String(refused.length));
  assert.ok(refused.every(({ code, retryAfterMs }) => code === 'too-many-requests' && retryAfterMs === 2_000));
  assert.ok(answers.every((answer) => answer.status === 'rejected' || !answer.value));
  assert.equal(await passwords.verify(await passwords.hash('some other password'), 'some other password'), true);
});

test('the first sign-in being sent away by a crowd shuts out nobody after it', async () => {
  const passwords = new Passwords(await Keyring.open(new MemorySecrets(), (count) => randomBytes(count)));
  const crowd = Array.from({ length: 34 }, () => passwords.hash('some other password'));
  await assert.rejects(passwords.verify(undefined, 'any password'), { code: 'too-many-requests' });
  await Promise.all(crowd);
  assert.equal(await passwords.verify(await crowd[0], 'some other password'), true);
});
