'use client';
import { Dialog } from '@base-ui/react/dialog';
import { useRef, type ReactNode } from 'react';
import { Icon } from './icon.tsx';
import css from './sheet.module.css';

/**
 * A window over the page that keeps the focus until it is closed and gives it back then: from the
 * side on a wide screen (`side`), in the middle (`middle`), and from below on a phone.
 */
export function Sheet({ open, onClose, title, description, place = 'side', band, children, actions }: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly place?: 'side' | 'middle';
  /** The strip of the mode, where money is about to move. */
  readonly band?: ReactNode;
  readonly children: ReactNode;
  /** Buttons that stay in sight at the foot. */
  readonly actions?: ReactNode;
}): ReactNode {
  const body = useRef<HTMLDivElement>(null);
  // The first thing to do in it has the focus, not the way out; on touch that would raise the keyboard.
  const first = (by: string): HTMLElement | null => (by === 'touch' ? null : body.current?.querySelector<HTMLElement>('input, select, textarea, button, a[href]') ?? null);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className={css.backdrop} />
        <Dialog.Popup initialFocus={first} className={`${css.popup} ${css[place]}`}>
          {band}
          <header className={css.head}>
            <Dialog.Title className={css.title}>{title}</Dialog.Title>
            <Dialog.Close className={css.close} aria-label="Close"><Icon name="close" /></Dialog.Close>
          </header>
          <div ref={body} className={css.body}>
            {description === undefined ? null : <Dialog.Description className={css.description}>{description}</Dialog.Description>}
            {children}
          </div>
          {actions === undefined ? null : <footer className={css.actions}>{actions}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
