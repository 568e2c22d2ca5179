import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { TradePage } from '../../../components/trade/trade-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Trade · AlgoTrendy' };

/** Watch a market, and trade it by hand. */
export default function Page(): ReactNode {
  return <TradePage />;
}
