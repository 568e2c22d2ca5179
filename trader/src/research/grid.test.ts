import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { macd } from '../strategies/macd/macd.ts';
import { createGrid, readAxis, spreadPlaces, type Axis } from './grid.ts';

function axis(text: string): Axis {
  const read = readAxis(text);
  assert.ok(read.ok, text);
  return read.value;
}

function refusal(text: string): string {
  const read = readAxis(text);
  return read.ok ? '' : read.error.message;
}

function grid(axes: readonly string[], fixed: Readonly<Record<string, string>> = {}) {
  return createGrid(macd, axes.map(axis), fixed);
}

describe('a grid', () => {
  it('counts ranges exactly and takes in an end that a step falls on', () => {
    assert.deepEqual(axis('fast=5:23:2').values, [5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
    assert.deepEqual(axis('slow=26:53:3').values, [26, 29, 32, 35, 38, 41, 44, 47, 50, 53]);
    assert.equal(axis('signal=5:14:1').values.length, 10);
    assert.deepEqual(axis('fast=5:10:2').values, [5, 7, 9]);
    assert.deepEqual(axis('fast=5:8').values, [5, 6, 7, 8]);
    assert.deepEqual(axis('stop=0.1:0.5:0.1').values, [0.1, 0.2, 0.3, 0.4, 0.5]);
    assert.deepEqual(axis('threshold=-.1:.2:0.15').values, [-0.1, 0.05, 0.2]);
    assert.deepEqual(axis('fast=7:7:1').values, [7]);
    assert.deepEqual(axis('direction=long, both').values, ['long', 'both']);
  });

  it('says what is wrong with a range', () => {
    assert.match(refusal('fast'), /NAME=FROM:TO:STEP/);
    assert.match(refusal('fast=5:23:0'), /step .* must be above 0/);
    assert.match(refusal('fast=5:23:-1'), /step .* must be above 0/);
    assert.match(refusal('fast=23:5:2'), /23 is more than 5/);
    assert.match(refusal('fast=5:x:2'), /three plain numbers/);
    assert.match(refusal('fast=1:2:3:4'), /three plain numbers/);
    assert.match(refusal('fast=0:1:0.00000001'), /100,000,001 values/);
    assert.match(refusal('fast=5,5'), /5 twice/);
    assert.match(refusal('fast=5,,6'), /empty value/);
  });

  it('turns its last axis fastest and keeps what is fixed', () => {
    const made = grid(['fast=5:7:2', 'seed=first,sma'], { slow: '30' });
    assert.ok(made.ok);
    const { size, at } = made.value;
    assert.equal(size, 4);
    const rows = Array.from({ length: size }, (_, index) => at(index)).map(({ fast, seed, slow, signal }) => [fast, seed, slow, signal]);
    assert.deepEqual(rows, [[5, 'first', 30, 9], [5, 'sma', 30, 9], [7, 'first', 30, 9], [7, 'sma', 30, 9]]);
  });

  it('refuses what the strategy does not take, names given twice, and more combinations than it may have', () => {
    const message = (axes: readonly string[], fixed?: Readonly<Record<string, string>>) => {
      const made = grid(axes, fixed);
      return made.ok ? '' : made.error.message;
    };
    assert.match(message(['speed=1:2:1']), /unknown parameter "speed"/);
    assert.match(message(['fast=0:4:2']), /fast must lie in 1 to 1000, not 0/);
    assert.match(message(['fast=1:2:0.5']), /fast must be a whole number, not 1.5/);
    assert.match(message(['direction=up,long']), /direction must be one of/);
    assert.match(message(['fast=5:9'], { slow: 'x' }), /slow must be a number/);
    assert.match(message(['fast=5:9'], { fast: '5' }), /fast is given twice/);
    assert.match(message(['fast=5:9', 'fast=10:12']), /fast is given twice/);
    assert.match(message(['fast=1:1000', 'slow=2:2000', 'signal=1:1000']), /1,000 of fast × 1,999 of slow × 1,000 of signal = 1,999,000,000 combinations, 200 times the 10,000,000/);
  });

  it('is looked at in places that meet every value of every axis about as often', () => {
    for (const axes of [['fast=2:201:1', 'signal=2:9:1'], ['signal=2:9:1', 'fast=2:201:1'], ['fast=2:11', 'signal=2:21', 'slow=300:309'], ['fast=2:22', 'signal=2:102']]) {
      const made = grid(axes, {});
      assert.ok(made.ok);
      const { size, at, axes: read } = made.value;
      const places = spreadPlaces(size, 200);
      assert.equal(new Set(places).size, 200);
      assert.ok(places.every((place) => place >= 0 && place < size));
      for (const { name, values } of read) {
        const times = values.map((value) => places.filter((place) => at(place)[name] === value).length);
        assert.ok(Math.max(...times) - Math.min(...times) <= 4, `${axes.join(' ')}: ${name} ${times.join()}`);
      }
    }
    assert.deepEqual(spreadPlaces(3, 200), [0, 1, 2]);
  });
});
