import type { ReactNode } from 'react';
import { PageHead } from '../page-head.tsx';
import { Panel } from '../panel.tsx';
import { PlaceLink } from '../place-link.tsx';
import { EmptyState } from '../placeholders.tsx';
import css from './models.module.css';

/** What a model has to show before it may trade, in the order in which it is asked. */
const GATES = [
  { name: 'Accuracy', asked: 'at least 68 % right, on data that it was not trained on' },
  { name: 'Calibration', asked: 'a stated probability is off by less than 5 %' },
  { name: 'Backtest', asked: 'a Sharpe ratio above 1.5, walk-forward with purge and embargo' },
] as const;

/** The place of models: nothing is shown that is not there. */
export function ModelsPage(): ReactNode {
  return (
    <>
      <PageHead title="Models" />
      <div className={css.page}>
        <Panel title="Versions">
          <EmptyState action={<PlaceLink className={css.link} href="/strategies">Open the strategies</PlaceLink>}>No model is installed: every strategy of this run decides by its rules alone.</EmptyState>
        </Panel>
        <Panel title="Before a model may trade" note="Each gate is measured and shown with its reason; a model that misses one is not promoted.">
          <dl className={css.gates}>{GATES.map(({ name, asked }) => <div key={name}><dt>{name}</dt><dd>{asked}</dd></div>)}</dl>
        </Panel>
      </div>
    </>
  );
}
