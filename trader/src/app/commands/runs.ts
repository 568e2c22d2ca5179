import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

/** Lists the runs that were kept, shows one, or forgets some. */
export const runsCommand = defineCommand({
  name: 'runs',
  group: 'Research',
  summary: 'list the backtests that were kept, show one again, or forget it',
  usage: '[show ID | rm ID]',
  examples: ['runs', 'runs show r7k2m', 'runs rm r7k2m', 'runs rm all'],
  positionals: [
    { name: 'ACTION', help: 'show or rm; without it, all runs are listed', optional: true },
    { name: 'ID', help: 'the beginning of a run\'s id is enough; all means every run, for rm', optional: true },
  ],
  options: {},
  notes: [
    'A backtest is kept in $ALGOTRENDY_HOME/runs as its request, the hash of its bars, the version, the digest of its trades and its report. The same request on the same bars by the same build has the same id. Since a run can be repeated, nothing more is kept: compare and explain run it again.',
  ],
  async run({ positionals: [action, id], terminal, config, json }) {
    const { findRun, listRuns, removeRuns } = await import('../wiring/run-store.ts');
    if (action === undefined) {
      const { runs, faults } = listRuns(config.home);
      for (const { fault } of faults) terminal.note(fault);
      const { renderRuns } = await import('../terminal/runs-report.ts');
      if (json) terminal.printJson({ runs: runs.map((run) => ({ ...run, report: { ...run.report, equityCurve: undefined, benchmarkCurve: undefined } })), faults });
      else terminal.print(...renderRuns(runs, terminal.tableColumns, terminal.style));
      return faults.length === 0 ? 'ok' : 'failure';
    }
    if ((action !== 'show' && action !== 'rm') || id === undefined) {
      throw new Refusal('usage', `runs does not know what to do with "${action}"`, { hint: 'Give show ID, rm ID or rm all, or nothing for the list.' });
    }
    if (action === 'rm') {
      const removed = removeRuns(config.home, id);
      if (json) terminal.printJson({ removed });
      else terminal.print(removed.length === 0 ? 'Nothing is kept.' : `Forgotten: ${removed.join(', ')}`);
      return 'ok';
    }
    const run = findRun(config.home, id);
    if (json) terminal.printJson(run);
    else {
      const { renderBacktest } = await import('../terminal/backtest-report.ts');
      const { loadSeconds, cpuSeconds } = run.report;
      terminal.print(
        ...renderBacktest(run.report, { columns: terminal.columns, style: terminal.style, wallMs: (loadSeconds + cpuSeconds) * 1000 }),
        '', `Run ${terminal.style.accent(run.id)} of ${run.keptAt}, version ${run.version}, digest ${run.digest}`,
      );
    }
    return 'ok';
  },
});
