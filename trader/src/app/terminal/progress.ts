import type { Style } from './style.ts';
import { formatClock } from './format.ts';
import { clip } from './text.ts';

const REDRAW_MS = 100;

/** A bar with the time left on a terminal's last line; silent where nobody watches. */
export interface Progress {
  /** Says what fraction of 1 is done; cheap enough to call often. */
  update(done: number): void;
  /** Wipes the bar. */
  close(): void;
}

/** Something a bar can be drawn on: a terminal's standard error. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Opens a bar for one piece of work. `now` is a monotonic clock in milliseconds. */
export function openProgress(stream: ProgressStream, style: Style, label: string, now: () => number = () => performance.now()): Progress {
  if (stream.isTTY !== true) return { update() {}, close() {} };
  // How fast it goes is told from the first word on: what was done before it, or by an earlier run, says nothing.
  let first: { readonly at: number; readonly done: number } | undefined;
  let drawn = -Infinity;
  return {
    update(done) {
      const at = now();
      first ??= { at, done };
      if (at - drawn < REDRAW_MS && done < 1) return;
      drawn = at;
      const leftMs = done > first.done ? (at - first.at) / (done - first.done) * (1 - done) : undefined;
      stream.write(`\r${clip(progressLine(label, done, leftMs, style), (stream.columns || 80) - 1)}\u001b[K`);
    },
    close() {
      if (drawn > -Infinity) stream.write('\r\u001b[K');
    },
  };
}

/** `label  ████▌      45 %  ETA 00:00:12`; without a time where it is not known yet how long it takes. */
export function progressLine(label: string, done: number, leftMs: number | undefined, style: Style): string {
  const width = 24;
  const share = Math.min(1, done);
  const eighths = Math.floor(share * width * 8);
  const full = '█'.repeat(eighths >> 3);
  const part = eighths % 8 === 0 ? '' : String.fromCharCode(0x2590 - (eighths % 8));
  const rest = style.faint('·'.repeat(Math.max(0, width - full.length - part.length)));
  const left = leftMs === undefined ? '' : `ETA ${formatClock(leftMs + 999)}`;
  return `${label}  ${style.accent(full + part)}${rest}  ${String(Math.floor(share * 100)).padStart(3)} %  ${style.faint(left)}`;
}
