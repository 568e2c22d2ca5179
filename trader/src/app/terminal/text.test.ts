import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineChart, resampleValues, sparkline } from './chart.ts';
import { progressLine, openProgress } from './progress.ts';
import { COLOR_STYLE, PLAIN_STYLE } from './style.ts';
import { renderTable } from './table.ts';
import { clip, fit, printable, spread, stripEscapes, visibleWidth, wrap } from './text.ts';

const colored = fc.array(fc.tuple(fc.constantFrom('strong', 'good', 'plain'), fc.string({ maxLength: 8 }))).map((parts) => parts
  .map(([paint, text]) => (paint === 'plain' ? text : COLOR_STYLE[paint](text.replaceAll('\u001b', '')))).join(''));

test('a fitted text is exactly as wide as asked for, whatever colours it holds', () => {
  fc.assert(fc.property(colored, fc.integer({ min: 1, max: 40 }), (text, width) => {
    assert.equal(visibleWidth(fit(text, width)), width);
    assert.equal(visibleWidth(fit(text, width, 'right')), width);
    assert.ok(visibleWidth(clip(text, width)) <= width);
  }));
});

test('a text that is cut says so and leaves no colour open', () => {
  assert.equal(clip('abcdef', 4), 'abc…');
  assert.equal(clip('abcd', 4), 'abcd');
  assert.equal(clip(COLOR_STYLE.good('abcdef'), 4), '\u001b[38;5;35mabc\u001b[0m…\u001b[0m');
  assert.equal(stripEscapes(clip(`ab${COLOR_STYLE.bad('cdef')}gh`, 5)), 'abcd…');
});

test('what a terminal would obey is shown as a mark, colours and line ends as they are', () => {
  const good = COLOR_STYLE.good('gained');
  assert.equal(printable(`a\tb\n${good} 5 % größer`), `a\tb\n${good} 5 % größer`);
  for (const hostile of ['\u001b[2J', '\u001b]0;title\u0007', '\u009b2J', '\r', '\u0008', '\u202e', '\u001b[6n', '\u001bc']) {
    const shown = printable(`x${hostile}y`);
    assert.ok(shown.startsWith('x\ufffd') && shown.endsWith('y'), JSON.stringify(shown));
    assert.equal(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/.test(shown), false);
  }
});

test('a left and a right text share a line, and the left one gives way', () => {
  assert.equal(spread('ab', 'cd', 8), 'ab    cd');
  assert.equal(spread('abcdefgh', 'cd', 8), 'abcde…cd');
});

test('words are wrapped at blanks', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('extraordinarily long', 5), ['extraordinarily', 'long']);
});

test('a sparkline spans the lowest to the highest value', () => {
  assert.equal(sparkline([1, 2, 3, 4, 5, 6, 7], 7), '▁▂▃▄▅▆▇');
  assert.equal(sparkline([5, 5, 5], 7), '▄▄▄');
  assert.equal(sparkline([], 7), '');
  assert.equal(sparkline([1, NaN, 2], 7), '▁▇');
  assert.deepEqual(resampleValues([1, 3, 5, 7], 2), [2, 6]);
});

test('a line chart has as many lines as asked for and joins its points', () => {
  assert.deepEqual(lineChart([0, 1], 1, 1), ['⡸']);
  assert.deepEqual(lineChart([0, 0, 1, 1], 2, 2), ['⠀⡏', '⣀⠇']);
  assert.deepEqual(lineChart([1, 1], 1, 2).length, 2);
  for (const line of lineChart(Array.from({ length: 500 }, (_, i) => Math.sin(i / 20)), 40, 6)) assert.ok(line.length <= 40);
});

test('a table leaves out columns by rank until it fits, and never the first rank', () => {
  const columns = [{ title: 'Name' }, { title: 'Size', align: 'right', rank: 1 }, { title: 'Remark', rank: 2 }] as const;
  const rows = [['a', '1', 'long remark'], ['bb', '22', '']];
  const table = (width: number) => renderTable(columns, rows, { width, style: PLAIN_STYLE });
  assert.deepEqual(table(40), ['Name  Size  Remark', 'a        1  long remark', 'bb      22']);
  assert.deepEqual(table(14), ['Name  Size', 'a        1', 'bb      22']);
  assert.deepEqual(table(5), ['Name', 'a', 'bb']);
  assert.equal(renderTable(columns, rows, { width: 40, style: PLAIN_STYLE, panel: true })[0], 'Name ─── Size ─── Remark ───────────────');
});

test('a progress bar shows share and time left, and nothing where nobody watches', () => {
  assert.equal(stripEscapes(progressLine('Reading', 0.25, 3000, PLAIN_STYLE)), 'Reading  ██████··················   25 %  ETA 00:00:03');
  assert.match(progressLine('Reading', 0.5, undefined, PLAIN_STYLE), /50 % {2}$/);
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const silent = openProgress({ isTTY: false, write }, PLAIN_STYLE, 'x');
  silent.update(0.5);
  silent.close();
  assert.deepEqual(written, []);
  const unsized: string[] = [];
  openProgress({ isTTY: true, columns: 0, write: (text) => unsized.push(text) }, PLAIN_STYLE, 'x').update(0);
  assert.match(unsized.join(''), /x .*0 %/, 'a terminal that does not know its width is told as well');
  const bar = openProgress({ isTTY: true, columns: 20, write }, PLAIN_STYLE, 'x', () => 0);
  bar.update(0.5);
  bar.close();
  assert.equal(written.length, 2);
  assert.ok(stripEscapes(written[0]).length <= 21);
  assert.equal(written[1], '\r\u001b[K');
});

test('the time left is told by what was done since the first word, not by what was there before it', () => {
  const written: string[] = [];
  let time = 0;
  const bar = openProgress({ isTTY: true, write: (text: string) => written.push(stripEscapes(text).trim()) }, PLAIN_STYLE, 'Sweeping', () => time);
  bar.update(0.5);
  time = 5_000;
  bar.update(0.75);
  assert.deepEqual(written.map((line) => line.replace(/.*?(?=\d+ %)/, '')), ['50 %', '75 %  ETA 00:00:05']);
});
