/** Does something for each, one after the other, also where it fails for some: what it threw first comes out in the end. */
export async function eachOf<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const one of all) await work(one).catch((error: unknown) => { failures.push(error); });
  if (failures.length > 0) throw failures[0];
}
