'use client';
import type { ReactNode } from 'react';
import { BrokenPart } from '../components/broken-part.tsx';
import { EntryPage } from '../components/auth/entry-page.tsx';
import './globals.css';

/** In the place of everything, where even what stands around the pages broke. */
export default function BrokenDashboard({ error }: { readonly error: Error }): ReactNode {
  return (
    <html lang="en">
      <body>
        <title>The dashboard broke · AlgoTrendy</title>
        <EntryPage title="The dashboard broke" intro="Trading goes on without it. To stop it now, on the machine itself run ./algotrendy halt or ./algotrendy flatten.">
          <BrokenPart what="The dashboard" error={error} stillWorks="Trading, its stops and its guards go on." />
        </EntryPage>
      </body>
    </html>
  );
}
