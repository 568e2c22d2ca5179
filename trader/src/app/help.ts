import { COMMON_OPTIONS, type Command, type CommandGroup } from './command.ts';
import type { Style } from './terminal/style.ts';
import { wrap } from './terminal/text.ts';

const GROUPS: readonly CommandGroup[] = ['Trade', 'Research', 'Data', 'Extend', 'Look after'];

/** All commands by task, one example each. */
export function overview(commands: readonly Command[], style: Style, columns: number): string[] {
  const lines = [
    `${style.strong('AlgoTrendy')}  one engine for backtest, paper and live, exact to the digit`,
    '', `${style.heading('Usage')}  ./algotrendy COMMAND [options]`,
  ];
  const nameWidth = Math.max(...commands.map(({ name }) => name.length)) + 2;
  for (const group of GROUPS) {
    const members = commands.filter((command) => command.group === group);
    if (members.length === 0) continue;
    lines.push('', style.heading(group));
    for (const { name, summary, examples } of members) {
      lines.push(...hanging(`  ${style.accent(name.padEnd(nameWidth))}`, nameWidth + 2, summary, columns));
      lines.push(`${' '.repeat(nameWidth + 2)}${style.faint(`./algotrendy ${examples[0]}`)}`);
    }
  }
  return [...lines, '', `./algotrendy COMMAND --help says what a command takes. All state lies under ${style.strong('.algotrendy/')}, or $ALGOTRENDY_HOME.`];
}

/** Usage, options, notes and examples of one command. */
export function commandHelp(command: Command, style: Style, columns: number): string[] {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS })
    .map(([name, option]) => ({ ...option, left: `--${name}${option.value === undefined ? '' : ` ${option.value}`}` }));
  const width = Math.max(...options.map(({ left }) => left.length), ...command.positionals.map(({ name }) => name.length)) + 2;
  const described = (left: string, help: string) => hanging(`  ${style.accent(left.padEnd(width))}`, width + 2, help, columns);
  return [
    `${style.strong(`algotrendy ${command.name}`)}  ${command.summary}`,
    '', `${style.heading('Usage')}  ./algotrendy ${command.name} ${command.usage}`.trimEnd(),
    ...(command.positionals.length === 0 ? [] : ['']),
    ...command.positionals.flatMap(({ name, help }) => described(name, help)),
    '', style.heading('Options'),
    ...options.flatMap(({ left, help, repeatable, fallbackText }) => described(left, [
      help, repeatable ? '(may be repeated)' : '', fallbackText === undefined ? '' : `(default ${fallbackText})`,
    ].filter((part) => part !== '').join(' '))),
    ...(command.notes ?? []).flatMap((note) => ['', ...wrap(note, columns)]),
    '', style.heading(command.examples.length > 1 ? 'Examples' : 'Example'),
    ...command.examples.map((example) => `  ./algotrendy ${example}`),
  ];
}

/** A left part of known width, and the text beside it in lines of its own column. */
function hanging(left: string, indent: number, text: string, columns: number): string[] {
  return wrap(text, Math.max(30, columns - indent)).map((line, i) => (i === 0 ? left : ' '.repeat(indent)) + line);
}
