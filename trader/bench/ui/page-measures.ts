import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import type { Desk, View } from '../../test/services/browser-desk.ts';

/** Watches layout shifts, long tasks and the first chart from the first moment of a page on. */
const WATCH = `
  window.__shift = 0; window.__tasks = []; window.__chart = null; window.__inputs = [];
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__tasks.push(entry.duration); }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__inputs.push(entry.duration); }).observe({ type: 'event', buffered: true, durationThreshold: 16 });
  const look = () => {
    for (const canvas of document.querySelectorAll('canvas')) {
      const { width, height } = canvas;
      if (width < 150 || height < 80) continue;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      let drawn = 0;
      for (let at = 0; at < data.length; at += 4 * 97) if (data[at + 3] > 0 && (data[at] !== data[0] || data[at + 1] !== data[1])) drawn += 1;
      if (drawn > 60) { window.__chart = performance.now(); return; }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

/** A page that is measured. */
export interface Measured {
  readonly page: Page;
  /** Bytes of all scripts that came, each as gzip would send it. */
  scriptBytes: number;
}

/** Opens a page in a browser of its own, which has nothing in its cache, and waits until it has come to rest. */
export async function openMeasured(desk: Desk, path: string, view: View, signedIn = true): Promise<Measured> {
  const { page } = await desk.open(view, signedIn);
  const measured: Measured = { page, scriptBytes: 0 };
  page.on('response', (response) => {
    if (!/\.js(\?|$)/.test(response.url())) return;
    response.body().then((body) => { measured.scriptBytes += gzipSync(body, { level: 9 }).length; }, () => undefined);
  });
  await page.addInitScript(WATCH);
  await page.goto(desk.url + path);
  await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
  await page.waitForTimeout(2_500);
  return measured;
}

/** Milliseconds from the start of the page to its first drawn chart; not a number where none was drawn. */
export async function firstChart(page: Page): Promise<number> {
  return await page.evaluate<number | null>('window.__chart') ?? Number.NaN;
}

/** The sum of all layout shifts that nobody caused. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate<number>('window.__shift');
}

/** Figures that are written badly: raw floats, and those whose digits are not of one width. */
export function badFigures(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('body *')].flatMap((element) => {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent).join('');
    if (!/\\d/.test(own) || !element.checkVisibility()) return [];
    const raw = /\\d\\.\\d{9,}|\\d[eE][+-]\\d/.test(own) || /(^|\\s)-\\d/.test(own);
    const uneven = !getComputedStyle(element).fontVariantNumeric.includes('tabular-nums');
    return raw || uneven ? [own.trim().slice(0, 40)] : [];
  })`);
}
