import * as path from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect, styleText } from 'node:util';

const SLOW_FILE_MS = 2000;
const SLOW_FILES_MAX = 5;
const OUTPUT_LINES_MAX = 40;

interface FileResult {
  readonly file: string;
  readonly output: string[];
  passed: number;
  failed: number;
  durationMs: number;
}

interface Failure {
  readonly file: string;
  readonly title: string;
  readonly detail: string;
}

type Outcome = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

/**
 * Turns node:test's events into lines for a person: one line a file while they run, then every
 * failure with its reason, the slow files and the total.
 */
export class TestReport {
  readonly #root: string;
  readonly #fileCount: number;
  readonly #started = performance.now();
  readonly #failures: Failure[] = [];
  readonly #results = new Map<string, FileResult>();
  readonly #titles: string[] = [];
  #current: FileResult | undefined;

  /** @param root the repository's folder; files are shown relative to it. */
  constructor(root: string, fileCount: number) {
    this.#root = root;
    this.#fileCount = fileCount;
  }

  /** Takes the next event of the run; events that say nothing about a result are ignored. */
  take(event: TestEvent): void {
    switch (event.type) {
      case 'test:start':
        this.#titles.length = event.data.nesting;
        this.#titles.push(event.data.name);
        return;
      case 'test:stdout':
      case 'test:stderr':
        this.#open(event.data.file).output.push(event.data.message);
        return;
      case 'test:diagnostic':
        if (event.data.file !== undefined) this.#open(event.data.file).output.push(`${event.data.message}\n`);
        return;
      case 'test:pass':
      case 'test:fail':
        this.#takeOutcome(event);
        return;
      case 'test:summary':
        if (event.data.file !== undefined) this.#takeSummary(event.data.file, event.data.counts.tests, event.data.duration_ms);
        return;
      default:
    }
  }

  /** Prints failures, slow files and the total; true when at least one test ran and none failed. */
  finish(): boolean {
    this.#close();
    this.#clearProgress();
    if (this.#fileCount === 0) this.#failures.push({ file: '(no file)', title: 'no test file was found', detail: 'No path contains the words given.' });
    for (const failure of this.#failures) {
      console.log(`\n${styleText('red', '✗')} ${styleText('bold', failure.title)}\n  ${failure.file}\n${indent(failure.detail)}`);
    }
    this.#printSlowFiles();
    const passed = [...this.#results.values()].reduce((sum, result) => sum + result.passed, 0);
    console.log(`\n${this.#results.size} files in ${seconds(performance.now() - this.#started)}`);
    console.log(`${passed} passed, ${this.#failures.length} failed`);
    return this.#failures.length === 0 && passed > 0;
  }

  #takeOutcome(event: Outcome): void {
    const { data } = event;
    const result = this.#open(data.file);
    if (data.file !== undefined && path.resolve(data.name) === data.file) {
      this.#takeWholeFile(event, result);
      return;
    }
    if (data.skip !== undefined || data.todo !== undefined) {
      this.#fail(result, this.#title(data), 'Skipped or marked as to be done: finish it or remove it.');
    } else if (event.type === 'test:fail') {
      const { error } = event.data.details;
      if ('failureType' in error && error.failureType === 'subtestsFailed') return;
      this.#fail(result, this.#title(data), describe(error));
    } else if (data.details.type !== 'suite') {
      result.passed += 1;
    }
  }

  /** node:test reports the file as a test of its own when its process fails or holds no test. */
  #takeWholeFile(event: Outcome, result: FileResult): void {
    result.durationMs = Math.max(result.durationMs, event.data.details.duration_ms);
    if (event.type === 'test:pass') this.#fail(result, 'the file holds no test', 'Nothing in it calls test().');
    else if (result.failed === 0) this.#fail(result, 'the file crashed, or could not be loaded', 'Its process ended with an error, or was stopped because it stayed open long after its tests.');
  }

  #takeSummary(file: string, tests: number, durationMs: number): void {
    const result = this.#open(file);
    result.durationMs = Math.max(result.durationMs, durationMs);
    if (tests === 0) this.#fail(result, 'the file holds no test', 'It declares suites only.');
  }

  #title(data: Outcome['data']): string {
    return [...this.#titles.slice(0, data.nesting), data.name].join(' › ');
  }

  #fail(result: FileResult, title: string, detail: string): void {
    result.failed += 1;
    const output = result.output.splice(0).join('').trimEnd().split('\n').slice(-OUTPUT_LINES_MAX).join('\n');
    this.#failures.push({ file: result.file, title, detail: output === '' ? detail : `${detail}\noutput of the file:\n${indent(output)}` });
  }

  #open(file: string | undefined): FileResult {
    const name = file === undefined ? '(no file)' : path.relative(this.#root, file);
    if (this.#current?.file === name) return this.#current;
    this.#close();
    const found = this.#results.get(name) ?? { file: name, output: [], passed: 0, failed: 0, durationMs: 0 };
    this.#results.set(name, found);
    this.#current = found;
    return found;
  }

  #close(): void {
    const result = this.#current;
    if (result === undefined) return;
    this.#current = undefined;
    this.#clearProgress();
    const mark = result.failed === 0 ? styleText('green', '✓') : styleText('red', '✗');
    const failed = result.failed === 0 ? '' : styleText('red', `, ${result.failed} failed`);
    console.log(`${mark} ${result.file}  ${result.passed} passed${failed}  ${styleText('dim', seconds(result.durationMs))}`);
    if (process.stdout.isTTY) process.stdout.write(styleText('dim', `… ${this.#results.size} of ${this.#fileCount} files`));
  }

  #clearProgress(): void {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
  }

  #printSlowFiles(): void {
    const slow = [...this.#results.values()].filter((result) => result.durationMs >= SLOW_FILE_MS).sort((a, b) => b.durationMs - a.durationMs);
    if (slow.length === 0) return;
    console.log('\nslowest files:');
    for (const result of slow.slice(0, SLOW_FILES_MAX)) console.log(`  ${seconds(result.durationMs).padStart(8)}  ${result.file}`);
  }
}

function describe(error: Error): string {
  const cause = error.cause ?? error;
  if (!(cause instanceof Error)) return inspect(cause);
  const stack = (cause.stack ?? cause.message)
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:/.test(line))
    .join('\n');
  return cause.cause === undefined ? stack : `${stack}\ncaused by ${inspect(cause.cause)}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
