import { createInterface } from 'node:readline/promises';
import { API_OPTIONS, readApiChoice } from '../api-options.ts';
import { defineCommand } from '../command.ts';
import type { Config } from '../config.ts';
import { flag, readInterval, readText, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { LiveConsent } from '../wiring/live-consent.ts';
import type { LiveConfig } from '../wiring/live-setup.ts';

/** Trades an account at a venue: its sandbox, or real money. */
export const liveCommand = defineCommand({
  name: 'live',
  group: 'Trade',
  summary: 'trade an account at a venue: its sandbox, or real money',
  usage: '--config FILE [options]',
  examples: ['live --config sandbox.json', 'live --config sandbox.json --flatten', 'live --config live.json --confirm "trade real money on binance with 1000 USDT"'],
  positionals: [],
  options: {
    config: value('FILE', 'what to trade, where and within which limits: JSON, as docs/going-live.md shows', readText),
    for: value('60s', 'stop after so much time on the clock', readInterval),
    flatten: flag('close every position before it stops'),
    fresh: flag('put the run so far aside and begin a new one'),
    confirm: value('TEXT', 'for mode live: the words that a person would be asked to type', readText),
    ...API_OPTIONS,
  },
  notes: [
    'The configuration says mode "sandbox" or "live"; nothing else does, and nothing defaults to real money. Mode live asks for a passport of each book and for words to type.',
    'The journal in $ALGOTRENDY_HOME/live is on the disk before an order leaves. Each start repeats it, holds the venue\'s account against it, and only then trades. Ctrl-C stops cleanly and says what stays open at the venue.',
    'With --json the lines are those of paper, and one for all that is found of the account ("kind":"note") or cannot be reached ("kind":"trouble").',
  ],
  async run({ options, json, config, terminal }) {
    if (options.config === undefined) throw new Refusal('usage', 'live takes --config FILE: nothing is traded by default', { hint: 'docs/going-live.md shows one.' });
    const { readLiveConfig } = await import('../wiring/live-setup.ts');
    const run = await readLiveConfig(options.config);
    const { choosePropFirmSetup, propFirmWarnings } = await import('../wiring/prop-firm.ts');
    const firm = choosePropFirmSetup({ 'prop-firm': run.propFirm, news: run.news });
    for (const warning of firm === undefined ? [] : propFirmWarnings(firm)) terminal.note(warning);
    const { surroundings } = await import('../wiring/surroundings.ts');
    const around = surroundings(config, (what) => { terminal.note(`${run.venue}: ${what} could not be read`); });
    const access = run.mode === 'sandbox' ? 'sandbox' as const : await consentTo(run, options.confirm, config, terminal);
    const { runPaper } = await import('../paper-loop.ts');
    await runPaper({
      home: config.home, speed: Infinity, forMs: options.for, atEnd: 'wait', cash: undefined, fresh: options.fresh, json, propFirm: undefined,
      live: { config: run, access, around }, flatten: options.flatten, api: readApiChoice(options, json),
    }, terminal);
    return 'ok';
  },
});

/** Refuses without a passport of every book, and without the words. */
async function consentTo(run: LiveConfig, typed: string | undefined, config: Config, terminal: Terminal): Promise<LiveConsent> {
  const { acceptPassport, passportSubject } = await import('../wiring/passport.ts');
  const { LiveConsent: Consent, moneyOf } = await import('../wiring/live-consent.ts');
  const { parseInterval } = await import('../../domain/time.ts');
  const passports = [];
  for (const book of run.books) {
    const { strategy, passport } = book;
    if (passport === undefined) throw new Refusal('usage', `${strategy} has no passport, which real money asks for`, { where: 'books.passport', hint: 'Make one: ./algotrendy passport STRATEGY. docs/going-live.md says what it asks for.' });
    passports.push(await acceptPassport(passport, await passportSubject(book, parseInterval(run.interval) ?? 0), config));
  }
  const money = moneyOf(run);
  const words = typed ?? await ask(`This trades real money: ${money} of the account at ${run.venue}. To begin, type "${Consent.words(run.venue, money)}": `, terminal);
  const [consent] = passports.map((passport) => Consent.give(run.venue, money, passport, words));
  const { waitForTwo } = await import('../wiring/live-approval.ts');
  await waitForTwo(`${run.venue} with ${money}`, run, config, (text) => { terminal.note(text); });
  return consent;
}

async function ask(question: string, terminal: Terminal): Promise<string> {
  if (process.stdin.isTTY !== true) throw new Refusal('usage', 'nobody is there to confirm', { hint: 'Give the words with --confirm TEXT.' });
  terminal.note('');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
