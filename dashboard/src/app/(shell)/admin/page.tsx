import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { AdminPage } from '../../../components/admin/admin-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Admin · AlgoTrendy' };

/** Who may do what, and who did. */
export default function Page(): ReactNode {
  return <AdminPage />;
}
