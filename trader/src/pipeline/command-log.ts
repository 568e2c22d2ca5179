import type { Timestamp } from '../domain/time.ts';
import type { Command } from '../ports/journal.ts';

/** A command that was admitted, and at which market time. */
export interface LoggedCommand {
  readonly command: Command;
  readonly tsEvent: Timestamp;
}

/** How many halts and resumptions are kept. */
const KEPT_TRADING = 1_000;

/** The commands of a run: which were carried out, who gave them, and which said when whether there may be risk. */
export class CommandLog {
  readonly #byId = new Map<string, LoggedCommand>();
  /** The newest of those that halt or resume, oldest first; how many there were. */
  readonly trading: LoggedCommand[] = [];
  halts = 0;
  /** How many of the others there were: orders of people, and changes of strategies. */
  steered = 0;

  /** The last of those that halt or resume; undefined where none did. */
  get lastTrading(): LoggedCommand | undefined {
    return this.trading.at(-1);
  }

  /** Notes a command that is about to be carried out. */
  add(command: Command, tsEvent: Timestamp): void {
    const logged = { command, tsEvent };
    if (command.id !== undefined) this.#byId.set(command.id, logged);
    if (command.kind !== 'halt' && command.kind !== 'flatten' && command.kind !== 'resume') {
      this.steered += 1;
      return;
    }
    this.halts += 1;
    this.trading.push(logged);
    if (this.trading.length > 2 * KEPT_TRADING) this.trading.splice(0, KEPT_TRADING);
  }

  /** The command of an id; undefined where it was never carried out. */
  find(id: string): LoggedCommand | undefined {
    return this.#byId.get(id);
  }
}
