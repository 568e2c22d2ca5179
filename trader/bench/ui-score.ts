import { join } from 'node:path';
import { refuseWords, scriptWords } from '../../scripts/script-words.ts';
import { ROOT } from '../test/command-line.ts';
import { Desk, PAGES } from '../test/services/browser-desk.ts';
import { faultRow, focusRow, honestyRow, pressRow } from './ui/behaviour-rows.ts';
import { SignedInBrowser } from './ui/signed-in-browser.ts';
import { runLighthouse, type LighthouseScores } from './ui/lighthouse-run.ts';
import { colourRow, walkRows, weightRows } from './ui/page-rows.ts';
import { atLeast, median, type ScoreRow } from './ui/score-row.ts';
import { measureStreamLoad } from './ui/stream-load.ts';

const USAGE = `Scores the dashboard on the sheet of docs/dashboard.md, as far as a machine can.

  npm run ui:score
  npm run ui:score -- --lighthouse FOLDER    with rows 4 to 7; FOLDER is that of the package lighthouse
  npm run ui:score -- --seconds 300          the stream's load for so long (60 s where absent)`;
const LIGHTHOUSE_RUNS = 3;

async function lighthouseRows(desk: Desk, folder: string | undefined): Promise<ScoreRow[]> {
  const rows = (performance: string, mobile: string, accessibility: string, practices: string, points: readonly ScoreRow['points'][]): ScoreRow[] => [
    { number: 4, what: 'Lighthouse performance, desktop, trade page', figure: performance, wanted: '≥ 95', points: points[0] ?? null },
    { number: 5, what: 'Lighthouse performance, phone, trade page', figure: mobile, wanted: '≥ 85', points: points[1] ?? null },
    { number: 6, what: 'Lighthouse accessibility, least page', figure: accessibility, wanted: '100', points: points[2] ?? null },
    { number: 7, what: 'Lighthouse best practices, least page', figure: practices, wanted: '100', points: points[3] ?? null },
  ];
  if (folder === undefined) return rows('—', '—', '—', '—', []);
  const signedIn = await SignedInBrowser.start(desk);
  try {
    const each = async (paths: readonly string[], preset: 'desktop' | 'mobile'): Promise<LighthouseScores[]> => {
      const scores: LighthouseScores[] = [];
      for (const path of paths) scores.push(await runLighthouse(folder, desk.url + path, signedIn.port, preset));
      return scores;
    };
    const trade = Array.from({ length: LIGHTHOUSE_RUNS }, () => '/trade');
    const [wide, narrow] = [await each(trade, 'desktop'), await each(trade, 'mobile')];
    const others = await each(PAGES.filter((path) => path !== '/trade'), 'desktop');
    const [performance, mobile] = [wide, narrow].map((scores) => median(scores.map((score) => score.performance))) as [number, number];
    const [accessibility, practices] = [Math.min(...[...wide, ...narrow, ...others].map((score) => score.accessibility)), Math.min(...[...wide, ...narrow, ...others].map((score) => score.bestPractices))];
    return rows(`${performance}`, `${mobile}`, `${accessibility}`, `${practices}`, [atLeast(performance, 95, 80), atLeast(mobile, 85, 60), atLeast(accessibility, 100, 95), atLeast(practices, 100, 96)]);
  } finally {
    signedIn.stop();
  }
}

async function streamRow(desk: Desk, seconds: number): Promise<ScoreRow> {
  const { inputMs, inputs, longestTaskMs, heapGrowthMb, paintMs, painted } = await measureStreamLoad(desk.browser, join(ROOT, 'dashboard/out'), seconds);
  console.error(`price told → painted: p50 ${paintMs.p50} ms, p99 ${paintMs.p99} ms of ${painted} prices`);
  const good = inputMs < 100 && longestTaskMs <= 100 && heapGrowthMb < 10;
  return {
    number: 20, what: `50 markets at 10 prices a second for ${seconds} s, trade page: 75th percentile of slow presses (${inputs} took 16 ms or more), longest task, heap`,
    figure: `${inputMs.toFixed(0)} ms, ${longestTaskMs.toFixed(0)} ms, ${heapGrowthMb >= 0 ? '+' : '−'}${Math.abs(heapGrowthMb).toFixed(1)} MB`, wanted: '< 100 ms, ≤ 100 ms, < 10 MB', points: good ? 2 : inputMs < 200 ? 1 : 0,
  };
}

function print(rows: readonly ScoreRow[]): void {
  console.log('| # | what | seen | two points if | points |\n|---|---|---|---|---|');
  for (const { number, what, figure, wanted, points } of rows.toSorted((a, b) => a.number - b.number)) console.log(`| ${number} | ${what} | ${figure} | ${wanted} | ${points ?? 'not measured'} |`);
  const judged = rows.filter(({ points }) => points !== null);
  console.log(`\n${judged.reduce((sum, { points }) => sum + (points ?? 0), 0)} of ${judged.length * 2} points in ${judged.length} rows that were measured.`);
}

async function main(): Promise<void> {
  const { values } = scriptWords(USAGE, { options: { lighthouse: { type: 'string' }, seconds: { type: 'string', default: '60' } } });
  if (!(Number(values.seconds) > 0)) refuseWords(USAGE, `--seconds takes a number, not ${values.seconds}.`);
  const desk = await Desk.start();
  try {
    const first = await desk.open();
    await desk.enroll(first);
    await first.context.close();
    const rows: ScoreRow[] = [];
    const add = async (work: () => Promise<ScoreRow | readonly ScoreRow[]>): Promise<void> => {
      const done = await work();
      const more = Array.isArray(done) ? done as readonly ScoreRow[] : [done as ScoreRow];
      rows.push(...more);
      for (const { number, figure, points } of more) console.error(`measured row ${number}: ${figure}, ${points ?? 'no'} points`);
    };
    await add(() => weightRows(desk));
    await add(() => walkRows(desk));
    await add(() => Promise.resolve(colourRow()));
    await add(() => focusRow(desk));
    await add(() => pressRow(desk));
    await add(() => faultRow(desk));
    await add(() => honestyRow(desk));
    await add(() => lighthouseRows(desk, values.lighthouse));
    await add(() => streamRow(desk, Number(values.seconds)));
    print(rows);
  } finally {
    await desk.stop();
  }
}

await main();
