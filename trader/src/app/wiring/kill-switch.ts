import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TradingState } from '../../pipeline/risk.ts';
import type { CommandOrigin, TradingCommand } from '../../ports/journal.ts';
import { Refusal } from '../refusal.ts';

/** The file whose presence stops trading in a state folder. */
export function killFile(home: string): string {
  return join(home, 'KILL');
}

/**
 * The ways to stop trading that need no program of ours: a file called KILL in the state folder
 * (flatten, and no start while it is there), and the signals SIGUSR1 (halt) and SIGUSR2 (flatten). A
 * loop that trades looks here at every turn.
 */
export class KillSwitch {
  readonly #file: string;
  /** The hardest that a signal asked for and nobody took yet. */
  #signalled: (TradingCommand & CommandOrigin) | undefined;
  #seen = false;

  constructor(home: string) {
    this.#file = killFile(home);
  }

  /** Refuses to begin while the file is there. */
  refuseStart(): void {
    if (!existsSync(this.#file)) return;
    throw new Refusal('failure', 'trading is stopped by the file KILL', { where: this.#file, hint: 'Remove it when trading may go on; a run that was flattened by it stays halted until ./algotrendy resume.' });
  }

  /** Hears the signals from now on; for good, so that none ends the process while it shuts down. */
  listen(): void {
    process.on('SIGUSR1', () => { this.#signalled ??= { kind: 'halt', reason: 'signal SIGUSR1', by: 'signal' }; });
    process.on('SIGUSR2', () => { this.#signalled = { kind: 'flatten', reason: 'signal SIGUSR2', by: 'signal' }; });
  }

  /** What is to be done now; undefined where there is nothing. While the file is there, whatever lets trading go on is undone again. */
  take(state: TradingState['kind']): (TradingCommand & CommandOrigin) | undefined {
    const there = existsSync(this.#file);
    const news = there && (!this.#seen || state === 'active');
    this.#seen = there;
    if (news) return { kind: 'flatten', reason: 'the file KILL is there', by: 'file' };
    const command = this.#signalled;
    this.#signalled = undefined;
    return command;
  }
}
