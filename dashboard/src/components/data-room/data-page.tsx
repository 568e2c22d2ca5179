'use client';

import type { ReactNode } from 'react';
import { useAddress } from '../../data/address.ts';
import { Tabs } from '../tabs.tsx';
import { EconomyPart } from './economy-part.tsx';
import { MarketDataPart } from './market-data-part.tsx';
import { QuarantinePart } from './quarantine-part.tsx';

/** Data and where it comes from: bars, what is not trusted, and the economy. */
export function DataPage(): ReactNode {
  const [part, show] = useAddress('part');
  return (
    <Tabs label="Parts of the data" title="Data" value={part ?? 'bars'} onChange={show} tabs={[
      { id: 'bars', label: 'Bars and providers', content: <MarketDataPart /> },
      { id: 'quarantine', label: 'Quarantine', content: <QuarantinePart /> },
      { id: 'economy', label: 'Economy', content: <EconomyPart /> },
    ]} />
  );
}
