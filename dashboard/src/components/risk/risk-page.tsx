'use client';
import type { ReactNode } from 'react';
import { useTopic } from '../../data/stream.ts';
import { Limits } from '../limits.tsx';
import { PageHead } from '../page-head.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { DenialsPanel } from './denials-panel.tsx';
import { ExposurePanel } from './exposure-panel.tsx';
import { HaltHistory } from './halt-history.tsx';
import { PropFirmPanel } from './prop-firm-panel.tsx';
import css from './risk.module.css';
import { TradingPanel } from './trading-panel.tsx';

/** What may be lost, what stops it, and what was stopped. */
export function RiskPage(): ReactNode {
  const state = useTopic('state');
  const propFirm = state?.propFirm ?? null;
  return (
    <>
      <PageHead title="Risk" />
      <div className={css.grid}>
        <div className={css.side}>
          <TradingPanel />
          {propFirm === null ? null : <PropFirmPanel gauge={propFirm} currency={state?.run?.currency ?? ''} />}
          <div className={css.last}><HaltHistory /></div>
        </div>
        <div className={css.main}>
          <Panel title="Limits" note="Checked before every order, and on every price where that is said. What is near stands first.">
            {state === undefined ? <Skeleton lines={12} size="tile" /> : state.limits.length === 0
              ? <EmptyState>This run has no limits that are measured.</EmptyState>
              : <Limits gauges={state.limits} currency={state.run?.currency ?? ''} />}
          </Panel>
          <ExposurePanel />
          <DenialsPanel />
        </div>
      </div>
    </>
  );
}
