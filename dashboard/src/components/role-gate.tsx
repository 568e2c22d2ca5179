'use client';
import type { Role } from 'trader/contract';
import type { ReactNode } from 'react';
import { useMissingRole } from '../data/session.ts';

/** Hands what it shows the reason why it is blocked for this person, in words; what is denied stays in sight. */
export function RoleGate({ role, children }: { readonly role: Role; readonly children: (blocked: string | undefined) => ReactNode }): ReactNode {
  return children(useMissingRole(role));
}
