import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from '../../domain/result.ts';
import type { JobBoard, JobError, JobFact, JobRequest } from '../../ports/jobs.ts';
import { jobLine } from './job-line.ts';

/** Jobs that wait, and that are kept with their results. */
const MOST_WAITING = 20;
const MOST_KEPT = 200;
/** What a result may be long; beyond it the job has failed. */
const MOST_BYTES = 64 * 2 ** 20;
/** How long a job may take to end when it is told to. */
const KILL_AFTER_MS = 3_000;
const TELL_EVERY_MS = 100;
const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));

/** How far a command is, as it tells the process that started it. */
export interface ProgressMessage {
  readonly kind: 'progress';
  readonly phase: string;
  /** Of 1. */
  readonly done: number;
}

/** A job that runs. */
interface Running {
  readonly child: ChildProcess;
  readonly output: Buffer[];
  bytes: number;
  canceled: boolean;
}

/**
 * Jobs as child processes of the product's own commands, at the lowest priority and a few at a time. Each has a folder
 * with what it is and what came of it, so a page that is loaded anew, or a restart, finds it there. A job dies
 * with the process that started it, and the next one says so.
 */
export class ChildJobs implements JobBoard {
  readonly #folder: string;
  readonly #most: number;
  readonly #jobs = new Map<string, JobFact>();
  readonly #running = new Map<string, Running>();
  readonly #toldAt = new Map<string, number>();
  readonly #listeners = new Set<(job: JobFact) => void>();
  #closed = false;

  /** The jobs of a state folder, which is also the one that they work in. */
  constructor(home: string) {
    this.#folder = join(home, 'jobs');
    // Trading and the API keep a core each where there are so many.
    this.#most = availableParallelism() > 2 ? 2 : 1;
    this.#load();
  }

  start(id: string, request: JobRequest, by: string): Promise<Result<JobFact, JobError>> {
    const known = this.#jobs.get(id);
    if (known !== undefined) return Promise.resolve({ ok: true, value: known });
    const refuse = (error: JobError) => Promise.resolve({ ok: false, error } as const);
    if (!/^[\w.:-]{1,64}$/.test(id) || /^\.+$/.test(id)) return refuse({ kind: 'invalid', message: 'an id is 1 to 64 letters, digits and . : - _', field: 'id' });
    const line = jobLine(request, 1);
    if (!line.ok) return refuse(line.error);
    if ([...this.#jobs.values()].filter(({ state }) => state === 'waiting').length >= MOST_WAITING) return refuse({ kind: 'full', message: `${MOST_WAITING} jobs wait already: cancel some, or come back later` });
    this.#forget();
    this.#keep({
      id, request, by, state: 'waiting', phase: 'waiting', done: null, total: null, createdAt: Date.now(), startedAt: null, endedAt: null, etaMs: null, error: null, runId: null,
    });
    this.#next();
    return Promise.resolve({ ok: true, value: this.#jobs.get(id) as JobFact });
  }

  list(): readonly JobFact[] {
    return [...this.#jobs.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  get(id: string): JobFact | undefined {
    return this.#jobs.get(id);
  }

  cancel(id: string): Promise<Result<JobFact, JobError>> {
    const job = this.#jobs.get(id);
    if (job === undefined) return Promise.resolve({ ok: false, error: { kind: 'not-found', message: `there is no job ${id}` } });
    if (job.endedAt !== null) return Promise.resolve({ ok: false, error: { kind: 'conflict', message: `job ${id} has ended: ${job.state}` } });
    const running = this.#running.get(id);
    if (running === undefined) this.#note({ ...job, state: 'canceled', endedAt: Date.now() });
    else {
      running.canceled = true;
      end(running.child);
      this.#note({ ...job, phase: 'canceling', etaMs: null });
    }
    return Promise.resolve({ ok: true, value: this.#jobs.get(id) as JobFact });
  }

  async result(id: string): Promise<unknown> {
    if (this.#jobs.get(id)?.state !== 'done') return undefined;
    return JSON.parse(await readFile(join(this.#folder, id, 'result.json'), 'utf8')) as unknown;
  }

  listen(listener: (job: JobFact) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** Ends what runs. It is told as canceled: a job does not outlive the run that it was started beside. */
  async close(): Promise<void> {
    this.#closed = true;
    const children = [...this.#running.values()].map((running) => {
      running.canceled = true;
      end(running.child);
      return new Promise<void>((resolve) => void running.child.once('close', () => { resolve(); }));
    });
    await Promise.all(children);
  }

  #load(): void {
    mkdirSync(this.#folder, { recursive: true });
    for (const name of readdirSync(this.#folder)) {
      const job = readJob(join(this.#folder, name, 'job.json'));
      if (job === undefined) continue;
      this.#jobs.set(job.id, job);
      if (job.endedAt !== null) continue;
      this.#note({ ...job, state: 'lost', phase: '', endedAt: Date.now(), etaMs: null, error: { message: 'AlgoTrendy ended while it was under way', hint: 'Start it again.' } });
    }
  }

  #next(): void {
    if (this.#closed) return;
    for (const job of this.list().toReversed()) {
      if (this.#running.size >= this.#most) return;
      if (job.state === 'waiting') this.#run(job);
    }
  }

  #run(job: JobFact): void {
    const line = jobLine(job.request, Math.max(1, availableParallelism() - 2));
    if (!line.ok) {
      this.#note({ ...job, state: 'failed', endedAt: Date.now(), error: { message: line.error.message, hint: null } });
      return;
    }
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--no-concurrent-recompilation', MAIN, ...line.value], { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
    const running: Running = { child, output: [], bytes: 0, canceled: false };
    this.#running.set(job.id, running);
    this.#note({ ...job, state: 'running', phase: 'starting', startedAt: Date.now() });
    // A job that was gone before it was heard of has no priority any more.
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    } catch {
      // It works at the priority of all then.
    }
    child.on('message', (message: ProgressMessage) => { this.#progress(job.id, message); });
    child.stdout?.on('data', (chunk: Buffer) => {
      running.bytes += chunk.length;
      if (running.bytes <= MOST_BYTES) running.output.push(chunk);
      else end(child);
    });
    child.on('error', (error) => { this.#ended(job.id, null, error.message); });
    child.on('close', (code) => { this.#ended(job.id, code, undefined); });
  }

  #progress(id: string, { phase, done }: ProgressMessage): void {
    const job = this.#jobs.get(id);
    const now = Date.now();
    if (job?.state !== 'running' || job.phase === 'canceling' || (phase === job.phase && now - (this.#toldAt.get(id) ?? 0) < TELL_EVERY_MS && done < 1)) return;
    this.#toldAt.set(id, now);
    const share = Math.min(1, Math.max(0, done));
    const took = now - (job.startedAt ?? now);
    this.#tell({ ...job, phase, done: Math.round(share * 1_000), total: 1_000, etaMs: share > 0.02 ? Math.round(took / share * (1 - share)) : null });
  }

  #ended(id: string, code: number | null, fault: string | undefined): void {
    const running = this.#running.get(id);
    const job = this.#jobs.get(id);
    if (running === undefined || job === undefined) return;
    this.#running.delete(id);
    this.#toldAt.delete(id);
    const over = { ...job, endedAt: Date.now(), etaMs: null, phase: '' };
    if (running.canceled) this.#note({ ...over, state: 'canceled' });
    else if (running.bytes > MOST_BYTES) this.#note({ ...over, state: 'failed', error: { message: 'what came out is too long to keep', hint: 'Try a smaller grid.' } });
    else this.#take(over, Buffer.concat(running.output).toString('utf8').trim(), code, fault);
    this.#next();
  }

  /** Keeps what a command printed, or why it did not. */
  #take(over: JobFact, text: string, code: number | null, fault: string | undefined): void {
    const answer = readAnswer(text);
    if (code === 0 && answer !== undefined) {
      try {
        writeWhole(join(this.#folder, over.id, 'result.json'), text);
      } catch (error) {
        this.#note({ ...over, state: 'failed', error: { message: `its result cannot be kept: ${error instanceof Error ? error.message : String(error)}`, hint: 'Make room, or correct the permissions of the folder, then start it again.' } });
        return;
      }
      this.#note({ ...over, state: 'done', done: 1_000, total: 1_000, runId: typeof answer.run === 'string' ? answer.run : null });
      return;
    }
    const { message = fault ?? `it ended with code ${code ?? 'none'}`, hint = null } = answer?.error ?? {};
    this.#note({ ...over, state: 'failed', error: { message, hint } });
  }

  /** On the disk first, then to who listens. */
  #keep(job: JobFact): void {
    mkdirSync(join(this.#folder, job.id), { recursive: true });
    writeWhole(join(this.#folder, job.id, 'job.json'), JSON.stringify(job));
    this.#tell(job);
  }

  /** The same of what has happened, whether or not the disk takes it: who starts again is told that the job was lost. */
  #note(job: JobFact): void {
    try {
      this.#keep(job);
    } catch {
      this.#tell(job);
    }
  }

  #tell(job: JobFact): void {
    this.#jobs.set(job.id, job);
    for (const listener of this.#listeners) listener(job);
  }

  /** Lets the oldest that have ended go. */
  #forget(): void {
    const ended = this.list().filter(({ endedAt }) => endedAt !== null);
    for (const { id } of ended.slice(MOST_KEPT - 1)) {
      this.#jobs.delete(id);
      rmSync(join(this.#folder, id), { recursive: true, force: true });
    }
  }
}

function readJob(file: string): JobFact | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const job = JSON.parse(readFileSync(file, 'utf8')) as Partial<JobFact>;
    return typeof job.id === 'string' && typeof job.state === 'string' && job.request !== undefined ? job as JobFact : undefined;
  } catch {
    return undefined;
  }
}

/** What a command printed with --json: its answer, or why there is none. */
function readAnswer(text: string): { readonly run?: unknown; readonly error?: { readonly message: string; readonly hint?: string } } | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed: whoever reads sees all of it or nothing. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.draft`, text);
  renameSync(`${file}.draft`, file);
}

function end(child: ChildProcess): void {
  child.kill('SIGINT');
  const timer = setTimeout(() => { child.kill('SIGKILL'); }, KILL_AFTER_MS);
  child.once('close', () => { clearTimeout(timer); });
}
