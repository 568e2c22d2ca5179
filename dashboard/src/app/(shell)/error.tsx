'use client';
import type { ReactNode } from 'react';
import { ErrorPanel } from '../../components/placeholders.tsx';

/** A page that broke, in its place: the mode, the age of the figures and HALT around it stay. It is loaded anew to try again: what broke it may still be remembered. */
export default function BrokenPage({ error }: { readonly error: Error }): ReactNode {
  return (
    <>
      <h1 className="spoken">This page broke</h1>
      <ErrorPanel title="This page broke" cause="A fault of ours, in what this page shows. Trading does not depend on it." stillWorks="HALT and all other pages work." onRetry={() => location.reload()} details={error.message} />
    </>
  );
}
