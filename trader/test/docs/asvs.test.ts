import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, readPage } from './page.ts';

/** How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has; they are numbered from 1. */
const REQUIREMENTS: Readonly<Record<string, number>> = {
  '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2, '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1, '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2,
  '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4, '5.1': 1, '5.2': 3, '5.3': 2, '5.4': 3, '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4,
  '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2, '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1, '9.1': 3, '9.2': 4,
  '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3, '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1,
  '12.1': 3, '12.2': 2, '12.3': 4, '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5, '14.1': 2, '14.2': 4, '14.3': 3, '15.1': 3, '15.2': 3, '15.3': 7,
  '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3, '17.1': 1, '17.2': 4, '17.3': 2,
};

const rows = readPage('docs/security.md').split('\n').flatMap((line) => {
  const [, ids = '', , met = '', why = ''] = line.split('|').map((cell) => cell.trim());
  return /^\d+\.\d+\.\d+(, \d+\.\d+\.\d+)*$/.test(ids) ? [{ ids: ids.split(', '), met, why }] : [];
});

test('every requirement of ASVS up to level 2 stands in the table of docs/security.md, once', () => {
  const wanted = Object.entries(REQUIREMENTS).flatMap(([section, count]) => Array.from({ length: count }, (_, index) => `${section}.${index + 1}`));
  assert.equal(wanted.length, 253);
  assert.deepEqual(rows.flatMap(({ ids }) => ids).toSorted(), wanted.toSorted());
});

test('each row says whether it is met, and by which file that exists or for what reason', () => {
  for (const { ids, met, why } of rows) {
    assert.match(met, /^(yes|part|no|n\/a)$/, ids.join());
    assert.ok(why.length >= 4, ids.join());
    for (const [, file = ''] of why.matchAll(/`([\w./-]+\.ts)`/g)) assert.ok([ROOT, join(ROOT, 'trader/src')].some((base) => existsSync(join(base, file))), `${ids.join()}: ${file}`);
  }
});
