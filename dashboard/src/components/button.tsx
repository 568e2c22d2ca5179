'use client';
import { useSyncExternalStore, type ComponentProps, type ReactNode } from 'react';
import css from './button.module.css';

/** What a button looks like: one `primary` a view, `danger` for what ends or closes something. */
export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger';

interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly look?: ButtonLook;
  readonly small?: boolean;
  readonly submit?: boolean;
  /** Why it cannot be pressed now: shown beside it, so the button itself stays in reach of the keyboard. */
  readonly blocked?: string | undefined;
  /** Something is under way: it cannot be pressed twice. */
  readonly busy?: boolean | undefined;
}

function watchNothing(): () => void {
  return () => {};
}

/** Whether the page has come alive: before, the browser alone would send a form, which loads the page anew and loses what was typed. */
function useAlive(): boolean {
  return useSyncExternalStore(watchNothing, () => true, () => false);
}

/** A button; one that is blocked stays focusable and says why. */
export function Button({ look = 'secondary', small = false, submit = false, blocked, busy = false, className, onClick, children, ...rest }: ButtonProps): ReactNode {
  const off = blocked !== undefined || busy;
  const alive = useAlive();
  return (
    <button
      {...rest}
      type={submit ? 'submit' : 'button'}
      disabled={submit && !alive}
      aria-disabled={off || undefined}
      title={blocked ?? rest.title}
      className={[css.button, css[look], small ? css.small : '', className ?? ''].join(' ')}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
      {busy ? <span className="spoken"> (under way)</span> : null}
      {blocked === undefined ? null : <span className="spoken"> ({blocked})</span>}
    </button>
  );
}
