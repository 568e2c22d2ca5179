import type { Timestamp } from '../domain/time.ts';

// What people have made of a run's limits, and when they stopped it.

/** A limit of the guards as a person may change it while the run goes on. */
export interface LimitSetting {
  /** `maxExposure`, `group:coins`, …: unique in a run. */
  readonly name: string;
  /** The guard that keeps it: the `rule` of its gauges. */
  readonly rule: string;
  /** What a person calls it. */
  readonly label: string;
  /** How its figures read, as those of a gauge. */
  readonly unit: 'money' | 'share' | 'count' | 'ms';
  readonly value: number;
  /** What the run began with. */
  readonly began: number;
  /** What it may be changed to; `whole` numbers only where said. */
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** Which way it lets less pass; the other way loosens it, which takes more rights. */
  readonly tighter: 'lower' | 'higher';
  /** A sentence. */
  readonly help: string;
}

/** A change of limits by a person: those that were named, before and after. */
export interface LimitChange {
  /** The command that made it. */
  readonly command: string;
  readonly by: string;
  /** Market time, null before the first input; and wall time where it was known. */
  readonly tsEvent: Timestamp | null;
  readonly tsWall: Timestamp | null;
  readonly from: Readonly<Record<string, number>>;
  readonly to: Readonly<Record<string, number>>;
}

/** The limits that can be changed, and what was changed, oldest first. The rules of a prop firm are not among them. */
export interface LimitSettings {
  readonly items: readonly LimitSetting[];
  readonly changes: readonly LimitChange[];
}

/** That trading was halted or let go on. */
export interface HaltFact {
  /** Counts them from the beginning of the run. */
  readonly id: string;
  /** `halt` ends new risk, with `orders` also what is on its way; `flatten` closes everything as well. */
  readonly kind: 'halt' | 'flatten' | 'resume';
  readonly orders: boolean;
  /** Why; null where it was resumed. */
  readonly reason: string | null;
  /** `user:NAME`, `cli`, `key`, `file`, `signal`, `guard`, `feed`; null where that was not known yet. */
  readonly by: string | null;
  /** Market time, null before the first input; and wall time where it was known. */
  readonly tsEvent: Timestamp | null;
  readonly tsWall: Timestamp | null;
}
