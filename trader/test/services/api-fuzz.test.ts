import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startApi, type ApiRig } from '../api-rig.ts';
import { HAND_START, HandFeed, handFill, handLimit, handOrder } from '../hand-feed.ts';

// Schemathesis reads the OpenAPI document of a running server and sends what it allows and what it does not.

const PACKAGE = 'schemathesis==4.32.5';
const VENV = join(import.meta.dirname, '../../../node_modules/.cache/schemathesis');
const MINUTES_MAX = 4;

let rig: ApiRig;
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
before(async () => {
  install();
  rig = await startApi({}, new HandFeed({
    limits: [handLimit(0.5)], orders: [handOrder(1, 'filled'), handOrder(2, 'open')], fills: [handFill(1), handFill(2)],
    bars: { 'BTC-USDT.HAND': Array.from({ length: 30 }, (_, i) => [HAND_START + i * 60_000, 1, 3, 0.5, 2, 10] as const) },
  }));
});
after(async () => {
  await rig.close();
  rmSync(folder, { recursive: true });
});

for (const role of ['viewer', 'admin'] as const) {
  test(`what the document allows is answered as it says, and nothing that it forbids is taken, for a token of a ${role}`, { timeout: MINUTES_MAX * 60_000 }, async () => {
    const { code, output } = await fuzz(await rig.token(role));
    assert.equal(code, 0, output.slice(-8_000));
    assert.match(output, /Tested: \d\d/);
    assert.deepEqual(rig.faults, []);
  });
}

/** Everything but `ignored_auth`, which sends a wrong cookie beside the token and expects the token to be worth nothing. */
function fuzz(token: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(join(VENV, 'bin/schemathesis'), [
    'run', `${rig.url}/api/v1/openapi.json`, '-H', `Authorization: Bearer ${token}`, '--max-examples', '15', '--seed', '1', '--workers', '1', '--no-color', '--exclude-checks', 'ignored_auth',
  ], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => { output += part.toString(); });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => { resolve({ code, output }); });
  });
}

/** Brings schemathesis from the package registry of Python, once. */
function install(): void {
  if (existsSync(join(VENV, 'bin/schemathesis'))) return;
  const run = (command: string, ...words: readonly string[]) => {
    const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${PACKAGE} cannot be had: ${stderr}`);
  };
  run('python3', '-m', 'venv', VENV);
  run(join(VENV, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE);
}
