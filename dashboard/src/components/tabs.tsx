'use client';
import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import css from './tabs.module.css';

/** One tab. */
export interface Tab {
  readonly id: string;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

/** Parts of a page that take turns; arrows move between them. */
export function Tabs({ label, title, tabs, value, onChange }: {
  /** What is being chosen, for who cannot see it. */
  readonly label: string;
  /** The page's own title, on the same line where there is room. */
  readonly title?: string;
  readonly tabs: readonly Tab[];
  /** Chosen tab, where the page keeps it; else the first one is. */
  readonly value?: string;
  readonly onChange?: (id: string) => void;
}): ReactNode {
  const held = value === undefined ? { defaultValue: tabs[0]?.id } : { value };
  return (
    <Base.Root {...held} onValueChange={(next: string) => onChange?.(next)}>
      <div className={css.head}>
        {title === undefined ? null : <h1>{title}</h1>}
        <Base.List className={css.list} aria-label={label} activateOnFocus={false}>
          {tabs.map(({ id, label: name }) => <Base.Tab key={id} value={id} className={css.tab}>{name}</Base.Tab>)}
        </Base.List>
      </div>
      {tabs.map(({ id, content }) => <Base.Panel key={id} value={id} className={css.panel}>{content}</Base.Panel>)}
    </Base.Root>
  );
}
