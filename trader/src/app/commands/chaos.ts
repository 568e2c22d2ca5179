import { MUTANTS } from '../../research/exchange-mutants.ts';
import { defineCommand } from '../command.ts';
import { readChoice, readInteger, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';

/** Lets an exchange lie to us, seed after seed, and counts what it can make us do wrong. */
export const chaosCommand = defineCommand({
  name: 'chaos',
  group: 'Look after',
  summary: 'let an exchange that lies try to make us lose an order or a fill',
  usage: 'exchange [options]',
  examples: [
    'chaos exchange --seeds 1:5000',
    'chaos exchange --seeds 1:200 --mutant resend-on-timeout',
    'chaos exchange --trace 64',
    'chaos exchange --seeds 1:5000 --workers 2 --json',
  ],
  positionals: [{ name: 'SUBJECT', help: 'exchange: time-outs, lost and repeated frames, stale answers, bans, and deaths of our own process' }],
  options: {
    seeds: withDefault(value('FROM:TO', 'which seeds to run, both ends included', readSeeds), '1:500'),
    workers: value('N', 'threads at most; as many as there are processors where not given', readInteger(1)),
    mutant: value('NAME', `plant a bug, which must be found: ${Object.keys(MUTANTS).join(', ')}`, readChoice(...Object.keys(MUTANTS))),
    trace: value('SEED', 'run this seed alone and tell what happens in it, line by line', readInteger(0)),
  },
  notes: [
    'The exit code is 1 where anything did not hold, and so it is for a planted bug that was found.',
    'Everything in a seed follows from its number: a seed that fails, fails again.',
  ],
  async run({ positionals, options, terminal, json }) {
    if (positionals[0] !== 'exchange') throw new Refusal('usage', `there is no chaos of "${positionals[0]}"`, { hint: 'Use: ./algotrendy chaos exchange' });
    const { runChaos, traceSeed } = await import('../wiring/chaos.ts');
    const report = await import('../terminal/chaos-report.ts');
    const { mutant, trace, workers } = options;
    if (trace !== undefined) {
      const lines: string[] = [];
      const violations = await traceSeed(trace, mutant, (line) => void (json ? lines.push(line) : terminal.print(line)));
      if (json) terminal.printJson({ seed: trace, mutant: mutant ?? null, lines, violations });
      else terminal.print(...report.renderTrace(trace, violations, terminal.style));
      return violations.length === 0 ? 'ok' : 'failure';
    }
    const progress = terminal.phases();
    const chaos = await runChaos({ ...options.seeds, mutant, workers }, (fraction) => progress.update('Lying', fraction)).finally(() => progress.close());
    if (json) terminal.printJson(chaos);
    else terminal.print(...report.renderChaos(chaos, terminal.columns, terminal.style));
    return chaos.failed === 0 ? 'ok' : 'failure';
  },
});

function readSeeds(text: string, name: string): { readonly from: number; readonly to: number } {
  const match = /^(\d{1,12}):(\d{1,12})$/.exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (match && from <= to) return { from, to };
  throw new Refusal('usage', `--${name} takes two whole numbers such as 1:5000, the lower first, not "${text}"`);
}
