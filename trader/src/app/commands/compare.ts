import { defineCommand } from '../command.ts';

/** Sets two kept runs side by side. */
export const compareCommand = defineCommand({
  name: 'compare',
  group: 'Research',
  summary: 'set two kept runs side by side: what differs, from which order on, and why',
  usage: 'A B',
  examples: ['compare r7k2m r9x0c', 'compare r7k2m r9x0c --json'],
  positionals: [
    { name: 'A', help: 'the id of a kept run, or its beginning; runs lists them' },
    { name: 'B', help: 'the id of another' },
  ],
  options: {},
  notes: ['Figures are those that were kept. For the first order at which they part both runs are repeated; where one cannot be, because its bars or the build have changed, the report says so and compares the rest.'],
  async run({ positionals: [a, b], config, terminal, json }) {
    const { findRun } = await import('../wiring/run-store.ts');
    const { compare } = await import('../wiring/compare.ts');
    const report = await compare(findRun(config.home, a), findRun(config.home, b), config.home);
    if (json) terminal.printJson(report);
    else {
      const { renderComparison } = await import('../terminal/compare-report.ts');
      terminal.print(...renderComparison(report, terminal.columns, terminal.style));
    }
    return 'ok';
  },
});
