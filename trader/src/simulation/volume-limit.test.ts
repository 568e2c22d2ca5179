import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar } from '../../test/markets.ts';
import { FixedVolume, VolumeShare } from './volume-limit.ts';

test('a share of the volume is that share, and nothing where nothing traded or no one knows', () => {
  const share = new VolumeShare(0.1);
  assert.deepEqual([50, 0, NaN].map((volume) => share.units({ ...bar(0, 100), volume })), [5, 0, 0]);
});

test('a fixed volume is there whatever traded', () => {
  assert.equal(new FixedVolume(7).units(), 7);
});
