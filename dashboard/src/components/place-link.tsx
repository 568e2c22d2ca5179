'use client';
import Link from 'next/link';
import type { ComponentProps, ReactNode } from 'react';
import { useGate } from '../data/places.ts';

/** A way to a page of the dashboard. Without the server it leads to pages that were shown before; others open when it is back. */
export function PlaceLink({ href, ...rest }: Omit<ComponentProps<typeof Link>, 'href' | 'prefetch' | 'onNavigate'> & { readonly href: string }): ReactNode {
  const isOpen = useGate();
  return <Link {...rest} href={href} prefetch={false} onNavigate={(event) => { if (!isOpen(href)) event.preventDefault(); }} />;
}
