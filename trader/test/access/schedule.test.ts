import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { JobRun, ScheduleNews } from '../../src/app/wiring/schedule.ts';
import { runProduct, type Ended } from './product-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'schedule-'));
after(() => { rmSync(folder, { recursive: true }); });

let homes = 0;
/** A home with this schedule; `last` is when its jobs were begun before. */
function homeWith(schedule: unknown, last: Readonly<Record<string, Partial<JobRun>>> = {}): string {
  const home = join(folder, `home-${++homes}`);
  mkdirSync(join(home, 'schedule'), { recursive: true });
  writeFileSync(join(home, 'schedule.json'), typeof schedule === 'string' ? schedule : JSON.stringify(schedule));
  for (const [name, run] of Object.entries(last)) writeFileSync(join(home, 'schedule', `${name}.json`), JSON.stringify({ endedAt: 1, exitCode: 0, ...run }));
  return home;
}

/** Runs the schedule until `enough` has been told. */
function keep(home: string, enough: (news: readonly ScheduleNews[]) => boolean): Promise<Ended> {
  const news: ScheduleNews[] = [];
  let stopping = false;
  return runProduct({ home, words: ['schedule', 'run', '--json'], onLine(line, child) {
    news.push(JSON.parse(line) as ScheduleNews);
    if (stopping || !enough(news)) return;
    stopping = true;
    child.kill('SIGINT');
  } });
}

const newsOf = ({ stdout }: Ended) => stdout.trim().split('\n').map((line) => JSON.parse(line) as ScheduleNews & { readonly exitCode?: number });

test('jobs run at their times again and again, and what each came to is kept, with what it said', async () => {
  const home = homeWith({ jobs: { often: { cron: '* * * * * *', run: 'version --json' }, failing: { cron: '* * * * * *', run: ['backtest', 'no such strategy', '--bars', 'a b.csv'] } } });
  const ended = await keep(home, (news) => ['often', 'failing'].every((job) => news.filter((each) => each.kind === 'ended' && each.job === job).length >= 2));
  assert.equal(ended.code, 0, ended.stderr);
  const outcomes = newsOf(ended).filter(({ kind }) => kind === 'ended');
  assert.deepEqual(new Set(outcomes.map(({ job, exitCode }) => `${job} ${exitCode}`)), new Set(['often 0', 'failing 2']));
  assert.match(readFileSync(join(home, 'schedule', 'failing.log'), 'utf8'), /no such strategy/);
  const { stdout } = await runProduct({ home, words: ['schedule', 'list', '--json'] });
  const { jobs } = JSON.parse(stdout) as { readonly jobs: readonly { readonly name: string; readonly nextAt: string; readonly last: { readonly exitCode: number } }[] };
  assert.deepEqual(jobs.map(({ name, last }) => [name, last.exitCode]), [['often', 0], ['failing', 2]]);
  assert.ok(jobs.every(({ nextAt }) => Date.parse(nextAt) > Date.now() - 2_000));
});

test('a job whose time came while nothing ran is begun at once and once; one that never ran waits', async () => {
  const home = homeWith({ jobs: { missed: { cron: '0 0 1 1 *', run: 'version' }, fresh: { cron: '0 0 1 1 *', run: 'version' } } }, { missed: { startedAt: Date.now() - 800 * 86_400_000 } });
  const ended = await keep(home, (news) => news.filter((each) => each.kind === 'waiting').length === 3);
  assert.deepEqual(newsOf(ended).filter(({ kind }) => kind !== 'waiting').map(({ kind, job }) => `${job} ${kind}`), ['missed started', 'missed ended']);
});

test('Ctrl-C ends what runs, too, and a second schedule of the same home is refused meanwhile', async () => {
  const home = homeWith({ jobs: { long: { cron: '* * * * * *', run: 'chaos exchange --seeds 1:100000' } } });
  let second: Promise<Ended> | undefined;
  const ended = await runProduct({ home, words: ['schedule', 'run', '--json'], onLine(line, child) {
    if ((JSON.parse(line) as ScheduleNews).kind !== 'started') return;
    second = runProduct({ home, words: ['schedule', 'run'] }).finally(() => { child.kill('SIGINT'); });
  } });
  assert.deepEqual([ended.code, (await second)?.code], [0, 4]);
  assert.match((await second)?.stderr ?? '', /another process runs the schedule/);
  const last = JSON.parse(readFileSync(join(home, 'schedule', 'long.json'), 'utf8')) as JobRun;
  assert.ok(last.endedAt !== null && last.exitCode !== 0);
});

test('what cannot be scheduled is refused before anything runs, and the job is named', async () => {
  const job = (cron: string, run: unknown) => ({ jobs: { x: { cron, run } } });
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [job('61 * * * *', 'doctor'), /jobs\.x\.cron.*61/], [job('* * *', 'doctor'), /jobs\.x\.cron/], [job('* * * * *', 'live --config a.json'), /live is not begun by a clock/], [job('* * * * *', 'frobnicate'), /no command "frobnicate"/],
    [job('* * * * *', 7), /jobs\.x\.run/], [job('* * * * *', []), /jobs\.x\.run/], ['{', /is no JSON/], [{ job: {} }, /schedule\.json: jobs/],
  ];
  for (const [schedule, pattern] of wrong) {
    const { code, stderr } = await runProduct({ home: homeWith(schedule), words: ['schedule', 'run'] });
    assert.equal(code, 2, stderr);
    assert.match(stderr, pattern);
  }
  const none = await runProduct({ home: join(folder, 'nothing'), words: ['schedule', 'list'] });
  assert.match(none.stderr, /is not there, so nothing is scheduled/);
  const now = await runProduct({ home: homeWith(job('* * * * *', 'version')), words: ['schedule', 'now', 'y'] });
  assert.match(now.stderr, /there is no job "y"/);
});
