'use client';
import type { ReactNode } from 'react';
import { loadSession } from '../../data/session.ts';
import { reconnectStream } from '../../data/stream.ts';
import { PageHead } from '../page-head.tsx';
import { Panel } from '../panel.tsx';
import { SecondFactorSetup } from './second-factor-setup.tsx';

/** What stands in place of every page while a second factor is demanded and not set up. */
export function Enrolment(): ReactNode {
  const done = (): void => void loadSession().then(reconnectStream);
  return (
    <>
      <PageHead title="One more step" note="This installation demands a second factor of everybody." />
      <Panel title="Second factor"><SecondFactorSetup onDone={done} /></Panel>
    </>
  );
}
