import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseLine } from './options.ts';
import { Refusal } from './refusal.ts';
import { readVenueModels, VENUE_MODEL_OPTIONS } from './venue-model-options.ts';
import { createVenueModels, venueModelTexts } from './wiring/venue-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'delays-'));
after(() => rmSync(folder, { recursive: true }));

function read(...words: readonly string[]) {
  return readVenueModels(parseLine(VENUE_MODEL_OPTIONS, words).options);
}

function file(text: string): string {
  const path = join(folder, 'delays.txt');
  writeFileSync(path, text);
  return path;
}

test('without options there are no models: the plain profile', () => {
  assert.equal(read(), undefined);
  assert.equal(read('--fill-policy', 'pessimistic', '--bounds'), undefined);
});

test('every model can be asked for, is made, and says what was asked', () => {
  const delays = file('5\n\n80.5\n');
  for (const [name, text, key, said] of [
    ['slippage', 'bps:5', 'slippage', 'bps:5'], ['slippage', 'spread:10', 'slippage', 'spread:10'], ['slippage', 'impact:0.8', 'slippage', 'impact:0.8'],
    ['slippage', 'volume-share:0.1', 'slippage', 'volume-share:0.1,most=0.025'], ['slippage', 'volume-share:0.1,most=1', 'slippage', 'volume-share:0.1,most=1'],
    ['latency', '250', 'latency', '250ms'], ['latency', '0.5ms', 'latency', '0.5ms'], ['latency', 'lognormal:80,0.5', 'latency', 'lognormal:80,0.5,seed=1'],
    ['latency', 'lognormal:80,0.5,seed=7', 'latency', 'lognormal:80,0.5,seed=7'], ['latency', `recorded:${delays}`, 'latency', `recorded:${delays}`],
    ['volume-share', '10%', 'volumeShare', '10%'], ['volume-share', '0.07', 'volumeShare', '7%'], ['volume-share', 'units:2.5', 'volumeShare', 'units:2.5'],
    ['fill-policy', 'optimistic', 'fillPolicy', 'optimistic'],
  ] as const) {
    const request = read(`--${name}`, text);
    assert.ok(request);
    assert.equal(venueModelTexts(request)[key], said);
    assert.ok(createVenueModels(request).policy);
  }
});

test('models that are made again begin again', () => {
  const request = read('--latency', 'lognormal:80,0.5');
  assert.ok(request);
  const delays = () => {
    const { latency } = createVenueModels(request);
    return Array.from({ length: 5 }, () => latency?.delayMs(0));
  };
  assert.deepEqual(delays(), delays());
});

test('recorded delays are read from their file, one a line', () => {
  assert.deepEqual(read('--latency', `recorded:${file('5\n\n80.5\r\n0')}`)?.latency, { kind: 'recorded', delaysMs: [5, 80.5, 0], file: join(folder, 'delays.txt') });
});

test('what is no model is refused, with what would be one', () => {
  for (const [name, text, about] of [
    ['slippage', 'bps', /bps:5/], ['slippage', 'bps:-5', /bps:5/], ['slippage', 'bps:5,most=1', /bps:5/], ['slippage', 'volume-share:0.1,most=2', /most=0.025/],
    ['slippage', 'magic:1', /impact:1/], ['slippage', 'bps:1e3', /bps:5/], ['latency', '-5', /250/], ['latency', 'lognormal:80', /lognormal:80,0.5/], ['latency', 'soon', /recorded:FILE/],
    ['latency', 'recorded:/nowhere/at/all', /cannot be read/], ['volume-share', '0', /above 0/], ['volume-share', '101%', /at most 100%/],
    ['volume-share', 'all', /units:5/], ['volume-share', 'units:0', /units:5/], ['fill-policy', 'neutral', /pessimistic, optimistic/],
  ] as const) {
    assert.throws(() => read(`--${name}`, text), (error) => error instanceof Refusal && about.test(error.message), `${name} ${text}`);
  }
  for (const [text, about] of [['', /0 delays/], ['5\nfive\n', /line 2.*"five"/], ['-1', /no delay/]] as const) {
    assert.throws(() => read('--latency', `recorded:${file(text)}`), (error) => error instanceof Refusal && about.test(error.message), text);
  }
});
