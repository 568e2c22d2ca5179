'use client';
import { useState, type ReactNode } from 'react';
import type { Slices } from '../../data/engine.ts';
import { useMissingRole } from '../../data/session.ts';
import { useTopic } from '../../data/stream.ts';
import { Button } from '../button.tsx';
import { Limits } from '../limits.tsx';
import { FeedsPanel } from '../overview/feeds-panel.tsx';
import { PageHead } from '../page-head.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { DenialsPanel } from './denials-panel.tsx';
import { ExposurePanel } from './exposure-panel.tsx';
import { HaltHistory, LimitsReached } from './halt-history.tsx';
import { LimitHistory } from './limit-history.tsx';
import { LimitSheet } from './limit-sheet.tsx';
import { PropFirmPanel } from './prop-firm-panel.tsx';
import css from './risk.module.css';
import { TradingPanel } from './trading-panel.tsx';

/** What may be lost, what stops it, and what was stopped. */
export function RiskPage(): ReactNode {
  const state = useTopic('state');
  const propFirm = state?.propFirm ?? null;
  const settings = state?.limitSettings;
  // All at once: parts that came one by one would push each other about.
  return (
    <>
      <PageHead title="Risk" />
      {state === undefined ? <Skeleton lines={8} size="tile" label="Loading the limits" /> : <div className={css.grid}>
        <div className={css.side}>
          <TradingPanel />
          {propFirm === null ? null : <PropFirmPanel gauge={propFirm} currency={state?.run?.currency ?? ''} />}
          <div className={css.last}>
            <HaltHistory />
            {settings === undefined ? null : <LimitHistory settings={settings} />}
            <LimitsReached />
          </div>
        </div>
        <div className={css.main}>
          <LimitsPanel state={state} />
          <ExposurePanel />
          <FeedsPanel />
          <DenialsPanel />
        </div>
      </div>}
    </>
  );
}

/** How much of each limit is used, and the way to change them. */
function LimitsPanel({ state }: { readonly state: Slices['state'] | undefined }): ReactNode {
  const [changing, setChanging] = useState(false);
  const settings = state?.limitSettings;
  const missing = useMissingRole('trader');
  const changeable = settings !== undefined && settings.items.length > 0;
  return (
    <Panel title="Limits" note="Checked before every order; at its limit new risk is denied, where nothing else is said. What was near when the page was opened stands first." aside={changeable ? <Button small aria-haspopup="dialog" blocked={missing} onClick={() => setChanging(true)}>Change…</Button> : undefined}>
      {state === undefined ? <Skeleton lines={12} size="tile" /> : state.limits.length === 0
        ? <EmptyState>This run has no limits that are measured.</EmptyState>
        : <Limits gauges={state.limits} currency={state.run?.currency ?? ''} usual="deny" />}
      {changing && changeable ? <LimitSheet settings={settings} onClose={() => setChanging(false)} /> : null}
    </Panel>
  );
}
