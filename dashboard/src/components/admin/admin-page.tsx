'use client';
import type { Role } from 'trader/contract';
import type { ReactNode } from 'react';
import { useMissingRole } from '../../data/session.ts';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { Tabs } from '../tabs.tsx';
import { ApprovalsPanel } from './approvals-panel.tsx';
import { AuditPanel } from './audit-panel.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { TokensPanel } from './tokens-panel.tsx';
import { VenueKeysPanel } from './venue-keys-panel.tsx';
import { YouPanel } from './you-panel.tsx';

/** Who may do what, who did, and the keys that it takes. */
export function AdminPage(): ReactNode {
  return (
    <Tabs
      label="Parts of the administration"
      title="Admin"
      tabs={[
        { id: 'you', label: 'You', content: <YouPanel /> },
        { id: 'sessions', label: 'Sessions', content: <SessionsPanel /> },
        { id: 'tokens', label: 'API tokens', content: <TokensPanel /> },
        { id: 'people', label: 'People', content: <Only role="admin" title="People"><PeoplePanel /><ApprovalsPanel /></Only> },
        { id: 'audit', label: 'Audit log', content: <Only role="admin" title="Audit log"><AuditPanel /></Only> },
        { id: 'keys', label: 'Venue keys', content: <Only role="admin" title="Venue keys"><VenueKeysPanel /></Only> },
        { id: 'settings', label: 'Settings', content: <SettingsPanel /> },
      ]}
    />
  );
}

/** What only some may see says so to all others, instead of asking the server in vain. */
function Only({ role, title, children }: { readonly role: Role; readonly title: string; readonly children: ReactNode }): ReactNode {
  const missing = useMissingRole(role);
  return missing === undefined ? children : <Panel title={title}><EmptyState>No permission: {missing}. An administrator can change your role.</EmptyState></Panel>;
}
