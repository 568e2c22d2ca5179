import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkSentiment, sentimentOf } from './sentiment.ts';

test('words of hope and fear are counted in all their forms, and signs with them', () => {
  assert.equal(sentimentOf('Pumping! Gains are amazing 🚀'), 1);
  assert.equal(sentimentOf('It crashed, total scam 📉'), -1);
  assert.equal(sentimentOf('The block time is ten minutes'), 0);
  assert.ok(Math.abs(sentimentOf('great gains, and one crash') - 1 / 3) < 1e-12);
});

test('a negation turns the words after it round, up to the end of its sentence', () => {
  assert.equal(sentimentOf('this is not good'), -1);
  assert.equal(sentimentOf("I don't fear it"), 1);
  assert.equal(sentimentOf('No. Good.'), 1);
});

test('sayings mean what they mean, whatever their words', () => {
  assert.equal(sentimentOf('buying the dip'), 1);
  assert.equal(sentimentOf('all time low'), -1);
  assert.equal(sentimentOf('https://scam.example/crash'), 0);
});

test('a score lies between −1 and 1 whatever the text', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
    const score = sentimentOf(text);
    assert.ok(score >= -1 && score <= 1);
  }));
});

test('undecided texts count as wrong of all, and are left out of the decided', () => {
  const check = checkSentiment([{ text: 'great', hopeful: true }, { text: 'block', hopeful: true }, { text: 'crash', hopeful: false }, { text: 'moon', hopeful: false }]);
  assert.deepEqual(check, { texts: 4, hopeful: 2, undecided: 1, right: 2, accuracy: 0.5, accuracyOfDecided: 2 / 3, baseline: 0.5, balancedAccuracy: 0.5 });
});
