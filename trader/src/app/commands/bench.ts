import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

/** Runs the benchmarks in a process of their own, so that nothing of this one is measured. */
export const benchCommand = defineCommand({
  name: 'bench',
  group: 'Look after',
  summary: 'measure the speed of this machine and build against the stated limits',
  usage: '[SUITE]',
  examples: ['bench', 'bench indicators --json'],
  positionals: [{ name: 'SUITE', help: 'only this suite of figures', optional: true }],
  options: {},
  notes: ['Figures are of CPU time, medians of several runs. A missed limit is shown and does not change the exit code: a busy machine is no defect.'],
  async run({ positionals, json }) {
    const script = fileURLToPath(new URL('../../../bench/main.ts', import.meta.url));
    if (!existsSync(script)) throw new Refusal('failure', 'the benchmarks are not installed', { hint: 'Run from a clone of the repository.' });
    // As the launcher started this one, or it would measure another Node than commands run on.
    const words = [...process.execArgv, script, ...positionals, ...(json ? ['--json'] : [])];
    const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
    return status === 0 ? 'ok' : status === 2 ? 'usage' : 'failure';
  },
});
