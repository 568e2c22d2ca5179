import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const FIRST_FILL_MS_MAX = 120_000;

type Line = Readonly<Record<string, unknown>>;

interface Run {
  readonly code: number | null;
  readonly lines: readonly Line[];
  /** From the start of the command to the first fill; undefined when there was none. */
  readonly firstFillMs: number | undefined;
  readonly errors: string;
}

/** A newcomer's environment: the machine's own Node, nothing that this repository's npm set. */
function newcomersEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|ALGOTRENDY_|INIT_CWD)/i.test(name));
  const searched = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(entries), PATH: searched.join(path.delimiter) };
}

/** The last line of the first run. */
let stopped: Line | undefined;
const folder = mkdtempSync(path.join(tmpdir(), 'fresh-clone-'));
const clone = path.join(folder, 'algotrendy');
const started = performance.now();
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `npm start` in the clone. npm's own lines are not JSON and are passed by. */
async function start(...args: string[]): Promise<Run> {
  const child = spawn('npm', ['start', '--', ...args], { cwd: clone, env: newcomersEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: Line[] = [];
  let firstFillMs: number | undefined;
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const text of createInterface({ input: child.stdout })) {
    if (!text.startsWith('{')) continue;
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (line['kind'] === 'fill') firstFillMs ??= performance.now() - started;
  }
  return { code: await closed, lines, firstFillMs, errors };
}

test('within two minutes of the clone, `npm start` has traded on paper', async (t) => {
  const { status, stderr } = spawnSync('git', ['clone', '--quiet', ROOT, clone], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const { code, lines, firstFillMs, errors } = await start('--for', '20s', '--json');
  assert.equal(code, 0, errors);
  assert.deepEqual([lines[0]?.['kind'], lines[0]?.['journalSequence']], ['state', 1], 'the first line is the state that it begins with');
  assert.ok(firstFillMs !== undefined, `there is no line of kind fill among ${lines.length} lines: ${errors}`);
  assert.ok(firstFillMs <= FIRST_FILL_MS_MAX, `the first fill came after ${Math.round(firstFillMs)} ms`);
  assert.equal(lines.at(-1)?.['kind'], 'stopped');
  stopped = lines.at(-1);
  t.diagnostic(`first fill ${(firstFillMs / 1000).toFixed(1)} s after the clone began, ${lines.filter((line) => line['kind'] === 'fill').length} fills in 20 s`);
});

test('the next start goes on where the first one stopped', async () => {
  const { code, lines, errors } = await start('--for', '2s', '--json');
  assert.equal(code, 0, errors);
  for (const what of ['journalSequence', 'tsEvent', 'equity', 'fills']) assert.deepEqual(lines[0]?.[what], stopped?.[what], what);
});

test('the clone is as clean as before: installing and trading change no tracked file', () => {
  const { stdout, status } = spawnSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: '' });
});
