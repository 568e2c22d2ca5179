import { Refusal } from '../refusal.ts';
import type { KeyStream } from './keyboard.ts';
import type { TextStream } from './terminal.ts';

/** A PEM key goes on to its last line. */
const PEM_BEGIN = '-----BEGIN';
const PEM_END = /-----END [A-Z ]+-----\s*$/;

/** Asks a person for a value, which is not shown while it is typed or pasted. Refuses on Ctrl-C. */
export function askSecret(question: string, input: KeyStream, output: TextStream): Promise<string> {
  output.write(`${question} (not shown): `);
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (end: () => void) => {
      input.off('data', listener);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
      end();
    };
    const listener = (chunk: Buffer) => {
      for (const character of chunk.toString('utf8')) {
        if (character === '\u0003') {
          finish(() => { reject(new Refusal('interrupted', 'nothing was kept')); });
          return;
        }
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else if (character !== '\r' && character !== '\n') typed += character;
        else if (typed.startsWith(PEM_BEGIN) && !PEM_END.test(typed)) typed += '\n';
        else {
          finish(() => { resolve(typed.trim()); });
          return;
        }
      }
    };
    input.setRawMode?.(true);
    input.on('data', listener);
    input.resume();
  });
}
