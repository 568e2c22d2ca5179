import type { Timestamp } from '../domain/time.ts';
import type { Command } from '../ports/journal.ts';

/** A command that was admitted, and at which market time. */
export interface LoggedCommand {
  readonly command: Command;
  readonly tsEvent: Timestamp;
}

/** The commands of a run: which were carried out, who gave them, and which one said last whether there may be risk. */
export class CommandLog {
  readonly #byId = new Map<string, LoggedCommand>();
  /** The last of those that halt or resume; undefined where none did. */
  lastTrading: LoggedCommand | undefined;
  /** How many of the others there were: orders of people, and changes of strategies. */
  steered = 0;

  /** Notes a command that is about to be carried out. */
  add(command: Command, tsEvent: Timestamp): void {
    const logged = { command, tsEvent };
    if (command.id !== undefined) this.#byId.set(command.id, logged);
    if (command.kind === 'halt' || command.kind === 'flatten' || command.kind === 'resume') this.lastTrading = logged;
    else this.steered += 1;
  }

  /** The command of an id; undefined where it was never carried out. */
  find(id: string): LoggedCommand | undefined {
    return this.#byId.get(id);
  }
}
