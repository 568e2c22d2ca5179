import type { Command } from '../command.ts';

/** Every command by its name, in the order in which the overview lists them; loaded when asked for. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  paper: async () => (await import('./paper.ts')).paperCommand,
  live: async () => (await import('./live.ts')).liveCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  halt: async () => (await import('./halt.ts')).haltCommand,
  flatten: async () => (await import('./halt.ts')).flattenCommand,
  resume: async () => (await import('./halt.ts')).resumeCommand,
  limits: async () => (await import('./limits.ts')).limitsCommand,
  watchdog: async () => (await import('./watchdog.ts')).watchdogCommand,
  demo: async () => (await import('./demo.ts')).demoCommand,
  backtest: async () => (await import('./backtest.ts')).backtestCommand,
  sweep: async () => (await import('./sweep.ts')).sweepCommand,
  walkforward: async () => (await import('./walkforward.ts')).walkforwardCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  verdict: async () => (await import('./verdict.ts')).verdictCommand,
  passport: async () => (await import('./passport.ts')).passportCommand,
  runs: async () => (await import('./runs.ts')).runsCommand,
  compare: async () => (await import('./compare.ts')).compareCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  ticks: async () => (await import('./ticks.ts')).ticksCommand,
  montecarlo: async () => (await import('./montecarlo.ts')).monteCarloCommand,
  kelly: async () => (await import('./kelly.ts')).kellyCommand,
  report: async () => (await import('./report.ts')).reportCommand,
  strategies: async () => (await import('./strategies.ts')).strategiesCommand,
  indicator: async () => (await import('./indicator.ts')).indicatorCommand,
  import: async () => (await import('./import.ts')).importCommand,
  data: async () => (await import('./data.ts')).dataCommand,
  'data fetch': async () => (await import('./data-fetch.ts')).dataFetchCommand,
  'data batch': async () => (await import('./data-batch.ts')).dataBatchCommand,
  'data check': async () => (await import('./data-check.ts')).dataCheckCommand,
  'data repair': async () => (await import('./data-repair.ts')).dataRepairCommand,
  'data simulate': async () => (await import('./data-simulate.ts')).dataSimulateCommand,
  economic: async () => (await import('./economic.ts')).economicCommand,
  sentiment: async () => (await import('./sentiment.ts')).sentimentCommand,
  'data status': async () => (await import('./data-status.ts')).dataStatusCommand,
  'data backup': async () => (await import('./data-backup.ts')).dataBackupCommand,
  'data restore': async () => (await import('./data-restore.ts')).dataRestoreCommand,
  new: async () => (await import('./new.ts')).newCommand,
  keys: async () => (await import('./keys.ts')).keysCommand,
  store: async () => (await import('./store.ts')).storeCommand,
  schedule: async () => (await import('./schedule.ts')).scheduleCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  chaos: async () => (await import('./chaos.ts')).chaosCommand,
  bench: async () => (await import('./bench.ts')).benchCommand,
  version: async () => (await import('./version.ts')).versionCommand,
};

/** All commands, for the overview and the tests that hold for each of them. */
export function loadCommands(): Promise<Command[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}
