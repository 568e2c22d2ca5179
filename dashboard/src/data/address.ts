'use client';

import { useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}

/**
 * A part of the page's address (`?name=…`), so that what is open can be linked to, survives a reload,
 * and "back" closes it. `step` makes a change one that "back" undoes.
 */
export function useAddress(name: string, { step = false }: { readonly step?: boolean } = {}): readonly [value: string | undefined, set: (value: string | undefined) => void] {
  const value = useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name) ?? undefined, () => undefined);
  const set = useCallback((next: string | undefined) => {
    const parts = new URLSearchParams(location.search);
    if (next === undefined) parts.delete(name);
    else parts.set(name, next);
    const address = `${location.pathname}${parts.size === 0 ? '' : `?${parts.toString()}`}`;
    if (step) history.pushState(history.state, '', address);
    else history.replaceState(history.state, '', address);
    for (const listener of listeners) listener();
  }, [name, step]);
  return [value, set];
}
