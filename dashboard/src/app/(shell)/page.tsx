import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { OverviewPage } from '../../components/overview/overview-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Overview · AlgoTrendy' };

/** The first page: what the money does, what needs a look. */
export default function Page(): ReactNode {
  return <OverviewPage />;
}
