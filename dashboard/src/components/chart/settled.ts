import { useEffect, useState } from 'react';

/** A value once it has stayed the same for `delayMs`: for what is spoken, so that a held key is not read out step by step. */
export function useSettled<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
