import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { JobFact, JobRequest } from '../../ports/jobs.ts';
import { ChildJobs } from './job-board.ts';
import { jobLine } from './job-line.ts';

const BARS = 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz';

function home(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  process.env['ALGOTRENDY_HOME'] = folder;
  t.after(() => { rmSync(folder, { recursive: true }); });
  return folder;
}

/** Waits until a job is as it should be. */
function until(jobs: ChildJobs, id: string, holds: (job: JobFact) => boolean): Promise<JobFact> {
  return new Promise((resolve) => {
    const look = (job: JobFact | undefined) => {
      if (job?.id !== id || !holds(job)) return;
      stop();
      resolve(job);
    };
    const stop = jobs.listen(look);
    look(jobs.get(id));
  });
}

test('a backtest runs as a job beside the run, and its answer is the command\'s own', async (t) => {
  const jobs = new ChildJobs(home(t));
  const request: JobRequest = { kind: 'backtest', strategy: 'macd', bars: BARS, interval: '1h', parameters: { fast: 8 } };
  const phases = new Set<string>();
  jobs.listen(({ phase }) => phases.add(phase));
  const started = await jobs.start('one', request, 'user:ann');
  assert.ok(started.ok && (started.value.state === 'running'));
  const again = await jobs.start('one', request, 'user:ann');
  assert.ok(again.ok && again.value.createdAt === started.value.createdAt);
  const done = await until(jobs, 'one', ({ endedAt }) => endedAt !== null);
  assert.deepEqual([done.state, done.by, done.error, typeof done.runId], ['done', 'user:ann', null, 'string']);
  const result = await jobs.result('one') as { readonly strategy: string; readonly parameters: { readonly fast: number } };
  assert.deepEqual([result.strategy, result.parameters.fast], ['macd', 8]);
  assert.ok(phases.has('Running') || phases.has('Reading bars'));
  await jobs.close();
});

test('where the disk takes no more, a job that ends says so and ends nothing else, and the jobs of before are still shown', async (t) => {
  const folder = home(t);
  const jobs = new ChildJobs(folder);
  const request: JobRequest = { kind: 'backtest', strategy: 'macd', bars: BARS, interval: '1h', parameters: {} };
  await jobs.start('one', request, 'user:ann');
  await jobs.start('two', request, 'user:ann');
  // A file cannot be written where a folder is.
  mkdirSync(join(folder, 'jobs/one/result.json.draft'));
  for (const id of ['one', 'two']) mkdirSync(join(folder, 'jobs', id, 'job.json.draft'));
  // Before it can be done.
  await jobs.cancel('two');
  const failed = await until(jobs, 'one', ({ endedAt }) => endedAt !== null);
  assert.deepEqual([failed.state, /cannot be kept/.test(failed.error?.message ?? ''), failed.runId], ['failed', true, null]);
  assert.equal((await until(jobs, 'two', ({ endedAt }) => endedAt !== null)).state, 'canceled');
  await jobs.close();
  const later = new ChildJobs(folder);
  assert.deepEqual(['one', 'two'].map((id) => later.get(id)?.state), ['lost', 'lost']);
  await later.close();
});

test('a job is told what the command line can be told, and what names nothing is refused', () => {
  const line = (more: Partial<JobRequest>) => jobLine({ kind: 'backtest', strategy: 'macd', bars: 'SPY', ...more } as JobRequest, 1);
  const told = line({ instrument: 'SPY', venue: 'alpaca', leverage: '2', fill: 'close', volumeShare: '10%', fee: 'per-share:0.005,min=1,max=0.5%', slippage: 'volume-share:0.1', latency: 'lognormal:80,0.5,seed=7' });
  assert.ok(told.ok);
  assert.deepEqual(told.value.slice(3).sort(), ['--bars=SPY', '--fee=per-share:0.005,min=1,max=0.5%', '--fill=close', '--instrument=SPY', '--latency=lognormal:80,0.5,seed=7', '--leverage=2', '--slippage=volume-share:0.1', '--venue=alpaca', '--volume-share=10%']);
  const series = line({ strategy: 'macro-filter', series: ['UNRATE'] });
  assert.ok(series.ok && series.value.includes('--series=UNRATE'));
  const wrong = [{ venue: 'rules.json' }, { venue: '../x' }, { latency: 'recorded:/etc/passwd' }, { series: ['UNRATE'] }, { strategy: 'macro-filter' }, { strategy: 'macro-filter', series: ['../x'] }].map((more) => line(more));
  assert.deepEqual(wrong.map((each) => (each.ok ? 'taken' : each.error.field)), ['venue', 'venue', 'latency', 'series', 'series', 'series']);
});

test('a job that fails says why, in the words of its command', async (t) => {
  const jobs = new ChildJobs(home(t));
  await jobs.start('none', { kind: 'backtest', strategy: 'macd', bars: 'NOWHERE.COINBASE' }, 'user:ann');
  const failed = await until(jobs, 'none', ({ endedAt }) => endedAt !== null);
  assert.equal(failed.state, 'failed');
  assert.match(failed.error?.message ?? '', /there is no such file, nor are there stored bars/);
  assert.equal(await jobs.result('none'), undefined);
  await jobs.close();
});

test('a job is canceled while it runs or waits, and what was under way at an end is lost', async (t) => {
  const folder = home(t);
  const jobs = new ChildJobs(folder);
  const sweep: JobRequest = { kind: 'sweep', strategy: 'macd', bars: BARS, grid: { fast: '5:60:1', slow: '61:200:1' } };
  for (const id of ['a', 'b', 'c', 'd']) await jobs.start(id, sweep, 'user:ann');
  assert.ok((await jobs.cancel('d')).ok);
  assert.ok((await jobs.cancel('a')).ok);
  assert.equal((await until(jobs, 'a', ({ endedAt }) => endedAt !== null)).state, 'canceled');
  assert.equal(jobs.get('d')?.state, 'canceled');
  const [twice, none] = [await jobs.cancel('d'), await jobs.cancel('x')];
  assert.deepEqual([twice.ok || twice.error.kind, none.ok || none.error.kind], ['conflict', 'not-found']);
  await jobs.close();
  // As a process leaves it that is killed.
  const file = join(folder, 'jobs', 'b', 'job.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')) as JobFact, state: 'running', endedAt: null }));
  writeFileSync(join(folder, 'jobs', 'c', 'job.json'), '{"id":');
  const next = new ChildJobs(folder);
  assert.deepEqual([next.get('b')?.state, next.get('c'), next.list().length], ['lost', undefined, 3]);
});

test('what a request holds becomes words that are no option, no path and no other strategy', () => {
  const fault = (more: Record<string, unknown>) => {
    const line = jobLine({ kind: 'backtest', strategy: 'macd', bars: BARS, ...more }, 1);
    return line.ok ? 'none' : line.error.field;
  };
  assert.equal(fault({}), 'none');
  assert.equal(fault({ bars: '../secrets.csv' }), 'bars');
  assert.equal(fault({ bars: '/etc/passwd' }), 'bars');
  assert.equal(fault({ bars: 'package.json' }), 'bars');
  assert.equal(fault({ strategy: './mine.ts' }), 'strategy');
  assert.equal(fault({ from: '--report=x' }), 'from');
  assert.equal(fault({ sizing: 'units:1 --report x' }), 'sizing');
  assert.equal(fault({ parameters: { fast: 9_999_999 } }), 'parameters');
  assert.equal(fault({ kind: 'sweep', grid: {} }), 'grid');
  assert.equal(fault({ kind: 'sweep', grid: { fast: '5:1:1' } }), 'grid');
  const line = jobLine({ kind: 'verdict', strategy: 'macd', bars: BARS, parameters: { fast: 5 }, cash: '1000' }, 3);
  assert.ok(line.ok);
  assert.deepEqual(line.value.filter((word) => !word.includes('csv.gz')), ['verdict', 'macd', '--json', '--cash=1000', '--instrument=BTC-USDT-PERP.BINANCE', '--param=fast=5', '--workers=3']);
});
