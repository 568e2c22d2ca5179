import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitSetting } from 'trader/contract';
import { draftValues, limitEdits, limitErrors, limitRange, limitText, limitValue } from './limit-draft.ts';

const EXPOSURE: LimitSetting = { name: 'maxExposure', rule: 'exposure', label: 'Exposure', unit: 'share', value: 0.25, began: 0.3, min: 0.001, max: 100, whole: false, tighter: 'lower', help: '' };
const PAUSE: LimitSetting = { name: 'lossPauseMs', rule: 'loss-streak', label: 'Pause', unit: 'ms', value: 3_600_000, began: 3_600_000, min: 1_000, max: 1e9, whole: true, tighter: 'higher', help: '' };

test('a share is typed in per cent and a time in seconds, to the digit', () => {
  assert.deepEqual([0.25, 0.07, 0.0001, 1e-7, 100].map((value) => limitText(EXPOSURE, value)), ['25', '7', '0.01', '0.00001', '10000']);
  assert.deepEqual(['7', '0.29', '57.7'].map((text) => limitValue(EXPOSURE, text)), [0.07, 0.0029, 0.577]);
  assert.deepEqual([limitText(PAUSE, 300_000), limitValue(PAUSE, '1.5')], ['300', 1_500]);
});

test('a text that is no number, out of range or no whole number is said to be wrong', () => {
  const wrong = (setting: LimitSetting, text: string) => limitErrors([setting], { [setting.name]: text })[setting.name];
  assert.deepEqual([wrong(EXPOSURE, ''), wrong(EXPOSURE, '-1'), wrong(EXPOSURE, '1e3'), wrong(EXPOSURE, '0')], ['Must be a number', 'Must be a number', 'Must be a number', 'Must lie in 0.1 to 10,000']);
  assert.deepEqual([wrong(PAUSE, '1.0005'), wrong(PAUSE, '60'), wrong(EXPOSURE, '20')], ['Must be a whole number', undefined, undefined]);
  assert.equal(limitRange(EXPOSURE), '0.1 to 10,000 · began at 30');
});

test('what lets more pass is looser: a higher limit, but a shorter pause', () => {
  const edits = limitEdits([EXPOSURE, PAUSE], draftValues([EXPOSURE, PAUSE], { maxExposure: '30', lossPauseMs: '60' }));
  assert.deepEqual(edits.map(({ setting, from, to, looser }) => [setting.name, from, to, looser]), [['maxExposure', 0.25, 0.3, true], ['lossPauseMs', 3_600_000, 60_000, true]]);
  assert.deepEqual(limitEdits([EXPOSURE, PAUSE], { maxExposure: 0.2, lossPauseMs: 3_600_000 }).map(({ looser }) => looser), [false]);
});
