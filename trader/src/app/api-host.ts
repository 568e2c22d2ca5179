import type { Worker } from 'node:worker_threads';
import type { ControlError, EngineAnswer, EngineCommand } from '../ports/engine-control.ts';
import type { Result } from '../domain/result.ts';
import type { FromWorker, ToWorker } from './api-messages.ts';
import type { EngineReporter } from './wiring/engine-reporter.ts';

/** Events that a worker may be behind, and for how long, before it is sent no more until it has caught up. */
const MOST_BEHIND = 20_000;
/** So long without a sign, while something waits for it, and it is ended. */
const HANGS_AFTER_MS = 30_000;
/** How long it may take to end by itself. */
const STOP_MS = 3_000;
/** How often a worker that died is started again, and how long after; one that has served for so long begins with all its lives. */
const LIVES = 4;
const AGAIN_AFTER_MS = 2_000;
const WELL_AFTER_MS = 10 * 60_000;

/** Who hears of the worker, and answers it. */
export interface ApiHostListener {
  onUp(url: string, firstRun: string | undefined): void;
  /** Something that a person should know: it is down, it lags, it could not listen. */
  onTrouble(text: string): void;
  onLog(text: string, level: 'info' | 'warning' | 'error'): void;
  request(command: EngineCommand): Result<EngineAnswer, ControlError>;
}

/**
 * The API's worker as the loop sees it. Nothing here waits: what the worker does not take is not sent, one that
 * dies is started again a few times, one that hangs is ended, and trading goes on whatever becomes of it.
 */
export class ApiHost {
  readonly #make: () => Worker;
  readonly #reporter: EngineReporter;
  readonly #listener: ApiHostListener;
  #worker: Worker | undefined;
  #lives = LIVES;
  #startedAt = 0;
  #listening = false;
  #taken = 0;
  /** When the oldest of what it has not taken was sent; undefined where it has taken all. */
  #behindSince: number | undefined;
  #stopping = false;
  #stopped: (() => void) | undefined;
  #again: NodeJS.Timeout | undefined;

  /** `make` starts a worker that speaks as `api-messages.ts` says. */
  constructor(make: () => Worker, reporter: EngineReporter, listener: ApiHostListener) {
    this.#make = make;
    this.#reporter = reporter;
    this.#listener = listener;
    this.#start();
  }

  /** Called at every turn of the loop: sends what happened since. */
  tend(now: number): void {
    const events = this.#reporter.take(now);
    if (events.length === 0) return;
    if (!this.#listening) {
      this.#reporter.dropped += events.length;
      if (this.#behindSince !== undefined && now - this.#behindSince > HANGS_AFTER_MS) this.#end('it does not answer');
      return;
    }
    this.#behindSince ??= now;
    this.#post({ kind: 'events', events });
    if (this.#reporter.sequence - this.#taken < MOST_BEHIND && now - this.#behindSince < HANGS_AFTER_MS / 3) return;
    this.#listening = false;
    this.#listener.onTrouble('the API is too slow for what happens: it is told again when it has caught up; trading goes on');
  }

  /** Has it end, and waits a little. */
  async close(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#again);
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => { this.#stopped = resolve; });
    this.#post({ kind: 'stop' });
    const timer = setTimeout(() => this.#stopped?.(), STOP_MS);
    await ended;
    clearTimeout(timer);
    await worker.terminate();
  }

  #start(): void {
    const worker = this.#make();
    this.#worker = worker;
    this.#startedAt = Date.now();
    // A worker that is being ended may still say something.
    const own = (work: () => void) => { if (this.#worker === worker) work(); };
    worker.on('message', (message: FromWorker) => { own(() => { this.#hear(message); }); });
    worker.on('error', (error: unknown) => { own(() => { this.#lost(error instanceof Error ? error.message : String(error)); }); });
    worker.on('exit', (code) => { own(() => { this.#lost(`it ended with code ${code}`); }); });
    // Whoever trades decides when the process ends.
    worker.unref();
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'listen':
        this.#listen();
        return;
      case 'taken':
        this.#taken = message.sequence;
        this.#behindSince = message.sequence >= this.#reporter.sequence ? undefined : Date.now();
        if (!this.#listening && this.#behindSince === undefined) this.#listen();
        return;
      case 'request':
        this.#post({ kind: 'answer', number: message.number, result: this.#answer(message.command) });
        return;
      case 'up':
        this.#listener.onUp(message.url, message.firstRun);
        return;
      case 'log':
        this.#listener.onLog(message.text, message.level);
        return;
      case 'stopped':
        this.#stopped?.();
    }
  }

  /** Begins anew with a snapshot; what waits to be told is in it. */
  #listen(): void {
    const now = Date.now();
    this.#reporter.take(now, true);
    this.#listening = true;
    this.#behindSince = now;
    this.#post({ kind: 'snapshot', snapshot: this.#reporter.snapshot(now) });
  }

  #answer(command: EngineCommand): Result<EngineAnswer, ControlError> {
    if (this.#stopping) return { ok: false, error: { kind: 'gone', message: 'the run is ending' } };
    return this.#listener.request(command);
  }

  #lost(why: string): void {
    this.#worker = undefined;
    this.#listening = false;
    this.#behindSince = undefined;
    this.#stopped?.();
    if (this.#stopping) return;
    // A run lasts for months: what died now and then leaves it a dashboard, what dies at once again and again does not.
    this.#lives = (Date.now() - this.#startedAt >= WELL_AFTER_MS ? LIVES : this.#lives) - 1;
    this.#listener.onTrouble(`the API is down: ${why}. Trading goes on. ${this.#lives > 0 ? 'It is started again.' : 'It is not started again.'}`);
    if (this.#lives > 0) this.#again = setTimeout(() => { this.#start(); }, AGAIN_AFTER_MS).unref();
  }

  #end(why: string): void {
    const worker = this.#worker;
    this.#lost(why);
    void worker?.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
