import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cron } from 'croner';
import { z } from 'zod';
import { ProcessLock } from '../../adapters/sqlite/process-lock.ts';
import type { Timestamp } from '../../domain/time.ts';
import { Refusal } from '../refusal.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** Commands that go on until they are stopped, or begin to trade: nobody wants those begun by a clock. */
const NOT_BY_CLOCK: readonly string[] = ['paper', 'live', 'watchdog', 'schedule'];
/** No timer of Node's waits for longer than 24 days, and a machine that slept wakes up late. */
const LONGEST_WAIT_MS = 60_000;
const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));

/** A command that is run at certain times. */
export interface Job {
  readonly name: string;
  /** Five fields, or six with seconds in front: minute, hour, day, month, weekday, in UTC. */
  readonly cron: string;
  /** What follows `./algotrendy`. */
  readonly words: readonly string[];
}

/** How a run of a job ended; `exitCode` is null while it goes on, and where it was killed. */
export interface JobRun {
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp | null;
  readonly exitCode: number | null;
}

/** A job, how its last run went, and when the next is due; undefined where it never was, or never will be. */
export interface JobStatus extends Job {
  readonly last: JobRun | undefined;
  readonly nextAt: Timestamp | undefined;
  /** What its last run said. */
  readonly log: string;
}

const file = z.strictObject({ jobs: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), z.strictObject({ cron: z.string(), run: z.union([z.string(), z.array(z.string()).min(1)]) })) });
const run = z.object({ startedAt: z.number(), endedAt: z.number().nullable(), exitCode: z.number().nullable() });

/** The jobs of `$ALGOTRENDY_HOME/schedule.json`. Refuses where there is none, times that are none, and commands that are none of `commands`, or that no clock should begin. */
export function readSchedule(home: string, commands: readonly string[]): readonly Job[] {
  const path = join(home, 'schedule.json');
  const refuse = (problem: string) => new Refusal('usage', `${path}: ${problem}`, { hint: 'It reads like {"jobs": {"nightly": {"cron": "30 0 * * 2-6", "run": "data batch --universe sp500"}}}; times are UTC.' });
  if (!existsSync(path)) throw refuse('is not there, so nothing is scheduled');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw refuse('is no JSON');
  }
  const read = file.safeParse(json);
  if (!read.success) throw refuse(`${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}`.trim());
  return Object.entries(read.data.jobs).map(([name, { cron, run: text }]) => {
    const words = typeof text === 'string' ? text.split(/\s+/).filter((word) => word !== '') : text;
    const command = [words.slice(0, 2).join(' '), words[0] ?? ''].find((each) => commands.includes(each));
    if (command === undefined) throw refuse(`jobs.${name}.run: there is no command "${words.join(' ')}"`);
    if (NOT_BY_CLOCK.includes(command)) throw refuse(`jobs.${name}.run: ${command} is not begun by a clock`);
    try {
      timesOf(cron);
    } catch (error) {
      throw refuse(`jobs.${name}.cron: ${error instanceof Error ? error.message : String(error)}`);
    }
    return { name, cron, words };
  });
}

function timesOf(cron: string): Cron {
  return new Cron(cron, { timezone: 'UTC', paused: true });
}

/** Each job with its last run and its next time. */
export function statusOf(home: string, jobs: readonly Job[]): readonly JobStatus[] {
  return jobs.map((job) => ({ ...job, last: lastRun(home, job), nextAt: timesOf(job.cron).nextRun()?.getTime(), log: logOf(home, job) }));
}

function logOf(home: string, { name }: Job): string {
  return join(home, 'schedule', `${name}.log`);
}

function lastRun(home: string, { name }: Job): JobRun | undefined {
  const path = join(home, 'schedule', `${name}.json`);
  if (!existsSync(path)) return undefined;
  try {
    return run.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined; // torn by a power cut: as if it had never run
  }
}

function keepRun(home: string, { name }: Job, told: JobRun): void {
  const path = join(home, 'schedule', `${name}.json`);
  writeFileSync(`${path}.draft`, JSON.stringify(told));
  renameSync(`${path}.draft`, path);
}

/** What a schedule tells as it happens. */
export type ScheduleNews =
  | { readonly kind: 'waiting'; readonly job: string; readonly nextAt: Timestamp | undefined }
  | { readonly kind: 'started'; readonly job: string }
  | { readonly kind: 'ended'; readonly job: string; readonly exitCode: number | null; readonly tookMs: number };

/**
 * Runs jobs at their times until `stop`, each in a process of its own that is told to end then, too. A job is not begun
 * while it still runs. One whose time came while nothing ran here is begun at once, and once only. Refuses
 * where another process does the same in this home.
 */
export async function keepSchedule(home: string, jobs: readonly Job[], stop: AbortSignal, tell: (news: ScheduleNews) => void): Promise<void> {
  const folder = join(home, 'schedule');
  mkdirSync(folder, { recursive: true });
  const lock = ProcessLock.take(join(folder, 'lock'));
  if (lock === undefined) throw new Refusal('busy', 'another process runs the schedule of this home', { where: folder, hint: 'Stop that one first, or use another ALGOTRENDY_HOME.' });
  try {
    await Promise.all(jobs.map((job) => keepJob(home, job, stop, tell)));
  } finally {
    lock.release();
  }
}

async function keepJob(home: string, job: Job, stop: AbortSignal, tell: (news: ScheduleNews) => void): Promise<void> {
  const times = timesOf(job.cron);
  // One that never ran waits for its time; one that missed its time does not.
  let from = lastRun(home, job)?.startedAt ?? WALL_CLOCK.now();
  while (!stop.aborted) {
    const next = times.nextRun(new Date(from))?.getTime();
    tell({ kind: 'waiting', job: job.name, nextAt: next });
    if (next === undefined) return;
    await until(next, stop);
    if (stop.aborted) return;
    from = WALL_CLOCK.now();
    tell({ kind: 'started', job: job.name });
    const { exitCode, endedAt } = await runJob(home, job, stop);
    tell({ kind: 'ended', job: job.name, exitCode, tookMs: (endedAt ?? from) - from });
    // Times that came while it ran are passed over.
    from = Math.max(from, WALL_CLOCK.now());
  }
}

/** Runs a job now, to its end; what it says goes to its log. */
export async function runJob(home: string, job: Job, stop: AbortSignal): Promise<JobRun> {
  mkdirSync(join(home, 'schedule'), { recursive: true });
  const startedAt = WALL_CLOCK.now();
  keepRun(home, job, { startedAt, endedAt: null, exitCode: null });
  const log = openSync(logOf(home, job), 'w');
  const exitCode = await new Promise<number | null>((resolve) => {
    const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...job.words], { stdio: ['ignore', log, log], env: { ...process.env, ALGOTRENDY_HOME: home } });
    const end = () => { child.kill('SIGINT'); };
    stop.addEventListener('abort', end, { once: true });
    child.on('error', () => { resolve(null); });
    child.on('exit', (code) => {
      stop.removeEventListener('abort', end);
      resolve(code);
    });
  });
  closeSync(log);
  const ended = { startedAt, endedAt: WALL_CLOCK.now(), exitCode };
  keepRun(home, job, ended);
  return ended;
}

/** Waits for a moment of the machine's clock, looking at it again and again, for it may be set. */
async function until(moment: Timestamp, stop: AbortSignal): Promise<void> {
  while (WALL_CLOCK.now() < moment && !stop.aborted) {
    await new Promise<void>((resolve) => {
      const wake = () => {
        calm();
        stop.removeEventListener('abort', wake);
        resolve();
      };
      const calm = WALL_CLOCK.after(Math.min(LONGEST_WAIT_MS, moment - WALL_CLOCK.now()), wake);
      stop.addEventListener('abort', wake, { once: true });
    });
  }
}
