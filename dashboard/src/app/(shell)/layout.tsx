import type { ReactNode } from 'react';
import { AppShell } from '../../components/shell/app-shell.tsx';

/** Every page of who is signed in stands in the shell. */
export default function ShellLayout({ children }: { readonly children: ReactNode }): ReactNode {
  return <AppShell>{children}</AppShell>;
}
