import { defineCommand, type Context } from '../command.ts';
import type { ExitName } from '../exit-codes.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import type { Job, ScheduleNews } from '../wiring/schedule.ts';

const ACTIONS = ['run', 'list', 'now'] as const;
type ScheduleContext = Context<Record<never, never>>;

/** Runs other commands at their times. */
export const scheduleCommand = defineCommand({
  name: 'schedule',
  group: 'Look after',
  summary: 'run other commands at times that cron expressions name',
  usage: 'run | list | now JOB',
  examples: ['schedule run', 'schedule list', 'schedule now nightly'],
  positionals: [{ name: 'ACTION', help: 'run, list or now' }, { name: 'JOB', help: 'now: the job to run', optional: true }],
  options: {},
  notes: [
    'What is to be run stands in $ALGOTRENDY_HOME/schedule.json: {"jobs": {"nightly": {"cron": "30 0 * * 2-6", "run": "data batch --universe sp500"}}}. A cron expression has minute, hour, day, month and weekday, in UTC, or seconds in front of them; "run" is a command line, or a list of its words where one holds a space.',
    'run goes on until Ctrl-C, which ends what runs, too. A job is not begun while it still runs; one whose time came while nothing ran here is begun at once. What a job says is in schedule/JOB.log of the state folder. Commands that trade are not begun by a clock.',
  ],
  async run(context) {
    const [action, name] = context.positionals;
    const { readSchedule } = await import('../wiring/schedule.ts');
    if (!ACTIONS.some((each) => each === action)) throw new Refusal('usage', `schedule does not know what to do with "${action}"`, { hint: didYouMean(action ?? '', ACTIONS) ?? 'Give run, list or now.' });
    if (action !== 'now' && name !== undefined) throw new Refusal('usage', `schedule ${action} takes no more words, and was given "${name}"`);
    const jobs = readSchedule(context.config.home, context.commands);
    if (action === 'list') return list(context, jobs);
    return action === 'run' ? keep(context, jobs) : now(context, jobs, name);
  },
});

async function list({ config, terminal, json }: ScheduleContext, jobs: readonly Job[]): Promise<ExitName> {
  const { statusOf } = await import('../wiring/schedule.ts');
  const { formatTime } = await import('../terminal/format.ts');
  const { renderTable } = await import('../terminal/table.ts');
  const status = statusOf(config.home, jobs);
  if (json) terminal.printJson({ jobs: status.map(({ nextAt, last, ...job }) => ({ ...job, nextAt: isoOrNull(nextAt), last: last === undefined ? null : { startedAt: isoOrNull(last.startedAt), endedAt: isoOrNull(last.endedAt), exitCode: last.exitCode } })) });
  else {
    const rows = status.map(({ name, cron, words, nextAt, last }) => [
      { text: name, paint: terminal.style.strong }, cron, nextAt === undefined ? 'never' : formatTime(nextAt), last === undefined ? 'never ran' : `${formatTime(last.startedAt)}, ${outcomeOf(last.exitCode, last.endedAt)}`, words.join(' '),
    ]);
    terminal.print(...renderTable([{ title: 'Job' }, { title: 'Cron', rank: 2 }, { title: 'Next (UTC)' }, { title: 'Last (UTC)' }, { title: 'Command', rank: 1 }], rows, { width: terminal.tableColumns, style: terminal.style }));
  }
  return 'ok';
}

function outcomeOf(exitCode: number | null, endedAt: number | null): string {
  if (endedAt === null) return 'not ended';
  return exitCode === 0 ? 'ok' : exitCode === null ? 'killed' : `failed (${exitCode})`;
}

async function keep({ config, terminal, json }: ScheduleContext, jobs: readonly Job[]): Promise<ExitName> {
  const { keepSchedule } = await import('../wiring/schedule.ts');
  const { formatDuration, formatTime } = await import('../terminal/format.ts');
  const stop = untilStopped();
  const say = (news: ScheduleNews): string => {
    if (news.kind === 'waiting') return news.nextAt === undefined ? `${news.job}: its time never comes` : `${news.job}: next at ${formatTime(news.nextAt)} UTC`;
    return news.kind === 'ended' ? `${news.job}: ${outcomeOf(news.exitCode, 0)} after ${formatDuration(news.tookMs)}` : `${news.job}: started`;
  };
  await keepSchedule(config.home, jobs, stop, (news) => {
    if (json) terminal.printJson('nextAt' in news ? { ...news, nextAt: isoOrNull(news.nextAt) } : news);
    else terminal.print(say(news));
  });
  return 'ok';
}

async function now({ config, terminal, json }: ScheduleContext, jobs: readonly Job[], name: string | undefined): Promise<ExitName> {
  const { runJob, statusOf } = await import('../wiring/schedule.ts');
  const job = jobs.find((each) => each.name === name);
  const names = jobs.map((each) => each.name);
  if (job === undefined) throw new Refusal('usage', name === undefined ? 'which job?' : `there is no job "${name}"`, { hint: didYouMean(name ?? '', names) ?? `There is ${names.join(', ')}.` });
  const { startedAt, endedAt, exitCode } = await runJob(config.home, job, untilStopped());
  const [{ log }] = statusOf(config.home, [job]);
  if (json) terminal.printJson({ job: job.name, startedAt: isoOrNull(startedAt), endedAt: isoOrNull(endedAt), exitCode, log });
  else terminal.print(`${job.name}: ${outcomeOf(exitCode, endedAt)}; what it said is in ${log}`);
  return exitCode === 0 ? 'ok' : 'failure';
}

/** Given off at Ctrl-C, or at the end that a service manager asks for. */
function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop.abort(); });
  return stop.signal;
}

function isoOrNull(moment: number | null | undefined): string | null {
  return moment === undefined || moment === null ? null : new Date(moment).toISOString();
}
