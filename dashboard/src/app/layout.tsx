import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { FIRST_PAINT_SCRIPT } from '../data/first-paint.ts';
import './globals.css';

/** Title of pages that set none of their own. */
export const metadata: Metadata = { title: 'AlgoTrendy', description: 'See, steer and stop what is traded', robots: 'noindex', icons: { icon: '/icon-paper.svg' } };

/** A phone shows it in its own width; zooming stays possible. */
export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' };

/** The page around all pages. */
export default function RootLayout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    // The first script writes the theme onto <html> before React looks at it.
    <html lang="en" suppressHydrationWarning>
      <head><script dangerouslySetInnerHTML={{ __html: FIRST_PAINT_SCRIPT }} /></head>
      <body>{children}</body>
    </html>
  );
}
