import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { Refusal } from '../refusal.ts';
import { killFile, KillSwitch } from './kill-switch.ts';

async function inHome(check: (home: string) => void | Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'kill-'));
  try {
    await check(home);
  } finally {
    rmSync(home, { recursive: true });
  }
}

const FLATTEN = { kind: 'flatten', reason: 'the file KILL is there', by: 'file' };

test('the file flattens once, again when trading was resumed, and anew after it was away', () => inHome((home) => {
  const kill = new KillSwitch(home);
  assert.equal(kill.take('active'), undefined);
  kill.refuseStart();
  writeFileSync(killFile(home), '');
  assert.throws(() => { kill.refuseStart(); }, (error) => error instanceof Refusal && /KILL/.test(error.message));
  assert.deepEqual([kill.take('active'), kill.take('halted'), kill.take('halted')], [FLATTEN, undefined, undefined]);
  assert.deepEqual([kill.take('active'), kill.take('halted')], [FLATTEN, undefined], 'a resume is undone');
  rmSync(killFile(home));
  assert.equal(kill.take('halted'), undefined);
  writeFileSync(killFile(home), '');
  assert.deepEqual(kill.take('halted'), FLATTEN, 'a run that only halted is flattened');
}));

test('of two signals before anyone looks the harder one counts, and each is taken once', () => inHome(async (home) => {
  // The test runner has its processes write a report on SIGUSR2.
  if (process.report) process.report.reportOnSignal = false;
  const kill = new KillSwitch(home);
  const before = { SIGUSR1: process.listeners('SIGUSR1'), SIGUSR2: process.listeners('SIGUSR2') };
  kill.listen();
  try {
    process.kill(process.pid, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR1');
    await sleep(50);
    assert.deepEqual([kill.take('active'), kill.take('active')], [{ kind: 'flatten', reason: 'signal SIGUSR2', by: 'signal' }, undefined]);
    process.kill(process.pid, 'SIGUSR1');
    await sleep(50);
    assert.deepEqual(kill.take('active'), { kind: 'halt', reason: 'signal SIGUSR1', by: 'signal' });
  } finally {
    for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) for (const listener of process.listeners(signal)) if (!before[signal].includes(listener)) process.off(signal, listener);
  }
}));
