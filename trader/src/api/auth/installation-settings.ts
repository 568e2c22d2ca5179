import type { Accounts } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';

/** What administrators decide for everybody. */
export interface Settings {
  /** What this installation is called, on its pages. */
  readonly displayName: string;
  /** A session that rests for longer has ended. */
  readonly sessionIdleMs: number;
  /** Whether nobody may do anything without a second factor. */
  readonly requireSecondFactor: boolean;
}

/** ASVS level 2: half an hour of rest ends a session. An open dashboard does not rest. */
const INITIAL: Settings = { displayName: 'AlgoTrendy', sessionIdleMs: 30 * 60_000, requireSecondFactor: false };
/** What another process changed is seen after so long. */
const FRESH_MS = 1_000;

/** The settings, as they are kept with the accounts. */
export class InstallationSettings {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  #read: { readonly at: number; readonly settings: Settings } | undefined;

  constructor(accounts: Accounts, clock: Clock) {
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /** As they are now, or were a second ago. */
  async current(): Promise<Settings> {
    const now = this.#clock.now();
    if (this.#read !== undefined && now - this.#read.at < FRESH_MS) return this.#read.settings;
    const kept = await this.#accounts.settings();
    const settings = {
      displayName: kept.get('displayName') ?? INITIAL.displayName,
      sessionIdleMs: Number(kept.get('sessionIdleMs') ?? INITIAL.sessionIdleMs),
      requireSecondFactor: kept.get('requireSecondFactor') === 'true',
    };
    this.#read = { at: now, settings };
    return settings;
  }

  /** Changes what is given; what is absent stays. */
  async change(values: Partial<Settings>): Promise<Settings> {
    await this.#accounts.changeSettings(new Map(Object.entries(values).map(([name, value]) => [name, String(value)] as const)));
    this.#read = undefined;
    return this.current();
  }
}
