// Nothing passes in silence: a file that cannot be loaded, crashes or holds no test counts as
// failed, and so does a test that is skipped or marked as to be done.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import { run } from 'node:test';
import { printCoverage } from './coverage.ts';
import { scriptWords } from './script-words.ts';
import { TestReport } from './test-report.ts';

const USAGE = `Runs every test file by node:test, one process each, and ends with "N passed, N failed".

  npm test                      all tests
  npm test -- ledger risk       the files whose path contains one of the words
  npm run coverage              the same, then what of trader/src the tests reached
  npm run test:fresh-clone      what a newcomer does first; installs, so it takes a minute
  npm run test:services         against real servers; installs those that the machine lacks`;

const ROOT = path.dirname(import.meta.dirname);
const TEST_TIMEOUT_MS = 5 * 60_000;
/** A file whose process stays alive after its tests, say by a timer left running, is stopped. */
const SILENCE_MS_MAX = TEST_TIMEOUT_MS + 60_000;

/** Suites that need more than Node; each has a folder in trader/test and an npm script. */
const OWN_SUITES = ['fresh-clone', 'services'];

function findTestFiles(suite: string | undefined, words: readonly string[]): string[] {
  const folders = suite === undefined ? ['trader/{src,test}', 'dashboard/src', 'scripts'] : [`trader/test/${suite}`];
  return globSync(folders.map((folder) => `${folder}/**/*.test.ts`), { cwd: ROOT, exclude: suite === undefined ? OWN_SUITES.map((name) => `trader/test/${name}/**`) : [] })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort()
    .map((file) => path.join(ROOT, file));
}

async function main(): Promise<void> {
  const { values, positionals } = scriptWords(USAGE, { allowPositionals: true, options: { coverage: { type: 'boolean', default: false }, suite: { type: 'string' } } });
  const { coverage } = values;
  // Keeps compiled code between runs; measured coverage would be less exact with it.
  if (coverage) delete process.env['NODE_COMPILE_CACHE'];
  else process.env['NODE_COMPILE_CACHE'] ??= path.join(ROOT, 'node_modules/.cache/compile');

  const files = findTestFiles(values.suite, positionals);
  const report = new TestReport(ROOT, files.length);
  const stop = new AbortController();
  const watchdog = setTimeout(() => stop.abort(), SILENCE_MS_MAX);
  const events = run({
    files,
    cwd: ROOT,
    concurrency: availableParallelism(),
    isolation: 'process',
    timeout: TEST_TIMEOUT_MS,
    signal: stop.signal,
    coverage,
    coverageIncludeGlobs: ['trader/src/**/*.ts'],
    coverageExcludeGlobs: ['**/*.test.ts'],
  });
  let covered = !coverage;
  for await (const event of events) {
    watchdog.refresh();
    if (event.type === 'test:coverage') {
      printCoverage(ROOT, event.data.summary);
      covered = true;
    } else {
      report.take(event);
    }
  }
  clearTimeout(watchdog);
  if (!covered) console.error('The coverage could not be read: a process that was measured did not end by itself.');
  process.exitCode = report.finish() && covered ? 0 : 1;
}

await main();
