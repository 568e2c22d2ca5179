'use client';
import { Component, useEffect, useState, type ReactNode } from 'react';
import { isMissingCode, reloadWhenServed } from '../data/arrival.ts';
import { ErrorPanel } from './placeholders.tsx';

/**
 * What stands in the place of something that broke. It is loaded anew to try again, for what broke it may still be
 * remembered; where its code never arrived, by itself as soon as the server answers.
 */
export function BrokenPart({ what, error, stillWorks }: { readonly what: string; readonly error: Error; readonly stillWorks: string }): ReactNode {
  const missing = isMissingCode(error);
  const [trying, setTrying] = useState(missing);
  useEffect(() => {
    if (!trying) return;
    const stop = new AbortController();
    void reloadWhenServed(stop.signal);
    return () => stop.abort();
  }, [trying]);
  return missing
    ? <ErrorPanel title={`${what} did not arrive`} cause="The server did not answer when its code was fetched. It opens by itself as soon as the server does." stillWorks={stillWorks} details={error.message} />
    : <ErrorPanel title={`${what} broke`} cause={`A fault of ours, in what it shows. Trading does not depend on it.${trying ? ' It is loaded anew as soon as the server answers.' : ''}`} stillWorks={stillWorks} onRetry={() => setTrying(true)} details={error.message} />;
}

/** Keeps what breaks in a part of a page to that part. */
export class PartBoundary extends Component<{ readonly what: string; readonly children: ReactNode }, { readonly error: Error | undefined }> {
  override state: { readonly error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? this.props.children : <BrokenPart what={this.props.what} error={error} stillWorks="The rest of this page works." />;
  }
}
