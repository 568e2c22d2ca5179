'use client';
import type { ReactNode } from 'react';
import { Button } from '../button.tsx';
import { Sheet } from '../sheet.tsx';
import { toast } from '../toast.tsx';
import css from './admin.module.css';

/** Something that is told once: a link or a token, to be copied now. */
export function OneTimeSecret({ title, text, secret, onClose }: { readonly title: string; readonly text: string; readonly secret: string; readonly onClose: () => void }): ReactNode {
  const copy = (): void => void navigator.clipboard.writeText(secret).then(() => toast('Copied'), () => toast('Could not copy: select it by hand', 'warn'));
  return (
    <Sheet open onClose={onClose} place="middle" title={title} description={text} actions={<><Button onClick={copy}>Copy</Button><Button look="primary" onClick={onClose}>Done</Button></>}>
      <p className={css.secret}>{secret}</p>
    </Sheet>
  );
}
