import type { ReactNode } from 'react';
import css from './limit-bar.module.css';

/** From which share of a limit on it is marked as near. */
const NEAR = 0.8;

/** How much of a limit is used, as a bar with words; at 1 nothing more is allowed. */
export function LimitBar({ label, share, used, limit, headroom, atBreach }: {
  readonly label: ReactNode;
  /** used ÷ limit. */
  readonly share: number;
  readonly used: ReactNode;
  readonly limit: ReactNode;
  readonly headroom?: ReactNode;
  /** What happens at the limit, in words. */
  readonly atBreach?: string | undefined;
}): ReactNode {
  const state = share >= 1 ? 'reached' : share >= NEAR ? 'near' : 'free';
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <div className={css.limit}>
      <div className={css.line}>
        <span className={css.label}>{label}</span>
        <span className={css.figures}>{used} <span className={css.of}>of {limit}</span></span>
      </div>
      <svg className={`${css.bar} ${css[state]}`} width="100%" height="8" preserveAspectRatio="none" role="img" aria-label={`${Math.round(share * 100)} percent used`}>
        <rect className={css.track} width="100%" height="8" rx="4" />
        <rect className={css.fill} width={`${width}%`} height="8" rx="4" />
      </svg>
      <div className={css.line}>
        <span className={css.state}>
          {state === 'free' ? null : <strong className={css[state]}>{state === 'near' ? '▲ near' : '✕ reached'}</strong>}
          {headroom === undefined ? null : <span>{headroom} left</span>}
        </span>
        {atBreach === undefined ? null : <span className={`${css.of} ${css.breach}`}>at the limit: {atBreach}</span>}
      </div>
    </div>
  );
}
