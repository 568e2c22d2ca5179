import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { BacktestsPage } from '../../../components/runs/backtests-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Backtests · AlgoTrendy' };

/** Try a strategy on the past, and look at what came out. */
export default function Page(): ReactNode {
  return <BacktestsPage />;
}
