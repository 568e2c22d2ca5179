import type { Result } from '../domain/result.ts';
import type { Timestamp } from '../domain/time.ts';

/** What takes minutes: each is a command of the product, run beside trading at a lower priority. */
export type JobRequest =
  | (JobSubject & { readonly kind: 'backtest' })
  /** Values to try by parameter: `5:23:2` (from, to, step) or `a,b,c`. */
  | (JobSubject & { readonly kind: 'sweep'; readonly grid: Readonly<Record<string, string>> })
  | (JobSubject & { readonly kind: 'verdict'; readonly grid?: Readonly<Record<string, string>> });

/** What is tried, on what. */
export interface JobSubject {
  /** A strategy of the catalogue. */
  readonly strategy: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** Name of a shipped or imported file of bars, or id of stored bars (`BTC-USD.COINBASE`); never a path. */
  readonly bars: string;
  /** Length of the bars to decide on: `1h`. That of the file where it is absent. */
  readonly interval?: string;
  /** First and last day or moment, ISO 8601 UTC; the last is left out. */
  readonly from?: string;
  readonly to?: string;
  readonly cash?: string;
  /** `units:1`, `fraction:0.5`, `kelly:…`, as the command line takes it. */
  readonly sizing?: string;
  readonly feeBps?: string;
  /** Another fee, as the command line takes it: `per-share:0.005,min=1`. Not beside `feeBps`. */
  readonly fee?: string;
  /** What the bars are of, where their name does not say it: `SPY`. */
  readonly instrument?: string;
  /** Whose charges and demands count: a venue of `venues`; its own fees then, where none are given. */
  readonly venue?: string;
  readonly leverage?: string;
  readonly fill?: 'next-open' | 'close';
  /** Fill at most this share of each bar's volume: `10%`, `0.1`. */
  readonly volumeShare?: string;
  /** Ids of stored series, one for each that the strategy reads, in its order. */
  readonly series?: readonly string[];
  /** Model of slippage, as the command line takes it: `spread:2`. */
  readonly slippage?: string;
  readonly latency?: string;
}

/** Where a job stands. */
export interface JobFact {
  readonly id: string;
  readonly request: JobRequest;
  /** `lost` was running when the product ended, and is not taken up again by itself. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'canceled' | 'lost';
  /** What it is at, in a word or two: `reading bars`. */
  readonly phase: string;
  /** Of `total` in the unit of the phase; null while that is not known. */
  readonly done: number | null;
  readonly total: number | null;
  readonly by: string;
  /** Wall times; null while it has not come to it. */
  readonly createdAt: Timestamp;
  readonly startedAt: Timestamp | null;
  readonly endedAt: Timestamp | null;
  /** When it will be done, as far as its pace tells. */
  readonly etaMs: number | null;
  /** Why it failed, and what to do about it, in sentences. */
  readonly error: { readonly message: string; readonly hint: string | null } | null;
  /** The kept run that came of it: `runs` shows it; null for none. */
  readonly runId: string | null;
}

/** Why something could not be done with a job. */
export interface JobError {
  readonly kind: 'not-found' | 'invalid' | 'conflict' | 'full';
  readonly message: string;
  readonly field?: string;
}

/** The jobs of a home: kept over a restart, a few at a time, the oldest forgotten at last. */
export interface JobBoard {
  /** Puts a job in line. The same `id` again is the same job, and gives that. */
  start(id: string, request: JobRequest, by: string): Promise<Result<JobFact, JobError>>;
  /** Newest first. */
  list(): readonly JobFact[];
  get(id: string): JobFact | undefined;
  /** Ends it, if it has not ended; a job that has is a `conflict`. */
  cancel(id: string): Promise<Result<JobFact, JobError>>;
  /** The command's `--json` answer of a job that is done; undefined otherwise. */
  result(id: string): Promise<unknown>;
  /** Calls back whenever a job changes, ten times a second a job at most; the result ends that. */
  listen(listener: (job: JobFact) => void): () => void;
}
