import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SqliteAccounts } from '../../src/adapters/accounts/sqlite-accounts.ts';
import { verifyAudit } from '../../src/api/auth/security-handlers.ts';

const WRITER = fileURLToPath(new URL('audit-writer.ts', import.meta.url));

test('an audit entry that was told to be written survives SIGKILL at any moment, with two processes writing, and the chain stays whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  const file = join(folder, 'accounts.sqlite');
  let [told, cut] = [0, 0];
  try {
    for (const afterLines of [3, 17, 40]) {
      const writers = [0, 1].map(() => spawn(process.execPath, [WRITER, file], { stdio: ['ignore', 'pipe', 'inherit'] }));
      let lines = 0;
      await new Promise<void>((resolve) => {
        for (const { stdout } of writers) {
          stdout.setEncoding('utf8').on('data', (text: string) => {
            const whole = text.split('\n').filter(Boolean);
            told = Math.max(told, ...whole.map(Number));
            lines += whole.length;
            if (lines >= afterLines) resolve();
          });
        }
      });
      for (const writer of writers) {
        const ended = once(writer, 'close');
        writer.kill('SIGKILL');
        await ended;
        cut += 1;
      }
      const accounts = new SqliteAccounts(file);
      const { whole, entries } = await verifyAudit(accounts);
      await accounts.close();
      assert.ok(whole && entries >= told, `${entries} entries, ${told} told`);
    }
    assert.ok(told >= 40 && cut === 6);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
