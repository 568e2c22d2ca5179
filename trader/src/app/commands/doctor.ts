import { defineCommand } from '../command.ts';
import type { Paint } from '../terminal/style.ts';
import { fit } from '../terminal/text.ts';

/** Looks at everything that a run needs, and says what to do about what is wrong. */
export const doctorCommand = defineCommand({
  name: 'doctor',
  group: 'Look after',
  summary: 'check Node, packages, disk, clock, store, data and keys, and say what to do',
  usage: '[--json]',
  examples: ['doctor', 'doctor --json'],
  positionals: [],
  options: {},
  notes: ['Every line is OK, WARN or FAIL. The exit code is 0 unless a line is FAIL, then 1. Nothing is repaired or deleted.'],
  async run({ config, terminal, json }) {
    const { checkMachine } = await import('../machine-checks.ts');
    const { checkState } = await import('../state-checks.ts');
    const { checkAccess } = await import('../access-checks.ts');
    const { checkAccounts } = await import('../account-checks.ts');
    const checks = [...checkMachine(config.home), ...await checkState(config.home), ...checkAccess(config), ...await checkAccounts(config)];
    const failed = checks.filter(({ status }) => status === 'fail').length;
    const warned = checks.filter(({ status }) => status === 'warn').length;
    if (json) {
      terminal.printJson({ status: failed > 0 ? 'fail' : warned > 0 ? 'warn' : 'ok', checks });
    } else {
      const { style } = terminal;
      const paint: Record<string, Paint> = { ok: style.good, warn: style.warn, fail: style.bad };
      const width = Math.max(...checks.map(({ name }) => name.length)) + 2;
      terminal.print(...checks.flatMap(({ name, status, detail, hint }) => [
        `${paint[status](fit(status.toUpperCase(), 6))}${fit(name, width)}${detail}`,
        ...(hint === undefined ? [] : [`${' '.repeat(6 + width)}${style.faint(`What to do: ${hint}`)}`]),
      ]));
      terminal.print('', failed > 0 ? style.bad(`${failed} failed, ${warned} to look at`)
        : warned > 0 ? style.warn(`Ready; ${warned} to look at`) : style.good('All is well.'));
    }
    return failed > 0 ? 'failure' : 'ok';
  },
});
