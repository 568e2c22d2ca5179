'use client';
import type { ReactNode } from 'react';
import { Icon } from '../icon.tsx';
import { PlaceLink } from '../place-link.tsx';
import { Sheet } from '../sheet.tsx';
import { AccountActions } from './account-menu.tsx';
import { DESTINATIONS, PHONE_PATHS } from './destinations.ts';
import css from './more-sheet.module.css';

/** The places that a phone's foot has no room for, and what belongs to the person. */
export function MoreSheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Sheet open onClose={onClose} title="More">
      <ul className={css.list}>
        {DESTINATIONS.filter(({ path }) => !PHONE_PATHS.includes(path)).map(({ path, name, icon }) => (
          <li key={path}><PlaceLink href={path} className={css.place} onClick={onClose}><Icon name={icon} />{name}</PlaceLink></li>
        ))}
        <li><a href="/api/v1/docs" className={css.place}><Icon name="docs" />API reference</a></li>
      </ul>
      <AccountActions onDone={onClose} />
    </Sheet>
  );
}
