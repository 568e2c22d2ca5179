import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface State {
  readonly kind: string;
  readonly trading: string;
  readonly positions: object;
}

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));

test('flatten from another process closes every position and halts; resume trades again; halt waits for the next start', async () => {
  const home = mkdtempSync(join(tmpdir(), 'halt-'));
  const env = { ...process.env, ALGOTRENDY_HOME: home };
  const run = (...words: string[]) => JSON.parse(spawnSync(process.execPath, [MAIN, ...words, '--json'], { env, encoding: 'utf8' }).stdout) as Record<string, unknown>;
  const paper = spawn(process.execPath, [MAIN, 'paper', '--speed', '20000', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const lines = createInterface({ input: paper.stdout })[Symbol.asyncIterator]();
    const seen = async (wanted: (state: State) => boolean): Promise<State> => {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const state = JSON.parse(line.value) as State;
        if (state.kind !== 'fill' && wanted(state)) return state;
      }
      throw new Error('the run ended before that was seen');
    };
    const holds = ({ positions }: State) => Object.keys(positions).length > 0;
    await seen(holds);
    assert.deepEqual(run('flatten'), { command: 'flatten', taken: true });
    await seen((state) => state.trading === 'halted' && !holds(state));
    assert.deepEqual(run('resume'), { command: 'resume', taken: true });
    await seen((state) => state.trading === 'active' && holds(state));
  } finally {
    paper.kill('SIGINT');
    await once(paper, 'close');
  }
  writeFileSync(join(home, 'KILL'), '');
  assert.match(JSON.stringify(run('resume')), /stopped by the file KILL.*Remove it/, 'which would undo it at once');
  rmSync(join(home, 'KILL'));
  assert.deepEqual(run('halt'), { command: 'halt', taken: false });
  const { stdout } = spawnSync(process.execPath, [MAIN, 'paper', '--speed', '20000', '--for', '1s', '--json'], { env, encoding: 'utf8' });
  const stopped = JSON.parse(stdout.trim().split('\n').at(-1) as string) as State;
  assert.deepEqual([stopped.kind, stopped.trading], ['stopped', 'halted']);
  rmSync(home, { recursive: true });
});
