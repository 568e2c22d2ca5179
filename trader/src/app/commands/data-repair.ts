import { defineCommand } from '../command.ts';
import { list, readChoice } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { formatPlural } from '../terminal/format.ts';
import type { RepairReport } from '../wiring/data-repair.ts';
import { PROVIDER_NAMES } from '../wiring/provider-hosts.ts';

/** Refills what is missing within fetched series. */
export const dataRepairCommand = defineCommand({
  name: 'data repair',
  group: 'Data',
  summary: 'refill holes of fetched series, and settle what is in quarantine',
  usage: '[SYMBOL] [--provider NAME] [--json]',
  examples: ['data repair', 'data repair AAPL --json'],
  positionals: [{ name: 'SYMBOL', help: 'a fetched symbol; all of them where none is named', optional: true }],
  options: { provider: list('NAME', `ask these, in this order, and no others: ${PROVIDER_NAMES.join(', ')}`, readChoice(...PROVIDER_NAMES)) },
  notes: ['A hole is a span between a series\' first and last bar about which no provider has told all there is, such as rows that could not be true: one provider after another is asked for it. Bars in quarantine are judged by all of them, as by data check.'],
  async run({ positionals: [symbol], options: { provider }, config, terminal, json }) {
    const { openMarketData } = await import('../wiring/market-data.ts');
    const { repairSeries } = await import('../wiring/data-repair.ts');
    const { isImported } = await import('../wiring/stored-bars.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const data = await openMarketData(config, provider.length === 0 ? undefined : provider, () => undefined);
    try {
      // Of what a person imported no provider was asked, and none is asked to fill it up.
      const fetched = (await data.store.list()).filter(({ sources }) => !sources.every(isImported));
      const chosen = fetched.filter(({ instrument }) => symbol === undefined || instrument === symbol);
      if (chosen.length === 0) throw new Refusal('bad-data', symbol === undefined ? 'nothing was fetched yet' : `${symbol}: nothing was fetched of it`, { hint: './algotrendy data fetch SYMBOL' });
      const reports: RepairReport[] = [];
      for (const series of chosen) reports.push(await repairSeries(data, series, WALL_CLOCK.now()));
      if (json) terminal.printJson({ series: reports });
      else terminal.print(...reports.flatMap(lines));
      return reports.some(({ holesLeft, quarantinedLeft }) => holesLeft + quarantinedLeft > 0) ? 'failure' : 'ok';
    } finally {
      await data.close();
    }
  },
});

function lines({ instrument, interval, holes, added, holesLeft, quarantined, quarantinedLeft, unanswered }: RepairReport): readonly string[] {
  if (holes + quarantined === 0) return [`${instrument} ${interval}: nothing is missing`];
  return [
    `${instrument} ${interval}: ${formatPlural(holes, 'hole')}, ${holesLeft} left, ${formatPlural(added, 'bar')} added; ${quarantined} in quarantine, ${quarantinedLeft} left`,
    ...unanswered.map(({ message }) => `  no answer: ${message}`),
  ];
}
