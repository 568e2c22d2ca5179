import type { ParameterSpec } from '../../domain/parameters.ts';
import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import { renderTable } from '../terminal/table.ts';

/** Lists the strategies that ship, with their parameters. */
export const strategiesCommand = defineCommand({
  name: 'strategies',
  group: 'Research',
  summary: 'list the strategies that ship, and the parameters they take',
  usage: '[NAME]',
  examples: ['strategies macd', 'strategies --json'],
  positionals: [{ name: 'NAME', help: 'only this strategy', optional: true }],
  options: {},
  notes: ['A parameter is given as --param NAME=VALUE. A strategy of your own is made by new, and named by its path.'],
  async run({ positionals: [name], terminal, json }) {
    const { STRATEGIES } = await import('../../strategies/catalog.ts');
    const chosen = STRATEGIES.filter((strategy) => name === undefined || strategy.name === name);
    if (chosen.length === 0) {
      const names = STRATEGIES.map((strategy) => strategy.name);
      throw new Refusal('usage', `unknown strategy "${name}"`, { hint: didYouMean(name ?? '', names) ?? `There are ${names.join(', ')}.` });
    }
    if (json) {
      terminal.printJson(chosen.map(({ name: called, summary, parameters }) => ({ name: called, summary, parameters })));
      return 'ok';
    }
    const { style, tableColumns } = terminal;
    const columns = [{ title: 'Parameter' }, { title: 'Default', align: 'right' }, { title: 'Allowed' }, { title: 'Meaning' }] as const;
    chosen.forEach(({ name: called, summary, parameters }, i) => {
      const rows = Object.entries(parameters).map(([key, spec]) => [{ text: key, paint: style.accent }, String(spec.default), allowed(spec), spec.help]);
      terminal.print(...(i > 0 ? [''] : []), `${style.strong(called)}  ${summary}`, ...renderTable(columns, rows, { width: tableColumns, style }));
    });
    return 'ok';
  },
});

function allowed(spec: ParameterSpec): string {
  return spec.kind === 'choice' ? spec.choices.join(', ') : `${spec.min} to ${spec.max}`;
}
