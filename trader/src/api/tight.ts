/** A value whose absent members are absent, and not undefined. */
export type Tight<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]: Tight<Exclude<T[K], undefined>> } : T;

/** The same without the members that were not given: to a port, absent is absent. */
export function tight<T extends object>(given: T): Tight<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Tight<T>;
}
