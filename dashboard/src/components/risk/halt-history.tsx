'use client';
import type { ReactNode } from 'react';
import { useTopic } from '../../data/stream.ts';
import { formatSpan } from '../../format/time.ts';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { Timeline } from '../timeline.tsx';

/** When trading was halted, and what limits were near or reached, newest first. */
export function HaltHistory(): ReactNode {
  const alerts = useTopic('alerts');
  if (alerts === undefined) return <Panel title="Halts and limits reached"><Skeleton lines={3} /></Panel>;
  const past = [...alerts.values()].filter(({ kind }) => kind === 'halt' || kind === 'limit').sort((a, b) => b.tsWall - a.tsWall);
  return (
    <Panel title="Halts and limits reached">
      {past.length === 0 ? <EmptyState>Trading was not halted and no limit was near since this run began.</EmptyState> : (
        <Timeline
          label="Halts and limits, newest first"
          entries={past.slice(0, 30).map(({ id, tsWall, severity, text, resolvedAt, acknowledged }) => ({
            id,
            at: tsWall,
            tone: resolvedAt !== null ? 'neutral' as const : severity === 'critical' ? 'critical' as const : 'warn' as const,
            title: text,
            detail: [resolvedAt === null ? 'still so' : `over after ${formatSpan(resolvedAt - tsWall)}`, acknowledged === null ? '' : `seen by ${acknowledged.by}`].filter((word) => word !== '').join(' · '),
          }))}
        />
      )}
    </Panel>
  );
}
