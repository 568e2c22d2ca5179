import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

/** Tells why one trade of a kept run was made as it was. */
export const explainCommand = defineCommand({
  name: 'explain',
  group: 'Research',
  summary: 'tell why a trade was made: this order, at this price, in this size',
  usage: 'RUN [TRADE]',
  examples: ['explain r7k2m 3', 'explain r7k2m'],
  positionals: [
    { name: 'RUN', help: 'the id of a kept run, or its beginning; runs lists them' },
    { name: 'TRADE', help: 'number of the round trip, from 1 in order of exit; those still open come last; without it, the trades are listed', optional: true },
  ],
  options: {},
  notes: ['The run is repeated and every order of the trade is followed: the bar that decided it and what the strategy read there, how its size was reckoned, what checked it, where its price comes from, its fee, and what was held then.'],
  async run({ positionals: [id, trade], config, terminal, json }) {
    const { findRun } = await import('../wiring/run-store.ts');
    if (trade === undefined) {
      const { listTrades } = await import('../wiring/trade-list.ts');
      const list = await listTrades(findRun(config.home, id), config.home);
      const { renderTrades } = await import('../terminal/explain-report.ts');
      if (json) terminal.printJson(list);
      else terminal.print(...renderTrades(list, terminal.tableColumns, terminal.style));
      return 'ok';
    }
    if (!/^[1-9]\d{0,8}$/.test(trade)) throw new Refusal('usage', `TRADE is a whole number from 1, not "${trade}"`);
    const { explain } = await import('../wiring/explain.ts');
    const report = await explain(findRun(config.home, id), Number(trade), config.home);
    if (json) terminal.printJson(report);
    else {
      const { renderExplanation } = await import('../terminal/explain-report.ts');
      terminal.print(...renderExplanation(report, terminal.columns, terminal.style));
    }
    return 'ok';
  },
});
