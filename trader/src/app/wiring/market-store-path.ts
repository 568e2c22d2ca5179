import { join } from 'node:path';

/** Where bars of providers lie in a state folder. */
export function marketStorePath(home: string): string {
  return join(home, 'market', 'bars.sqlite');
}
