import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { StrategiesPage } from '../../../components/strategies/strategies-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Strategies · AlgoTrendy' };

/** What trades by itself, and how it is set. */
export default function Page(): ReactNode {
  return <StrategiesPage />;
}
