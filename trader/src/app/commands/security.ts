import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import type { SecurityMatrix } from '../wiring/security-matrix.ts';

/** Tries every route and topic as every role, and holds what comes against the table. */
export const securityCommand = defineCommand({
  name: 'security',
  group: 'Look after',
  summary: 'try every route and topic of the API as every role, and hold the answers against the table',
  usage: 'matrix [--json]',
  examples: ['security matrix', 'security matrix --json'],
  positionals: [{ name: 'ACTION', help: 'matrix' }],
  options: {},
  notes: [
    'It starts the API\'s own server on a loopback port, over an empty state folder that is removed afterwards, and says there that real money is at stake. Nobody, people of each role, an administrator who has not confirmed lately, and tokens of each role each send a request to every route and subscribe to every topic. Nothing is traded, nobody is dialled.',
    'The exit code is 1 where an answer differs from the table.',
  ],
  async run({ positionals, terminal, json }) {
    const [action = ''] = positionals;
    if (action !== 'matrix') throw new Refusal('usage', `security does not know what to do with "${action}"`, { hint: didYouMean(action, ['matrix']) ?? 'Give matrix.' });
    const { tryEverything } = await import('../wiring/security-matrix.ts');
    const matrix = await tryEverything();
    if (json) terminal.printJson(matrix);
    else {
      const { renderTable } = await import('../terminal/table.ts');
      const columns = [{ title: 'route or topic' }, ...matrix.callers.map((title) => ({ title }))];
      terminal.print(...renderTable(columns, cellsOf(matrix), { width: terminal.tableColumns, style: terminal.style }), '', `${matrix.routes} routes and ${matrix.topics} topics, ${matrix.callers.length} callers, ${matrix.tries} tries: mismatches ${matrix.mismatches}`);
    }
    return matrix.mismatches === 0 ? 'ok' : 'failure';
  },
});

function cellsOf({ rows, callers }: SecurityMatrix): string[][] {
  return rows.map(({ kind, what, verdicts, wrong }) => [kind === 'topic' ? `topic ${what}` : what, ...callers.map((name) => (wrong.includes(name) ? `${verdicts[name]}: WRONG` : verdicts[name] === 'allowed' ? 'yes' : '-'))]);
}
