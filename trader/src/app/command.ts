import type { Config } from './config.ts';
import type { ExitName } from './exit-codes.ts';
import { flag, type Options, type OptionValues } from './options.ts';
import type { Terminal } from './terminal/terminal.ts';

/** The heading under which `help` lists a command. */
export type CommandGroup = 'Trade' | 'Research' | 'Data' | 'Extend' | 'Look after';

/** One command of the command line. Its module stays light: what `run` needs, `run` imports. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly group: CommandGroup;
  /** One line for the overview. */
  readonly summary: string;
  /** What follows the name: `STRATEGY --bars FILE [options]`. */
  readonly usage: string;
  /** Whole command lines after `./algotrendy`; the first one stands in the overview. */
  readonly examples: readonly [string, ...string[]];
  /** Words that are no options, in order. */
  readonly positionals: readonly { readonly name: string; readonly help: string; readonly optional?: true }[];
  /** Its own options; `--json` and `--help` come to every command. */
  readonly options: O;
  /** Paragraphs that `--help` ends with. */
  readonly notes?: readonly string[];
  /** Does the work and says how it ended. Throws a Refusal for what a person can mend. */
  run(context: Context<O>): Promise<ExitName>;
}

/** What a command is run with. */
export interface Context<O extends Options = Options> {
  readonly options: OptionValues<O>;
  readonly positionals: readonly string[];
  /** The whole command line as it was given, the command's name first. */
  readonly words: readonly string[];
  /** The names of all commands, for one that runs others. */
  readonly commands: readonly string[];
  /** Machines read stdout: JSON only. */
  readonly json: boolean;
  readonly config: Config;
  readonly terminal: Terminal;
}

/** Options that every command has. */
export const COMMON_OPTIONS = {
  json: flag('print JSON for machines on standard output'),
  help: flag('show this help'),
} as const;

/** Declares a command, so that `run` sees its options typed. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}
