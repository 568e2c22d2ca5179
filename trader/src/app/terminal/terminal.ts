import type { Config } from '../config.ts';
import { openProgress, type Progress } from './progress.ts';
import { COLOR_STYLE, PLAIN_STYLE, type Style } from './style.ts';
import { printable } from './text.ts';

/** A stream that text is written to: standard output, standard error, or a test's. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** False where the reader is behind: then `drain` tells when to go on. */
  write(text: string): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** Where a command's words go: results to standard output, everything else to standard error. */
export class Terminal {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Colours for standard output. */
  readonly style: Style;
  /** Colours for standard error. */
  readonly noteStyle: Style;
  /** Whether a person watches standard output live. */
  readonly isLive: boolean;
  readonly #ci: boolean;

  constructor(stdout: TextStream, stderr: TextStream, config: Pick<Config, 'color' | 'ci'>) {
    const styleFor = (stream: TextStream) => (config.color ?? stream.isTTY === true ? COLOR_STYLE : PLAIN_STYLE);
    this.stdout = stdout;
    this.stderr = stderr;
    this.style = styleFor(stdout);
    this.noteStyle = styleFor(stderr);
    this.isLive = stdout.isTTY === true && !config.ci;
    this.#ci = config.ci;
  }

  /** Width of standard output for running text; 80 where it has none. */
  get columns(): number {
    return this.stdout.columns ?? 80;
  }

  /** Width of standard output for tables: a file or a pipe holds every column. */
  get tableColumns(): number {
    return this.stdout.columns ?? 1000;
  }

  /** Writes lines of the result. */
  print(...lines: readonly string[]): void {
    this.stdout.write(`${printable(lines.join('\n'))}\n`);
  }

  /** Writes text of the result as it is, and waits where the reader is behind, so that memory stays flat. */
  async write(text: string): Promise<void> {
    if (!this.stdout.write(text)) await new Promise<void>((resolve) => void this.stdout.once('drain', resolve));
  }

  /** Writes one value as JSON on one line. */
  printJson(value: unknown): void {
    this.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Says something that is no result. */
  note(...lines: readonly string[]): void {
    this.stderr.write(`${printable(lines.join('\n'))}\n`);
  }

  /** A progress bar for work in several phases, each told by its name and a fraction of 1; silent where standard error is no terminal. A process that waits for this one is told as well. */
  phases(): { update(phase: string, fraction: number): void; close(): void } {
    let current: { readonly phase: string; readonly bar: Progress } | undefined;
    const tell = parentTeller();
    return {
      update: (phase, fraction) => {
        tell?.(phase, fraction);
        if (current?.phase !== phase) {
          current?.bar.close();
          current = { phase, bar: openProgress(this.#ci ? { write() {} } : this.stderr, this.noteStyle, phase) };
        }
        current.bar.update(fraction);
      },
      close: () => current?.bar.close(),
    };
  }
}

const TELL_EVERY_MS = 100;

/** Tells the process that started this one, where it opened a channel for it, how far the work is. */
function parentTeller(): ((phase: string, done: number) => void) | undefined {
  if (process.send === undefined) return undefined;
  let [told, share, at] = ['', NaN, -Infinity];
  return (phase, done) => {
    const now = performance.now();
    if (phase === told && (done === share || (now - at < TELL_EVERY_MS && done < 1))) return;
    [told, share, at] = [phase, done, now];
    if (process.connected) process.send?.({ kind: 'progress', phase, done });
  };
}
