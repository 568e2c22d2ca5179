/**
 * Every exit code of the command line, by the name that `--json` errors carry. Scripts branch on
 * these numbers: a code may be added, never changed. `docs/cli.md` lists the same table, and a
 * test holds the two together.
 */
export const EXIT_CODES = {
  ok: 0,
  /** The command ran and did not succeed: a failed check, an unexpected error. */
  failure: 1,
  /** The command line itself is wrong: unknown command, option, strategy or parameter. */
  usage: 2,
  /** A file or its contents cannot be used: unsorted, not a number, truncated, another schema. */
  'bad-data': 3,
  /** Another process holds the store. */
  busy: 4,
  /** The store or journal was written by a version that this one cannot read. */
  version: 5,
  /** The disk is full or refuses to be written. */
  disk: 6,
  /** A venue could not be reached, or would not do what it was asked. */
  venue: 7,
  /** Stopped by Ctrl-C or a termination signal before the work was done. */
  interrupted: 130,
} as const;

/** Name of an exit code. */
export type ExitName = keyof typeof EXIT_CODES;
