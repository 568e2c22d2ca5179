import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../test/command-line.ts';
import { PAGES, VIEWS, misfits, violations, type Desk } from '../../test/services/browser-desk.ts';
import { leastDistance } from './colour-distance.ts';
import { badFigures, firstChart, layoutShift, openMeasured } from './page-measures.ts';
import { atMost, median, type ScoreRow } from './score-row.ts';

const CHART_RUNS = 5;

/** Rows 1 to 3 and 11: weight, first chart, shifts. */
export async function weightRows(desk: Desk): Promise<ScoreRow[]> {
  const charts: number[] = [];
  const shifts: number[] = [];
  let trade = 0;
  for (let run = 0; run < CHART_RUNS; run++) {
    const measured = await openMeasured(desk, '/trade', VIEWS[0]);
    charts.push(await firstChart(measured.page));
    shifts.push(await layoutShift(measured.page));
    trade = measured.scriptBytes;
    await measured.page.context().close();
  }
  for (const view of [VIEWS[0], VIEWS[1]]) {
    for (const path of PAGES) {
      const { page } = await openMeasured(desk, path, view);
      shifts.push(await layoutShift(page));
      await page.context().close();
    }
  }
  const signIn = await openMeasured(desk, '/sign-in', VIEWS[0], false);
  await signIn.page.context().close();
  const [tradeKb, signInKb, chartMs, shift] = [trade / 1000, signIn.scriptBytes / 1000, median(charts), Math.max(...shifts)];
  return [
    { number: 1, what: 'scripts of the trade page, gzip', figure: `${tradeKb.toFixed(0)} kB`, wanted: '≤ 300 kB', points: atMost(tradeKb, 300, 600) },
    { number: 2, what: 'scripts of the sign-in page, gzip', figure: `${signInKb.toFixed(0)} kB`, wanted: '≤ 200 kB', points: atMost(signInKb, 200, 300) },
    { number: 3, what: `first chart painted, desktop, fresh profile, median of ${CHART_RUNS}`, figure: `${chartMs.toFixed(0)} ms`, wanted: '≤ 600 ms', points: atMost(chartMs, 600, 1000) },
    { number: 11, what: 'layout shift, worst page', figure: shift.toFixed(3), wanted: '≤ 0.01', points: atMost(shift, 0.01, 0.05) },
  ];
}

/** Rows 8 to 10 and 15 to 17: what every page shows in every view. */
export async function walkRows(desk: Desk): Promise<ScoreRow[]> {
  const found = { axe: 0, errors: 0, foreign: 0, unmarked: 0, misfits: 0, figures: 0, loads: 0 };
  for (const view of VIEWS) {
    const watched = await desk.open(view, true);
    const { page, context, troubles, foreign } = watched;
    for (const path of PAGES) {
      await page.goto(desk.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
      await page.waitForTimeout(1_500);
      found.loads += 1;
      found.axe += (await violations(page)).length;
      found.misfits += (await misfits(page, view.width < 640 ? 44 : 24)).length;
      found.figures += (await badFigures(page)).length;
      if (!(await page.locator('body').innerText()).includes('PAPER')) found.unmarked += 1;
      await page.getByRole('button', { name: /^HALT/ }).click();
      await page.getByRole('dialog').getByText('PAPER').waitFor();
      await page.keyboard.press('Escape');
    }
    found.errors += troubles.length;
    found.foreign += foreign.length;
    await context.close();
  }
  const none = (count: number): 0 | 2 => (count === 0 ? 2 : 0);
  const of = `in ${found.loads} loads`;
  return [
    { number: 8, what: `axe, WCAG 2.2 A and AA, ${of}`, figure: `${found.axe} rules broken`, wanted: '0', points: none(found.axe) },
    { number: 9, what: `errors in the console, ${of}`, figure: `${found.errors}`, wanted: '0', points: none(found.errors) },
    { number: 10, what: `requests to other hosts, ${of}`, figure: `${found.foreign}`, wanted: '0', points: none(found.foreign) },
    { number: 15, what: `pages and halt windows that do not tell the mode, ${of}`, figure: `${found.unmarked}`, wanted: '0', points: none(found.unmarked) },
    { number: 16, what: `too wide, cut off, or too small to touch, ${of}`, figure: `${found.misfits}`, wanted: '0', points: none(found.misfits) },
    { number: 17, what: `raw floats, false minus, uneven digits, ${of}`, figure: `${found.figures}`, wanted: '0', points: none(found.figures) },
  ];
}

/** Row 18: how far up and down are apart for everybody, from the tokens themselves. */
export function colourRow(): ScoreRow {
  const text = readFileSync(join(ROOT, 'dashboard/src/app/globals.css'), 'utf8');
  const [dark, light] = [text.slice(0, text.indexOf("[data-theme='light']")), text.slice(text.indexOf("[data-theme='light']"))];
  const token = (part: string, name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(part)?.[1] ?? '#000000';
  const distance = Math.min(...[dark, light].map((part) => leastDistance(token(part, 'sky'), token(part, 'orange'))));
  return { number: 18, what: 'least ΔE of up and down over full vision and three kinds of loss, both themes', figure: distance.toFixed(0), wanted: '≥ 70', points: distance >= 70 ? 2 : distance >= 40 ? 1 : 0 };
}
