import type { ReactNode } from 'react';
import { Skeleton } from './placeholders.tsx';

/** Room for a part of a page whose code is being fetched. */
export function LazyPart(): ReactNode {
  return <Skeleton lines={4} size="row" />;
}
