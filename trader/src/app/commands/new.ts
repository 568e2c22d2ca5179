import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineCommand } from '../command.ts';
import { readText, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';

const SOURCE = fileURLToPath(new URL('../../', import.meta.url));

/** Makes the files of a new strategy. */
export const newCommand = defineCommand({
  name: 'new',
  group: 'Extend',
  summary: 'make a new strategy that works before its first edit: code, test and README',
  usage: 'strategy NAME [--dir FOLDER]',
  examples: ['new strategy night-breakout', 'new strategy night-breakout --dir ~/strategies'],
  positionals: [
    { name: 'KIND', help: 'what to make: strategy' },
    { name: 'NAME', help: 'lower-case words joined by hyphens' },
  ],
  options: {
    dir: withDefault(value('FOLDER', 'where the strategy\'s own folder goes', readText), 'strategies'),
  },
  async run({ positionals: [kind, name = ''], options, terminal, json }) {
    if (kind !== 'strategy') throw new Refusal('usage', `new makes a strategy, not "${kind}"`, { hint: `./algotrendy new strategy ${name || 'NAME'}` });
    const { readStrategyName } = await import('../../strategies/catalog.ts');
    const { strategyTemplate } = await import('../../strategies/template.ts');
    const checked = readStrategyName(name);
    if (!checked.ok) throw new Refusal('usage', checked.error.message);
    const folder = join(options.dir, name);
    if (existsSync(folder)) throw new Refusal('usage', `${folder} is there already`, { hint: 'Choose another name, or another --dir.' });
    const { files } = strategyTemplate(name, relative(resolve(folder), SOURCE).split(sep).join('/'));
    mkdirSync(folder, { recursive: true });
    const paths = files.map((file) => join(folder, file.path));
    try {
      for (const { path, text } of files) writeFileSync(join(folder, path), text, { flag: 'wx' });
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
    if (json) {
      terminal.printJson({ strategy: name, folder, files: paths });
      return 'ok';
    }
    const [code = '', test = ''] = paths;
    const { commandText, shellWord } = await import('../wiring/run-sheet.ts');
    terminal.print(
      `${terminal.style.good('Made')} ${terminal.style.strong(folder)}`, ...paths.map((path) => `  ${path}`), '',
      `Run it:   ${commandText(['backtest', runnable(code), '--bars', 'FILE'])}`,
      `Test it:  node_modules/.bin/node --test ${shellWord(test)}`,
    );
    return 'ok';
  },
});

/** A path that no one takes for a strategy's name. */
function runnable(path: string): string {
  return path.includes('/') || path.includes(sep) ? path : `./${path}`;
}
