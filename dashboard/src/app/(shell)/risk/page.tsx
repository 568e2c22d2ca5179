import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { RiskPage } from '../../../components/risk/risk-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Risk · AlgoTrendy' };

/** What may be lost, and what stops it. */
export default function Page(): ReactNode {
  return <RiskPage />;
}
