import { COMMON_OPTIONS, type Command } from './command.ts';
import { COMMANDS, loadCommands } from './commands/catalog.ts';
import { NO_CONFIG, readConfig, type Config } from './config.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { commandHelp, overview } from './help.ts';
import { parseLine } from './options.ts';
import { Refusal, toRefusal } from './refusal.ts';
import { didYouMean } from './suggestion.ts';
import { Terminal, type TextStream } from './terminal/terminal.ts';

/**
 * Runs one command line, `words` being what follows the program's name, and gives its exit code.
 * Every failure ends here: one block of words on `stderr`, and with `--json` one object on `stdout`.
 */
export async function runCommandLine(
  words: readonly string[], stdout: TextStream, stderr: TextStream,
): Promise<number> {
  let config = NO_CONFIG;
  let terminal = new Terminal(stdout, stderr, config);
  try {
    config = await readConfig();
    terminal = new Terminal(stdout, stderr, config);
    return EXIT_CODES[await dispatch(words, config, terminal)];
  } catch (error) {
    return report(error, words, config.debug, terminal);
  }
}

async function dispatch(words: readonly string[], config: Config, terminal: Terminal) {
  const [first, ...others] = words;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && others.length === 0)) {
    terminal.print(...overview(await loadCommands(), terminal.style, terminal.columns));
    return 'ok' as const;
  }
  const wantsHelp = first === 'help' || asksForHelp(others);
  const { name, rest } = splitName(first === 'help' ? others : words);
  const command = await findCommand(name === '--version' ? 'version' : name);
  if (wantsHelp) {
    terminal.print(...commandHelp(command, terminal.style, terminal.columns));
    return 'ok' as const;
  }
  const line = parseLine({ ...command.options, ...COMMON_OPTIONS }, rest);
  checkPositionals(command, line.positionals);
  return command.run({ ...line, words, commands: Object.keys(COMMANDS), json: line.options.json, config, terminal });
}

/** A command's name is one word, or two where the catalogue has such a one: `data fetch`. */
export function splitName(words: readonly string[]): { readonly name: string; readonly rest: readonly string[] } {
  const two = words.slice(0, 2).join(' ');
  return words.length > 1 && Object.hasOwn(COMMANDS, two) ? { name: two, rest: words.slice(2) } : { name: words[0] ?? '', rest: words.slice(1) };
}

/** Help is given even beside a faulty option: who asks for it may be about to mend that. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

async function findCommand(name: string): Promise<Command> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load) return load();
  throw new Refusal('usage', name.startsWith('-') ? `the first word must be a command, not ${name}` : `unknown command "${name}"`, {
    hint: didYouMean(name, Object.keys(COMMANDS)) ?? 'Run ./algotrendy help to see all commands.',
  });
}

function checkPositionals(command: Command, given: readonly string[]): void {
  const hint = { hint: `Usage: ./algotrendy ${command.name} ${command.usage}` };
  const missing = command.positionals[given.length];
  if (missing !== undefined && missing.optional !== true) {
    throw new Refusal('usage', `${command.name} needs ${missing.name}: ${missing.help}`, hint);
  }
  const extra = given[command.positionals.length];
  if (extra !== undefined) throw new Refusal('usage', `${command.name} does not know what to do with "${extra}"`, hint);
}

/** Says what went wrong and gives the exit code. The stack is for those who ask for it. */
function report(error: unknown, words: readonly string[], debug: boolean, terminal: Terminal): number {
  const refusal = toRefusal(error);
  const style = terminal.noteStyle;
  terminal.note(
    `${style.bad('algotrendy:')} ${style.strong(refusal.message)}`,
    ...(refusal.where === undefined ? [] : [`  Where: ${refusal.where}`]),
    ...(refusal.hint === undefined ? [] : [`  What to do: ${refusal.hint}`]),
  );
  if (debug && error instanceof Error) terminal.note(String(error.stack));
  if (words.includes('--json')) {
    const { code, message, where, hint } = refusal;
    terminal.printJson({ error: { code, message, where, hint } });
  }
  return EXIT_CODES[refusal.code];
}
