/** One thing that `doctor` looked at: what was found, and what to do where it is not well. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly hint: string | undefined;
}

/** All is well with it. */
export function ok(name: string, detail: string): Check {
  return { name, status: 'ok', detail, hint: undefined };
}

/** It works, but a person should look at it. */
export function warn(name: string, detail: string, hint: string): Check {
  return { name, status: 'warn', detail, hint };
}

/** Something will not work until it is mended. */
export function fail(name: string, detail: string, hint: string): Check {
  return { name, status: 'fail', detail, hint };
}
