import { defineCommand } from '../command.ts';
import { flag, readText, value } from '../options.ts';
import { PLACE_OPTIONS } from '../place-options.ts';
import { formatBytes, formatCount, formatPlural } from '../terminal/format.ts';

/** Adds a backup of the state folder to the backups of a folder or bucket. */
export const dataBackupCommand = defineCommand({
  name: 'data backup',
  group: 'Data',
  summary: 'back up all state, encrypted, while everything goes on',
  usage: 'PLACE [--full] [--new-key] [options]',
  examples: ['data backup /mnt/backups --new-key', 'data backup /mnt/backups', 'data backup s3://backups/trader --endpoint https://minio.example:9000 --full --json'],
  positionals: [{ name: 'PLACE', help: 'where backups are kept: a folder, better on another disk, or s3://BUCKET/PREFIX' }],
  options: {
    full: flag('rest on no piece of an earlier backup; the first one is so anyway'),
    'new-key': flag('make the key BACKUP_KEY where there is none, and keep it in $ALGOTRENDY_HOME/secrets.env'),
    postgres: value('NAME', 'with it the orders in Postgres: the secret that holds the URL, as for store', readText),
    questdb: value('FOLDER', 'with it the bars in QuestDB: the folder that the server was started with; its URL is the secret QUESTDB_URL', readText),
    ...PLACE_OPTIONS,
  },
  notes: [
    'Stores of bars, journals, runs and the record of trials are in it; keys are not, nor what can be made again (cache, sweeps). Each backup restores by itself; an incremental one writes only what is new. After 30 days backups move to PLACE/cold, after a year they are removed.',
    'Keep a copy of the key away from this machine: without it no backup can be read. docs/backup.md says how to run this every ten minutes, and how to prove that it works.',
  ],
  async run({ positionals: [place = ''], options, config, terminal, json }) {
    const { existsSync } = await import('node:fs');
    const { Refusal } = await import('../refusal.ts');
    if (!existsSync(config.home)) throw new Refusal('bad-data', `there is no state to back up: ${config.home} does not exist`, { hint: 'Point ALGOTRENDY_HOME to the folder that holds it.' });
    const { backUp, backupKey } = await import('../wiring/backup.ts');
    const { serverCopies } = await import('../wiring/server-copies.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const { openBackupPlace } = await import('../wiring/backup-place.ts');
    const blobs = await openBackupPlace(place, options, config);
    const key = await backupKey(config, options['new-key']);
    const report = await backUp(config.home, blobs, key, { full: options.full, now: () => WALL_CLOCK.now(), servers: await serverCopies(options, config) });
    if (json) {
      terminal.printJson(report);
      return 'ok';
    }
    const { id, kind, files, bytes, newBytes, retention: { online, cold, removed } } = report;
    terminal.print(
      `${terminal.style.good('Backed up')}  ${terminal.style.strong(id)}, ${kind}: ${formatPlural(files, 'file')}, ${formatBytes(bytes)}, of which ${formatBytes(newBytes)} new`,
      `  Kept now: ${formatCount(online)} of the last 30 days, ${formatCount(cold)} older${removed === 0 ? '' : `; ${formatCount(removed)} over a year old removed`}`,
    );
    return 'ok';
  },
});
