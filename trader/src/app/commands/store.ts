import { defineCommand } from '../command.ts';
import { flag, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';

/** Brings a journal's orders and fills into Postgres. */
export const storeCommand = defineCommand({
  name: 'store',
  group: 'Look after',
  summary: 'keep a run\'s orders, reports, fills and denials in Postgres',
  usage: 'JOURNAL [--postgres NAME] [--follow] [--anew]',
  examples: ['store .algotrendy/paper/journal.jsonl --follow', 'store .algotrendy/paper/journal.jsonl --postgres ARCHIVE_URL --json'],
  positionals: [{ name: 'JOURNAL', help: 'the journal file of a run, also while it trades; it is only read' }],
  options: {
    postgres: withDefault(value('NAME', 'the secret that holds the URL: postgres://USER:PASSWORD@HOST:PORT/DATABASE', (text) => text), 'POSTGRES_URL'),
    follow: flag('go on while the run goes on; a Postgres that is away is waited for'),
    anew: flag('throw away what is stored of the run, and store it from its beginning'),
  },
  notes: [
    'It begins behind the last record that is stored, and adds each record once, whatever breaks. The process that trades does not wait for it and does not know of it. docs/store.md names the tables.',
    'The URL is read from the environment (ALGOTRENDY_SECRET_NAME) or from $ALGOTRENDY_HOME/secrets.env, never from the command line, which other processes can see.',
  ],
  async run({ positionals, options, config, json, terminal }) {
    const { storeJournal } = await import('../wiring/journal-store.ts');
    const { openSecrets } = await import('../wiring/secret-stores.ts');
    const url = await openSecrets(config).read(options.postgres);
    if (url === undefined) throw new Refusal('usage', `there is no secret ${options.postgres}`, { hint: `Set ALGOTRENDY_SECRET_${options.postgres}=postgres://USER:PASSWORD@HOST:PORT/DATABASE` });
    const stop = new AbortController();
    const end = () => { stop.abort(); };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
    try {
      const report = await storeJournal({ journal: positionals[0], url, follow: options.follow, anew: options.anew, stop: stop.signal, onNote: (text) => { terminal.note(text); } });
      if (json) terminal.printJson(report);
      else terminal.print(`${report.journal}: ${report.records} records of run ${report.run} are stored, ${report.added} of them added now`);
    } finally {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
    }
    return 'ok';
  },
});
