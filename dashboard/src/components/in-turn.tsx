'use client';

import type { ReactNode } from 'react';
import { useTurn } from '../data/turn.ts';

/** A part of a page that is made when its turn has come; `room` holds its place until then. */
export function InTurn({ room, children }: { readonly room: ReactNode; readonly children: () => ReactNode }): ReactNode {
  return useTurn() ? children() : room;
}
