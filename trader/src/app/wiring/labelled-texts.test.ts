import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../../../test/command-line.ts';
import { checkSentiment } from '../../analytics/sentiment.ts';
import { Refusal } from '../refusal.ts';
import { readLabelledTexts } from './labelled-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'labelled-'));
after(() => { rmSync(folder, { recursive: true }); });
function fileOf(text: string): string {
  const path = join(folder, 'texts.csv');
  writeFileSync(path, text);
  return path;
}

test('fields in quotes hold commas, quotes and line ends', () => {
  assert.deepEqual(readLabelledTexts(fileOf('Comment Text,Sentiment,URL\r\n"a, ""b""\nc",Positive,x\nplain,Negative,\n')), [{ text: 'a, "b"\nc', hopeful: true }, { text: 'plain', hopeful: false }]);
});

test('a file without the columns, with another label or with one label alone is refused by name', () => {
  for (const text of ['a,b\n1,2\n', 'Tweet Text,Sentiment\nx,Neutral\n', 'Tweet Text,Sentiment\nx,Positive\n', '']) {
    assert.throws(() => readLabelledTexts(fileOf(text)), (error) => error instanceof Refusal && error.code === 'bad-data' && error.message.includes('texts.csv'), text);
  }
});

test('on what persons labelled the scorer is right about most of what it decides, and decides most of it', () => {
  for (const [name, texts] of [['crypto', 381], ['stocks', 304]] as const) {
    const check = checkSentiment(readLabelledTexts(join(ROOT, `trader/test/fixtures/sentiment/${name}.csv.gz`)));
    assert.equal(check.texts, texts);
    assert.ok((check.accuracyOfDecided ?? 0) > 0.75 && check.undecided < 0.25 * texts && check.balancedAccuracy > 0.55, JSON.stringify(check));
  }
});
