import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { DataPage } from '../../../components/data-room/data-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Data · AlgoTrendy' };

/** What data there is, how good it is, and the economy's series. */
export default function Page(): ReactNode {
  return <DataPage />;
}
