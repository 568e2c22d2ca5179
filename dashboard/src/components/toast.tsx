'use client';
import { useSyncExternalStore, type ReactNode } from 'react';
import type { Tone } from './status-chip.tsx';
import css from './toast.module.css';

/** A short message; never the only record of what it says. */
interface Message {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

const SHOWN_MS = 6000;
const SHOWN_MAX = 3;
const NONE: readonly Message[] = [];

const listeners = new Set<() => void>();
let messages: readonly Message[] = NONE;
let last = 0;

function change(next: readonly Message[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

/** Shows a message for a few seconds and has it read out; a critical one at once. */
export function toast(text: string, tone: Tone = 'ok'): void {
  last += 1;
  const id = last;
  change([...messages, { id, tone, text }].slice(-SHOWN_MAX));
  setTimeout(() => change(messages.filter((message) => message.id !== id)), SHOWN_MS);
}

/** Where messages appear: above the foot of the page, over nothing that can be pressed. */
export function Toasts(): ReactNode {
  const list = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => messages, () => NONE);
  return (
    <>
      <div className={css.stack} role="status" aria-live="polite">
        {list.filter(({ tone }) => tone !== 'critical').map(({ id, tone, text }) => <p key={id} className={`${css.toast} ${css[tone]}`}>{text}</p>)}
      </div>
      <div className={css.stack} role="alert">
        {list.filter(({ tone }) => tone === 'critical').map(({ id, tone, text }) => <p key={id} className={`${css.toast} ${css[tone]}`}>{text}</p>)}
      </div>
    </>
  );
}
