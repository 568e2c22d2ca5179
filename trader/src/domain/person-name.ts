const OTHERS: Readonly<Record<string, string>> = { cli: 'the command line', file: 'the KILL file', signal: 'a signal', guard: 'a guard', key: 'the terminal', feed: 'the feed' };

/** Who gave a command, as people say it: `user:ana` as `ana`, `cli` as `the command line`. */
export function personName(by: string): string {
  return by.startsWith('user:') ? by.slice('user:'.length) : OTHERS[by] ?? by;
}
