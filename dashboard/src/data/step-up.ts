import { useSyncExternalStore } from 'react';

/** A question that waits for an answer: whether the person has confirmed who they are. */
interface Question {
  readonly answer: (confirmed: boolean) => void;
}

const listeners = new Set<() => void>();
let question: Question | undefined;

function change(next: Question | undefined): void {
  question = next;
  for (const listener of listeners) listener();
}

/** Asks the person to confirm who they are; true when they did, false when they gave up. */
export function askStepUp(): Promise<boolean> {
  question?.answer(false);
  return new Promise((resolve) => {
    change({
      answer: (confirmed) => {
        change(undefined);
        resolve(confirmed);
      },
    });
  });
}

/** The question that waits, for the sheet that asks it. */
export function useStepUp(): Question | undefined {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => question, () => undefined);
}
