import { decimalSign, formatGrouped, formatMoney, formatPercent, formatQuantity, formatSignificant, formatTime } from './format.ts';
import { listenForKeys, type KeyStream, type PaperKey } from './keyboard.ts';
import { shortName, signPaint } from './paper-panels.ts';
import { renderPaper } from './paper-screen.ts';
import type { DenialView, FillView, MinuteView, PaperView } from './paper-view.ts';
import { Screen } from './screen.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';

/** What the paper command tells a person, on a live screen or line by line. */
export interface PaperDisplay {
  /** Whether `draw` shows something: only then is a view worth making. */
  readonly live: boolean;
  /** Shows the whole state. Call it some ten times a second; only what changed is written. */
  draw(view: PaperView): void;
  /** Tells of one fill, of one denial, of a minute of market time: lines where there is no screen. */
  fill(fill: FillView): void;
  denial(denial: DenialView): void;
  minute(view: MinuteView): void;
  /** Says something that no view holds, such as where the run resumed: after the screen, where there is one. */
  note(text: string): void;
  /** Gives the terminal back. Happens by itself when the process ends in any other way. */
  close(): void;
}

/** Opens the live screen where a person watches, and plain lines where nobody does. */
export function openPaperDisplay(terminal: Terminal, input: KeyStream, onKey: (key: PaperKey) => void): PaperDisplay {
  return terminal.isLive ? liveDisplay(terminal, input, onKey) : lineDisplay(terminal);
}

function liveDisplay(terminal: Terminal, input: KeyStream, onKey: (key: PaperKey) => void): PaperDisplay {
  const screen = new Screen(terminal.stdout);
  const stopListening = listenForKeys(input, onKey);
  const notes: string[] = [];
  let last: PaperView | undefined;
  const draw = (view: PaperView) => {
    last = view;
    screen.draw(renderPaper(view, screen.size, terminal.style));
  };
  const redraw = () => {
    if (last !== undefined) draw(last);
  };
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    process.off('exit', close);
    process.off('uncaughtExceptionMonitor', close);
    process.off('SIGWINCH', redraw);
    stopListening();
    screen.close();
    if (notes.length > 0) terminal.note(...notes.splice(0));
  };
  // However the process ends, the terminal gets its cursor back; after a crash before the words
  // about it are written, since those on the alternate screen would vanish with it.
  process.on('exit', close);
  process.on('uncaughtExceptionMonitor', close);
  process.on('SIGWINCH', redraw);
  return { live: true, draw, fill() {}, denial() {}, minute() {}, note: (text) => void notes.push(text), close };
}

function lineDisplay(terminal: Terminal): PaperDisplay {
  const { style } = terminal;
  return {
    live: false,
    draw() {},
    fill: (fill) => terminal.print(fillText(fill, style)),
    denial: (denial) => terminal.print(denialText(denial, style)),
    minute: (view) => terminal.print(minuteText(view, style)),
    note: (text) => terminal.note(text),
    close() {},
  };
}

/** One fill as a line. */
export function fillText(fill: FillView, style: Style): string {
  const { tsEvent, side, quantity, instrument, price, fee, realised, leg, strategy } = fill;
  const profit = realised === undefined ? '' : `, realised ${signPaint(decimalSign(realised), style)(formatMoney(realised, { sign: true }))}`;
  return `${style.faint(formatTime(tsEvent))}  ${side === 'buy' ? style.good('buy ') : style.bad('sell')} ${formatQuantity(quantity)} ${style.strong(shortName(instrument))} at ${formatSignificant(price, 10)}, fee ${formatMoney(fee)}${profit}  ${style.faint(`${strategy}, ${leg}`)}`;
}

/** One denial as a line. */
export function denialText(denial: DenialView, style: Style): string {
  const { tsEvent, side, quantity, instrument, rule, value, limit, strategy } = denial;
  return `${style.faint(formatTime(tsEvent))}  ${style.warn('denied')} ${side} ${formatQuantity(quantity)} ${style.strong(shortName(instrument))}: ${rule}, ${formatGrouped(value)} over ${formatGrouped(limit)}  ${style.faint(strategy)}`;
}

/** The account and the prices at a minute as a line. */
export function minuteText({ mode, tsEvent, account, instruments, state }: MinuteView, style: Style): string {
  const total = signPaint(decimalSign(account.totalPnl), style)(formatMoney(account.totalPnl, { sign: true }));
  const prices = instruments.map(({ id, last }) => `${shortName(id)} ${formatSignificant(last, 7)}`).join('  ');
  return `${style.faint(formatTime(tsEvent))}  ${mode.toUpperCase()} ${state}  equity ${style.strong(formatMoney(account.equity))} ${account.currency}  total ${total}  drawdown ${formatPercent(account.drawdown)}  ${prices}`;
}
