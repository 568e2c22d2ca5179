/** A file to write: its path inside the new strategy's folder, and its text. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The files of a new strategy that works before its first edit: the strategy, its test and its
 * README. `name` has passed `readStrategyName`; `source` is the path from the new folder to
 * `trader/src`, with which the files import the types and the indicators.
 */
export function strategyTemplate(name: string, source = '../../trader/src'): { readonly files: readonly TemplateFile[] } {
  const className = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const fill = (text: string) => text.replaceAll('$NAME', name).replaceAll('$CLASS', className).replaceAll('$SOURCE', () => source);
  return {
    files: [
      { path: `${name}.ts`, text: fill(STRATEGY) },
      { path: `${name}.test.ts`, text: fill(TEST) },
      { path: 'README.md', text: fill(README) },
    ],
  };
}

const STRATEGY = `import type { Bar } from '$SOURCE/domain/bar.ts';
import { integer, number } from '$SOURCE/domain/parameters.ts';
import type { Signal } from '$SOURCE/domain/signal.ts';
import { Ema } from '$SOURCE/indicators/moving-average.ts';
import type { Strategy, StrategyDefinition } from '$SOURCE/ports/strategy.ts';

const parameters = {
  period: integer(100, 2, 10_000, 'bars of the average that the close is compared with'),
  stop: number(0.05, 0.001, 0.9, 'give the position up this share below the close it was decided on'),
};

export const strategy: StrategyDefinition<typeof parameters> = {
  name: '$NAME',
  summary: 'Long while the close is above its average, with a stop.',
  parameters,
  warmup: ({ period }) => period - 1,
  create: ({ period, stop }) => new $CLASS(period, stop),
};

// One object per instrument. What it remembers is a field; a field of numbers costs nothing to keep.
class $CLASS implements Strategy {
  readonly #average: Ema;
  readonly #stop: number;

  constructor(period: number, stop: number) {
    this.#average = new Ema(period, 'sma');
    this.#stop = stop;
  }

  // Called once for every closed bar. Whatever \`signal\` says stays said until it is changed:
  // target 1 is fully long, 0 flat, -1 fully short.
  onBar(bar: Bar, signal: Signal): void {
    const average = this.#average.update(bar.close);
    if (bar.close > average) {
      if (signal.target === 0) signal.stop = bar.close * (1 - this.#stop);
      signal.target = 1;
    } else {
      signal.target = 0;
      signal.stop = NaN;
    }
  }
}
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signal } from '$SOURCE/domain/signal.ts';
import { strategy } from './$NAME.ts';

test('$NAME is long above its average, with a stop, and flat below', () => {
  const held = strategy.create({ period: 3, stop: 0.1 });
  const signal = new Signal();
  const targets = [10, 10, 10, 20, 30, 5].map((close, index) => {
    held.onBar({ timestamp: index * 60_000, open: close, high: close, low: close, close, volume: 1 }, signal);
    if (close === 20) assert.equal(signal.stop, 18);
    return signal.target;
  });
  assert.deepEqual(targets, [0, 0, 0, 1, 1, 0]);
  assert.equal(signal.stop, NaN);
});
`;

const README = `# $NAME

What it believes: a price above its average goes on rising for a while.

Rules: decided on the close of each bar. Long while the close is above its exponential average,
else flat. The stop is fixed when the position is decided on.

| parameter | default | range | meaning |
|---|---|---|---|
| period | 100 | 2 to 10000 | bars of the average that the close is compared with |
| stop | 0.05 | 0.001 to 0.9 | give the position up this share below the close it was decided on |

What it does badly: sideways markets, where the close crosses the average again and again.

Try it: \`./algotrendy backtest strategies/$NAME/$NAME.ts --bars FILE --param period=50\`
Test it: \`node_modules/.bin/node --test strategies/$NAME/$NAME.test.ts\`
`;
