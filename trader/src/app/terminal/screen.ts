import { clip, printable } from './text.ts';
import type { TextStream } from './terminal.ts';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
// Terminals that know synchronized output show a frame whole; the others ignore these.
const BEGIN_FRAME = '\u001b[?2026h';
const END_FRAME = '\u001b[?2026l';

/** A terminal taken over whole: the alternate screen, no cursor, and only changed lines rewritten. */
export class Screen {
  readonly #stream: TextStream;
  #shown: string[] = [];
  #size = '';

  constructor(stream: TextStream) {
    this.#stream = stream;
    stream.write(ENTER);
  }

  /** Columns and rows there are now. */
  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#stream.columns ?? 80, rows: this.#stream.rows ?? 24 };
  }

  /** Shows these lines from the top; what does not fit is cut. Draws anew after a change of size. */
  draw(lines: readonly string[]): void {
    const { columns, rows } = this.size;
    const size = `${columns}x${rows}`;
    let output = '';
    if (size !== this.#size) {
      output += '\u001b[2J';
      this.#shown = [];
      this.#size = size;
    }
    for (let row = 0; row < rows; row++) {
      const line = clip(printable(lines[row] ?? ''), columns);
      if (line === (this.#shown[row] ?? '')) continue;
      output += `\u001b[${row + 1};1H${line}\u001b[K`;
      this.#shown[row] = line;
    }
    if (output !== '') this.#stream.write(BEGIN_FRAME + output + END_FRAME);
  }

  /** Gives the terminal back as it was found; nothing is drawn after this. */
  close(): void {
    this.#stream.write(LEAVE);
  }
}
