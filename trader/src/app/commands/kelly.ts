import { defineCommand } from '../command.ts';
import { readInteger, readText, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';

/** Shows why a position should be a small share of what Kelly says, under a prop firm's limits above all. */
export const kellyCommand = defineCommand({
  name: 'kelly',
  group: 'Research',
  summary: 'show what a fraction of Kelly risks, and how often it passes a prop firm\'s evaluation',
  usage: '[options]',
  examples: ['kelly', 'kelly --sharpe 1 --prop-firm ftmo-1-step', 'kelly --fractions 0.15,0.1,0.05 --paths 20000 --seed 7 --json', 'kelly --picture kelly.svg'],
  positionals: [],
  options: {
    fractions: withDefault(value('LIST', 'times Kelly\'s fraction, separated by commas', readFractions), '1,0.5,0.25,0.1,0.05'),
    sharpe: withDefault(value('S', 'true Sharpe ratio a year', readNumber(0.01, 20)), '1.5'),
    'prop-firm': withDefault(value('NAME', 'whose evaluation', readText), 'ftmo-challenge'),
    paths: withDefault(value('N', 'paths for each fraction', readInteger(100)), '4000'),
    steps: withDefault(value('N', 'looks at the limits a day', readInteger(1)), '24'),
    days: withDefault(value('N', 'trading days a year', readInteger(1)), '252'),
    'max-days': withDefault(value('N', 'days after which a path is unfinished', readInteger(1)), '2000'),
    error: withDefault(value('SHARE', 'standard deviation of the estimated edge, as a share of the true one', readNumber(0, 5)), '0.5'),
    seed: withDefault(value('N', 'where the random numbers begin: the same seed gives the same answers', readInteger(0)), '1'),
    picture: value('FILE', 'also draw it: one SVG file', readText),
  },
  notes: ['Equity is a diffusion without gaps and costs, so these figures are optimistic. docs/kelly.md says what the columns mean and where they come from.'],
  async run({ options, terminal, json }) {
    const { choosePropFirm } = await import('../wiring/prop-firm-rules.ts');
    const { kellyMonteCarlo } = await import('../../research/kelly-monte-carlo.ts');
    const writePicture = options.picture === undefined ? undefined : (await import('../wiring/report-file.ts')).reportFile(options.picture);
    const rules = choosePropFirm(options['prop-firm']);
    if (rules.profitTarget === null) throw new Refusal('usage', `${rules.name} has no target to reach`, { where: '--prop-firm', hint: 'Name an evaluation, such as ftmo-challenge.' });
    const plan = {
      fractions: options.fractions, sharpe: options.sharpe, paths: options.paths, stepsPerDay: options.steps, daysPerYear: options.days, maxDays: options['max-days'],
      estimateError: options.error, rules, seed: options.seed,
    };
    const progress = terminal.phases();
    const rows = kellyMonteCarlo(plan, (fraction) => progress.update('Drawing paths', fraction));
    progress.close();
    if (writePicture) {
      const { kellyPicture } = await import('../../analytics/kelly-picture.ts');
      writePicture(kellyPicture(rows.map(({ fraction, growthKept, known }) => ({ fraction, growthKept, ...known })), `${rules.name}, true Sharpe ratio ${options.sharpe}`));
    }
    if (json) {
      terminal.printJson({ ...plan, rules: rules.name, file: rules.file, rows });
      return 'ok';
    }
    const { renderKelly } = await import('../terminal/kelly-report.ts');
    terminal.print(...renderKelly(plan, rows, terminal.columns, terminal.style));
    if (options.picture !== undefined) terminal.print(`Picture: ${terminal.style.accent(options.picture)}`);
    return 'ok';
  },
});

function readFractions(text: string, name: string): readonly number[] {
  const fractions = text.split(',').map(readNumber(0.001, 2, `--${name} takes numbers from 0.001 to 2, such as 0.5,0.1, not "${text}"`));
  return fractions.toSorted((a, b) => b - a);
}

/** A number within bounds. */
function readNumber(least: number, most: number, fault?: string): (text: string, name: string | number) => number {
  return (text, name) => {
    const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new Refusal('usage', fault ?? `--${name} takes a number from ${least} to ${most}, not "${text}"`);
  };
}
