import type { Metadata } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { EntryPage } from '../components/auth/entry-page.tsx';

/** Title of the page. */
export const metadata: Metadata = { title: 'Not found · AlgoTrendy' };

/** What an address without a page shows. */
export default function NotFound(): ReactNode {
  return <EntryPage title="There is no such page" intro="The address leads nowhere. Trading is not touched by that."><Link href="/">To the overview</Link></EntryPage>;
}
