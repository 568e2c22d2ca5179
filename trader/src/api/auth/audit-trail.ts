import type { AuditEntry, AuditFacts } from '../../domain/audit.ts';
import type { Accounts } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { addressKey } from './sign-in-throttle.ts';

/** Refusals of people that nobody knows are listed up to so many a minute and address; the rest is counted. */
const STRANGER_MOST = 10;
const MINUTE_MS = 60_000;
/** Entries that wait while the disk refuses them; beyond, the oldest are lost, which is logged. */
const WAITING_MOST = 1_000;
const LINE_MOST = 500;
/** Control characters, line ends and what turns text around: an entry is one honest line. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** What the trail says where it cannot write: an entry waits, or was lost. */
export type TrailTrouble = (message: string, error: unknown) => void;

/**
 * Writes the audit log. Trading must be stoppable on a full disk: what cannot be written waits in memory for
 * the next entry, and is told to the log of the process.
 */
export class AuditTrail {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #onTrouble: TrailTrouble;
  readonly #strangers = new Map<string, { minute: number; count: number }>();
  readonly #waiting: AuditFacts[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(accounts: Accounts, clock: Clock, onTrouble: TrailTrouble) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  /** Notes what happened; on the disk when the promise is kept. Never fails. `known` is whether it is known who it was. */
  note(facts: Omit<AuditFacts, 'at'>, known: boolean): Promise<void> {
    const more = known || facts.outcome === 'done' ? '' : this.#countStranger(facts.address);
    if (more === undefined) return Promise.resolve();
    this.#waiting.push({
      ...facts, at: this.#clock.now(), actor: oneLine(facts.actor), subject: oneLine(facts.subject), detail: oneLine(facts.detail + more), action: oneLine(facts.action),
    });
    if (this.#waiting.length > WAITING_MOST) {
      this.#waiting.shift();
      this.#onTrouble('an audit entry was lost: too many wait to be written', undefined);
    }
    return this.#writing = this.#writing.then(() => this.#flush());
  }

  /** A page of the log, the newest first. */
  read(query: Parameters<Accounts['audit']>[0]): Promise<readonly AuditEntry[]> {
    return this.#accounts.audit(query);
  }

  async #flush(): Promise<void> {
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        await this.#accounts.appendAudit(next);
        this.#waiting.shift();
      }
    } catch (error) {
      this.#onTrouble('the audit log cannot be written; its entries wait in memory', error);
    }
  }

  /** What to add to a stranger's entry; undefined where it is one too many of this minute. */
  #countStranger(address: string): string | undefined {
    const key = addressKey(address);
    const minute = Math.floor(this.#clock.now() / MINUTE_MS);
    const seen = this.#strangers.get(key);
    if (seen?.minute === minute) {
      seen.count += 1;
      return seen.count > STRANGER_MOST ? undefined : '';
    }
    if (this.#strangers.size > WAITING_MOST) this.#strangers.clear();
    this.#strangers.set(key, { minute, count: 1 });
    const unlisted = Math.max(0, (seen?.count ?? 0) - STRANGER_MOST);
    return unlisted > 0 ? ` (and ${unlisted} more before, not listed)` : '';
  }
}

function oneLine(text: string): string {
  const line = text.replaceAll(UNPRINTABLE, ' ').trim();
  return line.length > LINE_MOST ? `${line.slice(0, LINE_MOST - 1)}…` : line;
}
