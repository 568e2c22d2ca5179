import { useSyncExternalStore } from 'react';
import { PREFERENCES_KEY as KEY } from './first-paint.ts';

/** What a person chose for this browser; nothing of it leaves the machine. */
export interface Preferences {
  readonly theme: 'system' | 'dark' | 'light';
  /** Colours of up and down; `blue-orange` is told apart under every kind of colour blindness. */
  readonly direction: 'blue-orange' | 'green-red' | 'red-green';
  /** How a dangerous act is confirmed. */
  readonly confirm: 'hold' | 'two-taps';
  /** Whether `g o` and other keys go to pages. */
  readonly shortcuts: boolean;
}

const DEFAULTS: Preferences = { theme: 'system', direction: 'blue-orange', confirm: 'hold', shortcuts: true };

const listeners = new Set<() => void>();
let current: Preferences | undefined;

function load(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS; // Storage is off or holds something else: the defaults serve.
  }
}

function read(): Preferences {
  current ??= load();
  return current;
}

/** Writes the choice onto <html>, where the tokens look for it. */
function show({ theme, direction }: Preferences): void {
  const wanted = theme === 'system' ? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark') : theme;
  document.documentElement.dataset['theme'] = wanted;
  document.documentElement.dataset['direction'] = direction;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const system = matchMedia('(prefers-color-scheme: light)');
  const follow = (): void => {
    show(read());
    listener();
  };
  system.addEventListener('change', follow);
  return () => {
    listeners.delete(listener);
    system.removeEventListener('change', follow);
  };
}

/** The choices of this browser, and again whenever one changes. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, read, () => DEFAULTS);
}

/** Keeps a choice and shows it at once. */
export function choose(change: Partial<Preferences>): void {
  current = { ...read(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Without storage the choice holds until the page is closed.
  }
  show(current);
  for (const listener of listeners) listener();
}
