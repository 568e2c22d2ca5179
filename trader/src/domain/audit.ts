import { LineDigest } from './id.ts';
import type { Timestamp } from './time.ts';

/** How something that was asked for ended: it happened, it was not allowed, or it was allowed and failed. */
export type AuditOutcome = 'done' | 'refused' | 'failed';

/** What the audit log says of one event. No secret ever stands in it: no password, code, token or key. */
export interface AuditFacts {
  readonly at: Timestamp;
  /** Name of who did it; `command line` for commands, `nobody` where it is not known who it was. */
  readonly actor: string;
  /** By which session or token: `session 3f…`, `token 81…`; empty for neither. */
  readonly via: string;
  /** What was asked for: the route's operation, as `signIn` or `placeOrder`, or the command's words. */
  readonly action: string;
  /** What it was done to, as an id; empty where the action says it all. */
  readonly subject: string;
  readonly outcome: AuditOutcome;
  /** The network address it came from; empty for commands. */
  readonly address: string;
  /** One line more: why it was refused, or what it changed. */
  readonly detail: string;
}

/** One link of the chain. */
export interface AuditEntry extends AuditFacts {
  /** Counts from 1 without gaps. */
  readonly sequence: number;
  /** 64 hex digits over this entry and the hash before it. */
  readonly hash: string;
}

/** The hash that the first entry follows. */
export const AUDIT_ROOT = '0'.repeat(64);

/** What chains an entry to the one before it: SHA-256 of the previous hash and of all that the entry says. */
export function auditHash(previous: string, sequence: number, facts: AuditFacts): string {
  // A text that was cut in the middle of a character is kept with a mark there, and has to be the same afterwards.
  const words = [facts.actor, facts.via, facts.action, facts.subject, facts.outcome, facts.address, facts.detail].map((text) => text.toWellFormed());
  const digest = new LineDigest();
  digest.add(previous);
  digest.add(JSON.stringify([sequence, facts.at, ...words]));
  return digest.value();
}

/** Goes along a chain and finds where it was broken: an entry that was changed, left out, put in or moved. */
export class AuditChain {
  #sequence = 0;
  #hash = AUDIT_ROOT;
  #brokenAt: number | undefined;

  /** Takes the next entry in the log's own order. */
  take(entry: AuditEntry): void {
    if (this.#brokenAt !== undefined) return;
    const expected = this.#sequence + 1;
    if (entry.sequence !== expected || entry.hash !== auditHash(this.#hash, expected, entry)) {
      this.#brokenAt = expected;
      return;
    }
    this.#sequence = expected;
    this.#hash = entry.hash;
  }

  /** Sequence of the last entry up to which all is whole; 0 where there is none. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Hash of that entry: noted elsewhere, it later proves that nothing up to it was changed or cut away. */
  get hash(): string {
    return this.#hash;
  }

  /** Sequence of the first entry that is not what it was; undefined where the chain is whole. */
  get brokenAt(): number | undefined {
    return this.#brokenAt;
  }
}
