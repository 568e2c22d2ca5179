import type { Style } from './style.ts';
import { formatClock, formatScaled } from './format.ts';
import { clip } from './text.ts';

const REDRAW_MS = 100;

/** A bar with rate and time left on a terminal's last line; silent where nobody watches. */
export interface Progress {
  /** Says how much is done; cheap enough to call often. */
  update(done: number, total: number): void;
  /** Wipes the bar. */
  close(): void;
}

/** Something a bar can be drawn on: a terminal's standard error. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Opens a bar for `unit`s of work ("bars", "combos"), or for fractions of one where the unit is
 * empty: then no rate is shown. `now` is a monotonic clock in milliseconds.
 */
export function openProgress(
  stream: ProgressStream, style: Style, label: string, unit: string, now: () => number = () => performance.now(),
): Progress {
  if (stream.isTTY !== true) return { update() {}, close() {} };
  const started = now();
  let drawn = -Infinity;
  return {
    update(done, total) {
      const at = now();
      if (at - drawn < REDRAW_MS && done < total) return;
      drawn = at;
      stream.write(`\r${clip(progressLine(label, unit, done, total, at - started, style), (stream.columns ?? 80) - 1)}\u001b[K`);
    },
    close() {
      if (drawn > -Infinity) stream.write('\r\u001b[K');
    },
  };
}

/** `label  ████▌      45 %  1.2M bars/s  ETA 00:00:12`. */
export function progressLine(
  label: string, unit: string, done: number, total: number, elapsedMs: number, style: Style,
): string {
  const width = 24;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const eighths = Math.floor(share * width * 8);
  const full = '█'.repeat(eighths >> 3);
  const part = eighths % 8 === 0 ? '' : String.fromCharCode(0x2590 - (eighths % 8));
  const rest = style.faint('·'.repeat(Math.max(0, width - full.length - part.length)));
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const left = rate > 0 ? `ETA ${formatClock(((total - done) / rate) * 1000 + 999)}` : '';
  const speed = unit === '' ? '' : `  ${formatScaled(rate)} ${unit}/s`;
  return `${label}  ${style.accent(full + part)}${rest}  ${String(Math.floor(share * 100)).padStart(3)} %${speed}  ${style.faint(left)}`;
}
