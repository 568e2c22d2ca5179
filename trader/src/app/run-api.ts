import { Worker } from 'node:worker_threads';
import type { CourierNote } from '../pipeline/courier-note.ts';
import type { Command } from '../ports/journal.ts';
import { ApiHost } from './api-host.ts';
import type { Tell } from './live-loop.ts';
import type { ApiWorkerData } from './api-messages.ts';
import { EngineReporter, type LoopFacts } from './wiring/engine-reporter.ts';
import { Operator } from './wiring/operator.ts';
import type { PaperTrader } from './wiring/paper.ts';

const HEAP_MB = 512;
/** How often prices between bars are told. */
const PRICES_EVERY_MS = 20;

/** How the API is to be served. */
export type ApiChoice = Omit<ApiWorkerData, 'home' | 'version' | 'realMoney'>;

/** What the API needs of the loop that trades. */
export interface LoopSeat {
  readonly home: string;
  readonly trader: PaperTrader;
  readonly facts: () => LoopFacts;
  readonly carryOut: (command: Command) => void;
  /** Tells a person. */
  readonly tell: Tell;
}

/** A run's API: what it tells, what it takes, and the worker on the other side. */
export class RunApi {
  readonly #reporter: EngineReporter;
  readonly #host: ApiHost;
  #told = -Infinity;
  #soonest: NodeJS.Timeout | undefined;

  constructor(choice: ApiChoice, { home, trader, facts, carryOut, tell }: LoopSeat) {
    const reporter = new EngineReporter(trader, facts);
    const operator = new Operator({ trader, carryOut, trading: () => reporter.trading(), now: Date.now });
    this.#reporter = reporter;
    trader.onPrice = () => { this.#soon(); };
    const data: ApiWorkerData = { ...choice, home, version: facts().version, realMoney: trader.run.setup.live?.world === 'live' };
    // What its heap grows to is bounded, so that it cannot take the loop's memory.
    const make = () => new Worker(new URL('./api-worker.mjs', import.meta.url), { workerData: data, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    this.#host = new ApiHost(make, reporter, {
      request: (command) => operator.request(command),
      onUp: (url, firstRun) => {
        // The link first: a screen may be too narrow for all of it.
        const text = firstRun === undefined ? `${url} is the dashboard` : `${firstRun} is the dashboard: whoever opens this link first becomes its administrator`;
        tell(text, { kind: 'api', url, firstRun: firstRun ?? null });
      },
      onTrouble: (text) => {
        reporter.alert('api', text, 'warning', Date.now());
        tell(text, { kind: 'trouble', message: text });
      },
      onLog: (text, level) => { reporter.log(text, level, Date.now()); },
    });
  }

  /** Called at every turn of the loop. */
  tend(): void {
    this.#told = performance.now();
    this.#host.tend(Date.now());
  }

  /** A price between bars waits for no turn of the loop, which may be resting; many of them are told together. */
  #soon(): void {
    this.#soonest ??= setTimeout(() => {
      this.#soonest = undefined;
      this.tend();
    }, Math.max(0, this.#told + PRICES_EVERY_MS - performance.now())).unref();
  }

  /** Takes what the loop tells a person. */
  note(text: string, note: CourierNote | undefined): void {
    const now = Date.now();
    if (note !== undefined) this.#reporter.note(note, now);
    this.#reporter.log(text, 'info', now);
  }

  close(): Promise<void> {
    clearTimeout(this.#soonest);
    return this.#host.close();
  }
}
