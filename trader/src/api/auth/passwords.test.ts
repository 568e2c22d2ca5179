import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weaknessOf } from './passwords.ts';

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
