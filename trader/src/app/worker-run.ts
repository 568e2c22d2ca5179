import type { MessagePort } from 'node:worker_threads';
import type { Result } from '../domain/result.ts';
import type { ControlError, EngineAnswer, EngineCommand, EngineControl } from '../ports/engine-control.ts';
import type { EngineFeed, EngineListener } from '../ports/engine-feed.ts';
import type { FromWorker, ToWorker } from './api-messages.ts';

/** A loop that does not answer within this is taken for busy or gone: what became of the command is not known. */
const ANSWER_MS = 5_000;

/** The run as the worker knows it: what the loop sends is heard, and commands go back the same way. */
export class WorkerRun implements EngineFeed, EngineControl {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (result: Result<EngineAnswer, ControlError>) => void>();
  /** Resolves when the loop wants it to end. */
  readonly ended: Promise<void>;
  readonly #end: () => void;
  #listener: EngineListener | undefined;
  #number = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    port.on('message', (message: ToWorker) => { this.#hear(message); });
  }

  listen(listener: EngineListener): () => void {
    this.#listener = listener;
    this.say({ kind: 'listen' });
    return () => { if (this.#listener === listener) this.#listener = undefined; };
  }

  request(command: EngineCommand): Promise<Result<EngineAnswer, ControlError>> {
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(number);
        resolve({ ok: false, error: { kind: 'unknown-outcome', message: 'the run has not answered: it may still carry this out. Ask again with the same key.' } });
      }, ANSWER_MS);
      this.#waiting.set(number, (result) => {
        clearTimeout(timer);
        resolve(result);
      });
      this.say({ kind: 'request', number, command });
    });
  }

  /** Tells the loop. */
  say(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  #hear(message: ToWorker): void {
    switch (message.kind) {
      case 'snapshot':
        this.#listener?.onSnapshot(message.snapshot);
        this.say({ kind: 'taken', sequence: message.snapshot.sequence });
        return;
      case 'events':
        this.#listener?.onEvents(message.events);
        this.say({ kind: 'taken', sequence: message.events.at(-1)?.sequence ?? 0 });
        return;
      case 'answer':
        this.#waiting.get(message.number)?.(message.result);
        this.#waiting.delete(message.number);
        return;
      case 'stop':
        this.#end();
    }
  }
}
