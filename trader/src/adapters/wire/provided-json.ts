import type { z } from 'zod';

/** A text as JSON; undefined where it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first place at which a body has another shape, in words. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? '' : `${issue.path.join('.')} ${issue.message}`.trim();
}
