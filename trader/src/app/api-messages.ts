import type { Result } from '../domain/result.ts';
import type { ControlError, EngineAnswer, EngineCommand } from '../ports/engine-control.ts';
import type { EngineEvent, EngineSnapshot } from '../ports/engine-feed.ts';

// What the loop that trades and the worker that the API lives in tell each other.

/** What the worker is started with. */
export interface ApiWorkerData {
  readonly home: string;
  readonly version: string;
  /** Where it listens: the port, or the next free one after it where `orNext`. */
  readonly host: string;
  readonly port: number;
  readonly orNext: boolean;
  /** What browsers see, where a proxy of this machine stands before it: `https://trade.example`. */
  readonly origin?: string | undefined;
  /** Whether the run may lose real money: some acts then take more than a password. */
  readonly realMoney: boolean;
}

/** From the loop. */
export type ToWorker =
  | { readonly kind: 'snapshot'; readonly snapshot: EngineSnapshot }
  | { readonly kind: 'events'; readonly events: readonly EngineEvent[] }
  | { readonly kind: 'answer'; readonly number: number; readonly result: Result<EngineAnswer, ControlError> }
  /** Ends the server; what is under way may end first. */
  | { readonly kind: 'stop' };

/** From the worker. */
export type FromWorker =
  /** It listens to the run from now on, beginning with a snapshot. */
  | { readonly kind: 'listen' }
  /** It has taken all events up to this one. */
  | { readonly kind: 'taken'; readonly sequence: number }
  | { readonly kind: 'request'; readonly number: number; readonly command: EngineCommand }
  /** It serves here; `firstRun` is the one-time link of the first person, where nobody has an account yet. */
  | { readonly kind: 'up'; readonly url: string; readonly firstRun: string | undefined }
  | { readonly kind: 'log'; readonly level: 'info' | 'warning' | 'error'; readonly text: string }
  | { readonly kind: 'stopped' };
