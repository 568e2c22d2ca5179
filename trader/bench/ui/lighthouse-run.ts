import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const RUN_MS = 180_000;
/** A page that the stream keeps alive never falls silent: so long is waited for it. */
const LOAD_MS = 12_000;

/** What Lighthouse gave one page: 0 to 100. */
export interface LighthouseScores {
  readonly performance: number;
  readonly accessibility: number;
  readonly bestPractices: number;
}

/**
 * Runs Lighthouse, whose folder the caller names since it is no dependency of ours, in the browser that listens
 * at `port` and is signed in there.
 */
export async function runLighthouse(folder: string, url: string, port: number, preset: 'desktop' | 'mobile'): Promise<LighthouseScores> {
  const out = mkdtempSync(join(tmpdir(), 'lighthouse-'));
  try {
    const file = join(out, 'report.json');
    const words = [
      join(folder, 'cli/index.js'), url, `--port=${port}`, '--disable-storage-reset', '--output=json', `--output-path=${file}`, '--quiet', `--max-wait-for-load=${LOAD_MS}`,
      '--only-categories=performance,accessibility,best-practices', ...(preset === 'desktop' ? ['--preset=desktop'] : []),
    ];
    // Whoever holds the browser must stay awake meanwhile: it lets Lighthouse's tab begin. Now and then it misses that, and asks to be run again.
    const run = () => promisify(execFile)(process.execPath, words, { timeout: RUN_MS });
    await run().catch(run).catch(run);
    const { categories } = JSON.parse(readFileSync(file, 'utf8')) as { categories: Readonly<Record<string, { readonly score: number | null }>> };
    const score = (name: string): number => Math.round((categories[name]?.score ?? 0) * 100);
    return { performance: score('performance'), accessibility: score('accessibility'), bestPractices: score('best-practices') };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
