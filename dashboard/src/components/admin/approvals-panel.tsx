'use client';
import type { ReactNode } from 'react';
import { useCommand, useQuery } from '../../data/query.ts';
import { useMe } from '../../data/session.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable } from '../data-table.tsx';
import { Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './admin.module.css';

/** What one administrator asked for and another has to approve. */
export function ApprovalsPanel(): ReactNode {
  const approvals = useQuery('listApprovals', {}, { every: 15_000 });
  const approve = useCommand('approve');
  const refuse = useCommand('refuseApproval');
  const me = useMe();
  const problem = approve.problem ?? refuse.problem;
  return (
    <Panel title="Waiting for a second administrator" flush>
      <Answered asked={approvals} what="the approvals">
        {({ items }) => (
          <DataTable
            caption="Requests that wait for a second administrator"
            rows={items}
            rowKey={({ id }) => id}
            empty={<EmptyState>Nothing waits. Where there are two administrators, going live and other grave acts take both.</EmptyState>}
            columns={[
              { key: 'action', head: 'What', cell: ({ action, detail }) => `${action}: ${detail}` },
              { key: 'by', head: 'Asked by', cell: ({ by }) => by },
              { key: 'at', head: 'When', cell: ({ at }) => <Time at={at} detail="day-minute" /> },
              { key: 'state', head: 'State', cell: ({ state, decidedBy }) => <StatusChip tone={state === 'waiting' ? 'busy' : 'neutral'}>{decidedBy === null ? state : `${state} by ${decidedBy}`}</StatusChip> },
              { key: 'act', head: 'Decide', cell: ({ id, by, state }) => (state !== 'waiting' ? null : (
                <span className={css.row}>
                  <Button small blocked={by === me?.name ? 'it takes the other administrator' : undefined} onClick={() => void approve.send({ params: { id } }).then(approvals.reload)}>Approve</Button>
                  <Button small look="quiet" onClick={() => void refuse.send({ params: { id } }).then(approvals.reload)}>Refuse</Button>
                </span>
              )) },
            ]}
          />
        )}
      </Answered>
      {problem === undefined ? null : <div className={css.pad}><Problem what="the request" verb="was not decided" problem={problem} /></div>}
    </Panel>
  );
}
