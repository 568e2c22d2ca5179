import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { LabelledText } from '../../analytics/sentiment.ts';
import { Refusal } from '../refusal.ts';

/**
 * Labelled texts of a CSV file, gzipped or not: a column that is called Sentiment holds Positive or
 * Negative, and one whose name ends in Text the text. Refuses a file that has not both labels.
 */
export function readLabelledTexts(file: string): readonly LabelledText[] {
  const bytes = readFileSync(file);
  const [head = [], ...rows] = parseCsv((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: 64 << 20 }) : bytes).toString('utf8'));
  const [label, text] = [head.indexOf('Sentiment'), head.findIndex((name) => name.endsWith('Text'))];
  if (label < 0 || text < 0) throw new Refusal('bad-data', `${file} has no columns "Sentiment" and "… Text"`);
  const texts = rows.map((row, i) => {
    const sentiment = row[label];
    if (sentiment !== 'Positive' && sentiment !== 'Negative') throw new Refusal('bad-data', `${file}: row ${i + 2} is labelled "${sentiment ?? ''}", not Positive or Negative`);
    return { text: row[text] ?? '', hopeful: sentiment === 'Positive' };
  });
  if (new Set(texts.map(({ hopeful }) => hopeful)).size < 2) throw new Refusal('bad-data', `${file} has not both labels`);
  return texts;
}

/** Rows of CSV as RFC 4180 has it: fields in double quotes hold commas, line ends, and quotes doubled. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
