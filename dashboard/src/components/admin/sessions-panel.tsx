'use client';
import type { ReactNode } from 'react';
import { useCommand, useQuery } from '../../data/query.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable } from '../data-table.tsx';
import { Age, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './admin.module.css';

/** Where people are signed in, and the way to end it. */
export function SessionsPanel(): ReactNode {
  const sessions = useQuery('listSessions', {});
  const end = useCommand('endSession');
  return (
    <Panel title="Sessions" note="Where you are signed in; an administrator sees everybody’s." flush>
      <Answered asked={sessions} what="the sessions">
        {({ items }) => (
          <DataTable
            caption="Sessions"
            rows={items}
            rowKey={({ id }) => id}
            empty={<EmptyState>Nobody is signed in.</EmptyState>}
            columns={[
              { key: 'device', head: 'Device', cell: ({ device }) => <span title={device}>{deviceText(device)}</span> },
              { key: 'who', head: 'Who', cell: ({ userName, current }) => <>{userName}{current ? <> <StatusChip tone="ok">this one</StatusChip></> : null}</> },
              { key: 'address', head: 'From', cell: ({ address }) => address },
              { key: 'seen', head: 'Last seen', cell: ({ lastSeenAt }) => <Age at={lastSeenAt} />, sortBy: ({ lastSeenAt }) => lastSeenAt },
              { key: 'ends', head: 'Ends', priority: 2, cell: ({ expiresAt }) => <Time at={expiresAt} detail="day-minute" /> },
              { key: 'act', head: 'End it', cell: ({ id, current }) => <Button small blocked={current ? 'sign out instead' : undefined} onClick={() => void end.send({ params: { id } }).then(sessions.reload)}>End</Button> },
            ]}
          />
        )}
      </Answered>
      {end.problem === undefined ? null : <div className={css.pad}><Problem what="the session" verb="was not ended" problem={end.problem} /></div>}
    </Panel>
  );
}

const BROWSERS = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['HeadlessChrome', 'Chrome'], ['Chrome', 'Chrome'], ['Version', 'Safari']] as const;
const SYSTEMS = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS X', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux']] as const;

/** What a browser says of itself, as people say it; what is not recognised stays as it is. */
function deviceText(agent: string): string {
  const browser = BROWSERS.map(([token, name]) => ({ name, version: new RegExp(`${token}/(\\d+)`).exec(agent)?.[1] })).find(({ version }) => version !== undefined);
  const system = SYSTEMS.find(([token]) => agent.includes(token))?.[1];
  return browser === undefined ? agent : `${browser.name} ${browser.version}${system === undefined ? '' : ` on ${system}`}`;
}
