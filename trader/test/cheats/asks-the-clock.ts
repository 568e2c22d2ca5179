import type { StrategyDefinition } from '../../src/ports/strategy.ts';

/** Cheats: what it wants depends on the day on which it is run, and seldom enough to repeat itself. */
export const strategy: StrategyDefinition = {
  name: 'asks-the-clock',
  summary: 'Is long in even centuries of the clock on the wall.',
  parameters: {},
  warmup: () => 0,
  create: () => ({
    onBar(_, signal) {
      signal.target = Math.floor(new Date().getFullYear() / 100) % 2 === 0 ? 1 : 0;
    },
  }),
};
