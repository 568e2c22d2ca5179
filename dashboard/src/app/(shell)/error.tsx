'use client';
import type { ReactNode } from 'react';
import { BrokenPart } from '../../components/broken-part.tsx';

/** A page that broke, in its place: the mode, the age of the figures and HALT around it stay. */
export default function BrokenPage({ error }: { readonly error: Error }): ReactNode {
  return (
    <>
      <h1 className="spoken">This page broke</h1>
      <BrokenPart what="This page" error={error} stillWorks="HALT and all other pages work." />
    </>
  );
}
