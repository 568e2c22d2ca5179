import { defineCommand } from '../command.ts';

/** Shows in half a minute what the product is for, with nothing but what ships. */
export const demoCommand = defineCommand({
  name: 'demo',
  group: 'Research',
  summary: 'half a minute: a published answer beside ours, and textbook strategies judged',
  usage: '',
  examples: ['demo', 'demo --json'],
  positionals: [],
  options: {},
  notes: [
    'No key and no network. LEAN\'s published MACD on SPY is run from its own prices; then MACD and Bollinger are judged on the coins that ship, as verdict does. Runs and trials are kept as after any verdict. The exit code is 1 where an answer differs from the published one.',
  ],
  async run({ config, terminal, json }) {
    const { demo } = await import('../wiring/demo.ts');
    const progress = terminal.phases();
    const report = await demo({
      home: config.home, onProgress: (what, fraction) => progress.update(what, fraction),
      onSilence(sentence) {
        progress.close();
        terminal.note(sentence);
      },
    }).finally(() => progress.close());
    if (json) terminal.printJson(report);
    else {
      const { renderDemo } = await import('../terminal/demo-report.ts');
      terminal.print(...renderDemo(report, terminal.columns, terminal.style));
    }
    return report.lean.equal ? 'ok' : 'failure';
  },
});
