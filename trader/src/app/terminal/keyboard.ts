/** What a key on the paper screen asks for. */
export type PaperKey = 'quit' | 'halt' | 'resume' | 'flatten' | 'pause' | 'faster' | 'slower';

const KEYS: Readonly<Record<string, PaperKey>> = {
  q: 'quit', Q: 'quit', '\u0003': 'quit', '\u0004': 'quit',
  h: 'halt', H: 'halt', r: 'resume', R: 'resume', f: 'flatten', F: 'flatten',
  p: 'pause', P: 'pause', ' ': 'pause', '+': 'faster', '=': 'faster', '-': 'slower', _: 'slower',
};

/** The keys as the last line of the screen shows them. */
export const KEY_HINTS: readonly (readonly [string, string])[] = [
  ['q', 'quit'], ['p', 'pause'], ['+/-', 'speed'], ['h', 'halt'], ['r', 'resume'], ['f', 'flatten'],
];

/** A terminal's keys: standard input. */
export interface KeyStream {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/**
 * Listens for keys until the function it returns is called. In raw mode Ctrl-C is a key and no
 * signal, so it asks for a clean stop. Does nothing where standard input is no terminal.
 */
export function listenForKeys(input: KeyStream, onKey: (key: PaperKey) => void): () => void {
  if (input.isTTY !== true) return () => {};
  const listener = (chunk: Buffer) => {
    for (const character of chunk.toString('utf8')) {
      if (character === '\u001b') return; // an arrow or function key: the rest is no text
      const key = KEYS[character];
      if (key !== undefined) onKey(key);
    }
  };
  input.setRawMode?.(true);
  input.on('data', listener);
  input.resume();
  return () => {
    input.off('data', listener);
    input.setRawMode?.(false);
    input.pause();
  };
}
