import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('several processes that change the file of secrets at the same time lose nothing of each other', async () => {
  const home = mkdtempSync(join(tmpdir(), 'secret-stores-'));
  const words = (who: string) => ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', `
    const [{ openSecrets }, { Secret }] = await Promise.all([import('${new URL('./secret-stores.ts', import.meta.url).href}'), import('${new URL('../../domain/secret.ts', import.meta.url).href}')]);
    const secrets = openSecrets({ home: process.argv[1], secrets: new Map() });
    for (let n = 0; n < 20; n++) await secrets.write('${who}_' + n, new Secret('x'));`, home];
  try {
    const codes = await Promise.all(['A', 'B', 'C'].map((who) => new Promise((resolve) => { spawn(process.execPath, words(who), { stdio: 'inherit' }).once('exit', resolve); })));
    assert.deepEqual(codes, [0, 0, 0]);
    assert.equal(readFileSync(join(home, 'secrets.env'), 'utf8').trimEnd().split('\n').length, 60);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
