'use client';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactNode } from 'react';
import { usePreferences } from '../data/preferences.ts';
import css from './hold-button.module.css';

/** How long a hold takes: what is undone easily, what trades, what changes the account for good. */
export type HoldMs = 800 | 1200 | 2000;

/** How long a first tap waits for the second. */
const ARMED_MS = 5000;
const COUNT_MS = 100;

/**
 * A button that acts only when it is held, or pressed twice: by who chose that, by a screen reader
 * (whose press has no length), and after a short press on touch, which arms it as the first of two.
 */
export function HoldButton({ ms, onConfirm, look = 'neutral', blocked, busy = false, children }: {
  readonly ms: HoldMs;
  readonly onConfirm: () => void;
  readonly look?: 'neutral' | 'danger' | 'buy' | 'sell';
  /** Why it cannot be used now. */
  readonly blocked?: string | undefined;
  readonly busy?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { confirm } = usePreferences();
  const hold = useHold(ms, onConfirm, confirm === 'two-taps', blocked !== undefined || busy);
  const hint = confirm === 'two-taps' ? 'press twice' : `hold ${(ms / 1000).toFixed(1)} s`;
  const said = hold.state === 'armed' ? 'Press again to confirm' : hold.state === 'holding' ? `${(hold.leftMs / 1000).toFixed(1)} s` : hint;
  return (
    <button
      type="button"
      className={[css.hold, css[look], css[`ms${ms}`]].join(' ')}
      data-state={hold.state}
      aria-disabled={blocked !== undefined || busy || undefined}
      title={blocked}
      {...hold.handlers}
    >
      <span className={css.fill} aria-hidden="true" />
      <span className={css.label}>{children}</span>
      <span className={css.hint} aria-live="polite">{blocked ?? said}</span>
    </button>
  );
}

interface Hold {
  readonly state: 'idle' | 'holding' | 'armed';
  readonly leftMs: number;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent<HTMLButtonElement>) => void;
    readonly onPointerUp: () => void;
    readonly onPointerLeave: () => void;
    readonly onPointerCancel: () => void;
    readonly onContextMenu: (event: MouseEvent) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onKeyUp: (event: KeyboardEvent) => void;
    readonly onBlur: () => void;
    readonly onClick: (event: MouseEvent) => void;
  };
}

function useHold(ms: number, onConfirm: () => void, twoTaps: boolean, off: boolean): Hold {
  const [state, setState] = useState<Hold['state']>('idle');
  const [leftMs, setLeftMs] = useState(ms);
  /** When the press began that is being held; Infinity while none is. */
  const startedAt = useRef(Infinity);
  /** Whether the press that ends in a click was held to its end: then the click says nothing new. */
  const done = useRef(false);
  /** Whether Enter went down here: one that went down elsewhere and comes up here presses nothing. */
  const entered = useRef(false);
  const isHeldLongEnough = (): boolean => !off && performance.now() >= startedAt.current + ms;
  const finish = (): void => {
    startedAt.current = Infinity;
    done.current = true;
    setState('idle');
    onConfirm();
  };
  // Not of the effect's making: a page that shows prices renders more often than the clock ticks, and would start it anew each time.
  const count = useEffectEvent(() => {
    setLeftMs(Math.min(ms, Math.max(0, startedAt.current + ms - performance.now())));
    if (isHeldLongEnough()) finish();
  });

  useEffect(() => {
    if (state === 'idle') return undefined;
    if (state === 'armed') {
      const timer = setTimeout(() => setState('idle'), ARMED_MS);
      return () => clearTimeout(timer);
    }
    const timer = setInterval(count, COUNT_MS / 4);
    return () => clearInterval(timer);
  }, [state]);

  const start = (): void => {
    done.current = false;
    if (off || twoTaps || state !== 'idle') return;
    startedAt.current = performance.now();
    setLeftMs(ms);
    setState('holding');
  };
  const stop = (): void => {
    startedAt.current = Infinity;
    setState((now) => (now === 'holding' ? 'idle' : now));
  };
  /** Who let go after the whole time has held it, however late the page's clock is. */
  const release = (): void => (isHeldLongEnough() ? finish() : stop());
  const press = (): void => {
    if (off || done.current) return;
    if (state !== 'armed') return setState('armed');
    setState('idle');
    onConfirm();
  };
  return {
    state,
    leftMs,
    handlers: {
      onPointerDown: ({ button }) => { if (button === 0) start(); },
      onPointerUp: release,
      onPointerLeave: stop,
      onPointerCancel: stop,
      onContextMenu: (event) => event.preventDefault(),
      onKeyDown: (event) => {
        if ((event.key === ' ' || event.key === 'Enter') && !event.repeat) start();
        if (event.key !== 'Enter') return;
        // Enter would click on its way down, Space on its way up: both are judged when they end.
        event.preventDefault();
        entered.current = true;
      },
      onKeyUp: ({ key }) => {
        release();
        if (key === 'Enter' && entered.current) press();
        entered.current = false;
      },
      onBlur: () => { entered.current = false; stop(); },
      onClick: press,
    },
  };
}
