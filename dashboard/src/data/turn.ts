'use client';

import { useEffect, useState } from 'react';

/** Parts of a page that wait to be made, those that came first at the front. */
const waiting: (() => void)[] = [];
let making = false;

function makeNext(): void {
  waiting.shift()?.();
  if (waiting.length === 0) making = false;
  else next();
}

/** After the next frame: what was made is painted, and a press is heard, before more is made. */
function next(): void {
  making = true;
  // A window that is not in sight has no frames.
  if (document.visibilityState === 'hidden') setTimeout(makeNext);
  else requestAnimationFrame(() => { setTimeout(makeNext); });
}

/**
 * False until the turn of this part of the page has come. A page that is made whole keeps a phone from answering for as
 * long as all of it takes; made part after part, it answers in between. Parts wait in the order in which they stand on the page.
 */
export function useTurn(): boolean {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const make = (): void => { setDue(true); };
    waiting.push(make);
    if (!making) next();
    return () => {
      const place = waiting.indexOf(make);
      if (place >= 0) waiting.splice(place, 1);
    };
  }, []);
  return due;
}
