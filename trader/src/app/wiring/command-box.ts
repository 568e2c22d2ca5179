import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessLock } from '../../adapters/sqlite/process-lock.ts';
import type { Command } from '../../ports/journal.ts';

/**
 * Where another process leaves a command for the one that trades: one file, so that the last
 * command counts, and one that nobody takes waits for the next start.
 */
export class CommandBox {
  readonly #folder: string;
  readonly #path: string;

  /** The box of the paper run in this state folder. */
  constructor(home: string) {
    this.#folder = join(home, 'paper');
    this.#path = join(this.#folder, 'command.json');
  }

  /** Leaves a command, in place of one that was not taken yet. */
  put(command: Command): void {
    mkdirSync(this.#folder, { recursive: true });
    const draft = `${this.#path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(command));
    renameSync(draft, this.#path);
  }

  /** Whether a run is trading here that will look into the box. */
  isWatched(): boolean {
    mkdirSync(this.#folder, { recursive: true });
    const lock = ProcessLock.take(join(this.#folder, 'lock'));
    lock?.release();
    return lock === undefined;
  }

  /** The command that waits, undefined when none does. */
  peek(): Command | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    return readCommand(text);
  }

  /** Takes the command away, once it is in the journal: a crash in between carries it out twice, which changes nothing. */
  clear(): void {
    rmSync(this.#path, { force: true });
  }
}

/** A text that is no command stops trading: someone wanted something. */
function readCommand(text: string): Command {
  try {
    const { kind, reason } = JSON.parse(text) as { kind?: unknown; reason?: unknown };
    if (kind === 'resume') return { kind };
    if ((kind === 'halt' || kind === 'flatten') && typeof reason === 'string') return { kind, reason };
  } catch {
    // Falls through to the halt.
  }
  return { kind: 'halt', reason: 'an unreadable command was left' };
}
