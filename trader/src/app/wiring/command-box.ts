import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessLock } from '../../adapters/sqlite/process-lock.ts';
import type { CommandOrigin, TradingCommand } from '../../ports/journal.ts';

/** What may be left for a run: whether there may be risk. */
type Left = TradingCommand & Pick<CommandOrigin, 'by'>;

/**
 * Where another process leaves a command for the one that trades: one file, so that the last
 * command counts, and one that nobody takes waits for the next start. What is taken is renamed
 * first: a command that arrives while another is carried out is not thrown away with it.
 */
export class CommandBox {
  readonly #folder: string;
  readonly #path: string;
  readonly #taken: string;

  /** The box of the run on paper, or of that at a venue, in this state folder. */
  constructor(home: string, run: 'paper' | 'live' = 'paper') {
    this.#folder = join(home, run);
    this.#path = join(this.#folder, 'command.json');
    this.#taken = join(this.#folder, 'command.taken.json');
  }

  /** Leaves a command, in place of one that was not taken yet. On a disk that takes no more a halt is left all the same; one to flatten halts, and throws. */
  put(command: Left): void {
    mkdirSync(this.#folder, { recursive: true });
    const draft = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(draft, JSON.stringify(command));
    } catch (error) {
      // What could not be written is no command, and that halts. Only its name needs room.
      const isHeard = command.kind !== 'resume' && existsSync(draft);
      if (isHeard) renameSync(draft, this.#path);
      else rmSync(draft, { force: true });
      if (!isHeard || command.kind !== 'halt') throw error;
      return;
    }
    renameSync(draft, this.#path);
  }

  /** Whether a run is trading here that will look into the box. */
  isWatched(): boolean {
    mkdirSync(this.#folder, { recursive: true });
    const lock = ProcessLock.take(join(this.#folder, 'lock'));
    lock?.release();
    return lock === undefined;
  }

  /** Whether a command waits, or is being carried out. */
  isFull(): boolean {
    return existsSync(this.#path) || existsSync(this.#taken);
  }

  /** Takes the command that waits, undefined when none does. It is given again, before any other, until it is cleared. */
  take(): Left | undefined {
    if (!existsSync(this.#taken)) {
      if (!existsSync(this.#path)) return undefined;
      renameSync(this.#path, this.#taken);
    }
    return readCommand(readFileSync(this.#taken, 'utf8'));
  }

  /** Lets go of the command that was taken, once it is in the journal: a crash in between carries it out twice, which changes nothing. */
  clear(): void {
    rmSync(this.#taken, { force: true });
  }
}

/** A text that is no command stops trading: someone wanted something. */
function readCommand(text: string): Left {
  try {
    const { kind, reason } = JSON.parse(text) as { kind?: unknown; reason?: unknown };
    if (kind === 'resume') return { kind, by: 'cli' };
    if ((kind === 'halt' || kind === 'flatten') && typeof reason === 'string') return { kind, reason, by: 'cli' };
  } catch {
    // Falls through to the halt.
  }
  return { kind: 'halt', reason: 'an unreadable command was left', by: 'cli' };
}
