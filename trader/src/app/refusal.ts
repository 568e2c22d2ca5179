import type { ExitName } from './exit-codes.ts';

/** What a person is told when a command cannot do what was asked. */
export interface RefusalDetails {
  /** File, line or option the message is about: `bars.csv, line 12, field close`. */
  readonly where?: string;
  /** What to do next, as a full sentence. */
  readonly hint?: string;
}

/**
 * Ends a command with an exit code and one block of words: what is wrong, where, and what to do
 * next. Thrown anywhere below a command, printed in one place (`main.ts`), without a stack trace.
 */
export class Refusal extends Error {
  readonly code: Exclude<ExitName, 'ok'>;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(code: Exclude<ExitName, 'ok'>, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.where = details.where;
    this.hint = details.hint;
  }
}
