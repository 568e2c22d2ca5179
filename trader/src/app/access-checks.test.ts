import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Secret } from '../domain/secret.ts';
import { checkAccess, checkTimeService } from './access-checks.ts';
import { NO_CONFIG } from './config.ts';

test('keys are named and never shown, the kill file is a warning, and a file that others may read fails', () => {
  const home = mkdtempSync(join(tmpdir(), 'access-'));
  try {
    const secrets = new Map([['ALPACA_PAPER_KEY', new Secret('hidden-value')], ['ALPACA_PAPER_SECRET', new Secret('hidden-value')], ['COINBASE_LIVE_KEY', new Secret('hidden-value')]]);
    const look = (config = { ...NO_CONFIG, home }) => checkAccess(config).map(({ name, status, detail }) => `${status} ${name}: ${detail}`);
    assert.deepEqual(look(), ['ok Keys: none; paper needs none', 'ok Kill file: not there']);
    const [keys] = look({ ...NO_CONFIG, home, secrets });
    assert.equal(keys, 'ok Keys: alpaca, paper');
    writeFileSync(join(home, 'KILL'), 'news at 14:30\n');
    assert.match(look()[1] ?? '', /^warn Kill file: .*KILL is there: nothing trades \("news at 14:30"\)$/);
    assert.match(look({ ...NO_CONFIG, home, loopbackPort: 4711 })[2] ?? '', /^warn Venues: .*4711/);
    writeFileSync(join(home, 'secrets.env'), 'A_KEY=hidden-value\n', { mode: 0o644 });
    const [open] = look();
    assert.match(open ?? '', /^fail Keys: .*may be read by others/);
    assert.doesNotMatch([keys, open].join(), /hidden-value/);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('a clock that no service keeps is a warning where there are keys', () => {
  assert.equal(checkTimeService([import.meta.filename]).status, 'ok');
  assert.equal(checkTimeService(['/nowhere']).status, 'warn');
});
