import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Refusal } from '../refusal.ts';
import { readQuotas } from './provider-settings.ts';

const home = mkdtempSync(join(tmpdir(), 'quotas-'));
after(() => { rmSync(home, { recursive: true }); });

test('who pays for more says so in a file; what it does not name stays as it is', () => {
  assert.equal(readQuotas(home).alphavantage.limits.at(-1)?.calls, 25);
  writeFileSync(join(home, 'providers.json'), '{"quotas": {"alphavantage": [{"calls": 75, "window": "1m"}]}}');
  assert.deepEqual(readQuotas(home).alphavantage, { documented: false, limits: [{ calls: 75, windowMs: 60_000 }] });
  assert.equal(readQuotas(home).yahoo.documented, false);
});

test('a file that is no JSON, names nobody we know, or no length of time, is refused', () => {
  for (const text of ['{', '{"quota": {}}', '{"quotas": {"reuters": []}}', '{"quotas": {"yahoo": [{"calls": 5, "window": "soon"}]}}', '{"quotas": {"yahoo": [{"calls": -5, "window": "1d"}]}}']) {
    writeFileSync(join(home, 'providers.json'), text);
    assert.throws(() => readQuotas(home), Refusal, text);
  }
});
