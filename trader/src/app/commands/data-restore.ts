import { defineCommand } from '../command.ts';
import { flag, readText, readTime, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { PLACE_OPTIONS } from '../place-options.ts';
import { formatBytes, formatCount, formatDuration, formatPlural, formatTime } from '../terminal/format.ts';
import type { Style } from '../terminal/style.ts';
import type { DrillReport } from '../wiring/restore-drill.ts';
import type { RestoreReport } from '../wiring/restore.ts';

/** Restores a backup, or proves that one could be. */
export const dataRestoreCommand = defineCommand({
  name: 'data restore',
  group: 'Data',
  summary: 'restore a backup, or drill it: measured RTO and RPO',
  usage: 'PLACE [--to FOLDER] [--as-of TIME] | PLACE --drill',
  examples: ['data restore /mnt/backups --drill', 'data restore s3://backups/trader', 'data restore /mnt/backups --as-of 2026-11-20 --to /tmp/yesterday --json'],
  positionals: [{ name: 'PLACE', help: 'where backups are kept: a folder, or s3://BUCKET/PREFIX' }],
  options: {
    to: value('FOLDER', 'the state folder to make; $ALGOTRENDY_HOME where it is not given. It must not hold anything but secrets.env', (text) => text),
    'as-of': value('TIME', 'the newest backup that began by then, such as 2026-11-20; the newest of all where it is not given', readTime),
    drill: flag('restore beside the state folder, write to it, back it up meanwhile, kill the writer, restore again, measure, and remove it all'),
    postgres: value('NAME', 'fill this Postgres with the orders of the backup; the secret that holds the URL of a database without any. A drill empties it again', readText),
    ...PLACE_OPTIONS,
  },
  notes: [
    'Every piece is authenticated, every file\'s checksum compared, every database checked by SQLite, before anything appears under its name. The key is the secret BACKUP_KEY.',
    'A drill ends with exit code 1 where restoring took an hour, the newest backup was older than 15 minutes, or something acknowledged before a backup was not in it.',
  ],
  async run({ positionals: [place = ''], options: { to, 'as-of': asOf, drill: isDrill, postgres, ...where }, config, terminal, json }) {
    const { backupKey } = await import('../wiring/backup.ts');
    const { openBackupPlace } = await import('../wiring/backup-place.ts');
    const blobs = await openBackupPlace(place, where, config);
    const key = await backupKey(config);
    const { postgresLoader } = await import('../wiring/server-copies.ts');
    const load = await postgresLoader(postgres, config);
    if (isDrill) {
      if (to !== undefined || asOf !== undefined) throw new Refusal('usage', '--drill restores the newest backup, beside the state folder', { hint: 'Leave --to and --as-of out.' });
      const { drill, RPO_LIMIT_MS, RTO_LIMIT_MS } = await import('../wiring/restore-drill.ts');
      const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
      const report = await drill(blobs, key, config.home, () => WALL_CLOCK.now(), load);
      const met = { rto: report.rtoMs < RTO_LIMIT_MS, rpo: report.rpoMs < RPO_LIMIT_MS, sound: report.underLoad.sound };
      if (json) terminal.printJson({ ...report, met });
      else terminal.print(...drillLines(report, met, terminal.style));
      return met.rto && met.rpo && met.sound ? 'ok' : 'failure';
    }
    const { restore } = await import('../wiring/restore.ts');
    const target = to ?? config.home;
    const report = await restore(blobs, key, target, asOf);
    const rows = await load?.fill(target);
    if (json) terminal.printJson({ ...report, target, postgresRows: rows ?? null });
    else {
      terminal.print(`${terminal.style.good('Restored')}  ${restoredText(report)}`, `  Into ${target}`, ...(rows === undefined ? [] : [`  ${formatPlural(rows, 'row')} into Postgres`]),
        ...(report.questdb ? [`  QuestDB: start the server with -d ${target}/servers/questdb, or move that folder to where it belongs first`] : []));
    }
    return 'ok';
  },
});

function restoredText({ id, files, bytes, databases, tookMs }: RestoreReport): string {
  return `${id}: ${formatPlural(files, 'file')}, ${formatBytes(bytes)}, ${formatPlural(databases, 'database')} sound, in ${seconds(tookMs)}`;
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : formatDuration(ms);
}

function drillLines({ restored, rtoMs, rpoMs, underLoad }: DrillReport, met: { readonly rto: boolean; readonly rpo: boolean; readonly sound: boolean }, style: Style): readonly string[] {
  const word = (good: boolean) => (good ? style.good('ok') : style.bad('MISSED'));
  return [
    `RTO  ${seconds(rtoMs)}, allowed 1 h  ${word(met.rto)}`,
    `  Restored ${restoredText(restored)}`,
    `RPO  ${seconds(rpoMs)}, allowed 15 min  ${word(met.rpo)}`,
    `  The newest backup began ${formatTime(restored.began)} UTC; what came after it would have been lost now.${met.rpo ? '' : ' Back up every ten minutes: docs/backup.md has the line for cron.'}`,
    `Under load  ${met.sound ? style.good('nothing lost that a backup had to hold') : style.bad('SOMETHING IS MISSING')}`,
    `  ${formatPlural(underLoad.backups, 'backup')} while a process wrote; ${formatCount(underLoad.acknowledgedBefore + 1)} writes acknowledged when the last one began, ${formatCount(underLoad.acknowledged + 1)} when it was killed`,
    `  Back in ${seconds(underLoad.tookMs)}: ${formatCount(underLoad.bars)} bars and ${formatCount(underLoad.records)} journal records, none missing among them; the last ${seconds(underLoad.lostMs)} are lost`,
  ];
}
