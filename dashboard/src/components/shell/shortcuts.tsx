'use client';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useGo } from '../../data/places.ts';
import { usePreferences } from '../../data/preferences.ts';
import { DESTINATIONS } from './destinations.ts';

/** How long `g` waits for the letter of a place. */
const CHORD_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}

/** `g o` and its like go to a place, ⌘K, `/` and `?` open the palette. No key ever trades. */
export function useShortcuts(openPalette: () => void): void {
  const go = useEffectEvent(useGo());
  const { shortcuts } = usePreferences();
  const chordAt = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (!shortcuts || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '/' || event.key === '?') {
        event.preventDefault();
        openPalette();
      } else if (event.key === 'g') {
        chordAt.current = event.timeStamp;
      } else if (event.timeStamp - chordAt.current < CHORD_MS) {
        chordAt.current = 0;
        const place = DESTINATIONS.find(({ key }) => key === event.key);
        if (place !== undefined) go(place.path);
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [shortcuts, openPalette]);
}
