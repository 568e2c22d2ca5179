/** How often it is looked whether the server answers again. */
const LOOK_MS = 2_000;

/** Whether a fault is that code of the page did not arrive, as while the server is away. */
export function isMissingCode(error: Error): boolean {
  return error.name === 'ChunkLoadError' || /^(Failed to load chunk|Loading chunk|error loading dynamically imported module)/i.test(error.message);
}

/** Loads the page anew once the server answers: before that, the browser's own error page would take its place. Ends the looking when `signal` does. */
export async function reloadWhenServed(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await isServed()) {
      if (!signal.aborted) location.reload();
      return;
    }
    await new Promise((done) => { setTimeout(done, LOOK_MS); });
  }
}

async function isServed(): Promise<boolean> {
  try {
    return (await fetch('/api/v1/health', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
