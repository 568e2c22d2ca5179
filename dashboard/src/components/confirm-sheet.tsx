'use client';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { HoldButton, type HoldMs } from './hold-button.tsx';
import { ModeBand } from './mode-band.tsx';
import { Sheet } from './sheet.tsx';

/** Asks before a dangerous act: what it does in words, then a hold; the mode stands above. */
export function ConfirmSheet({ open, onClose, title, consequence, action, ms = 1200, look = 'danger', busy, blocked, error, onConfirm, children }: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will happen, in words. */
  readonly consequence: ReactNode;
  /** What the button says. */
  readonly action: ReactNode;
  readonly ms?: HoldMs;
  readonly look?: 'neutral' | 'danger' | 'buy' | 'sell';
  readonly busy?: boolean;
  readonly blocked?: string | undefined;
  /** What became of the last try, an ErrorPanel as a rule. */
  readonly error?: ReactNode;
  readonly onConfirm: () => void;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <Sheet
      open={open}
      onClose={onClose}
      title={title}
      description={consequence}
      place="middle"
      band={<ModeBand />}
      actions={<><Button look="quiet" onClick={onClose}>Keep as it is</Button><HoldButton ms={ms} look={look} busy={busy ?? false} blocked={blocked} onConfirm={onConfirm}>{action}</HoldButton></>}
    >
      {children}
      {error}
    </Sheet>
  );
}
