import type { ReactNode } from 'react';
import { AppShell } from '../../components/shell/app-shell.tsx';
import { HEAD_START_SCRIPT } from '../../data/head-start.ts';

/** Every page of who is signed in stands in the shell, and its stream opens first. */
export default function ShellLayout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <>
      <script dangerouslySetInnerHTML={{ __html: HEAD_START_SCRIPT }} />
      <AppShell>{children}</AppShell>
    </>
  );
}
