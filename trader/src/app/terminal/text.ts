// Texts that may hold colour escapes: as wide as what is seen of them. Every character that the
// product prints is one column wide.
const ESCAPES = /\u001b\[[0-9;?]*[a-zA-Z]/g;

/** The text without colours. */
export function stripEscapes(text: string): string {
  return text.includes('\u001b') ? text.replace(ESCAPES, '') : text;
}

// Colours, which stay; what moves a cursor, sets a title or answers back; and what turns the direction of writing.
const CONTROLS = /(\u001b\[[0-9;]*m)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The text with a mark in place of every control character but colours, tabs and line ends. What a
 * terminal is shown may quote a file's name or content, and those may hold anything.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, (_, color: string | undefined) => color ?? '\ufffd');
}

/** Columns that a text takes on a screen. */
export function visibleWidth(text: string): number {
  return stripEscapes(text).length;
}

/** The text cut to `width` columns, with an ellipsis where something was lost; colours are closed. */
export function clip(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  if (width <= 0) return '';
  let kept = '';
  let seen = 0;
  let at = 0;
  for (const escape of text.matchAll(ESCAPES)) {
    const visible = text.slice(at, escape.index).slice(0, width - 1 - seen);
    kept += visible + escape[0];
    seen += visible.length;
    at = escape.index + escape[0].length;
    if (seen >= width - 1) break;
  }
  if (seen < width - 1) kept += text.slice(at).slice(0, width - 1 - seen);
  return `${kept}…${kept.includes('\u001b') ? '\u001b[0m' : ''}`;
}

/** The text in exactly `width` columns, cut or filled up with blanks on the named side. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const clipped = clip(text, width);
  const blanks = ' '.repeat(Math.max(0, width - visibleWidth(clipped)));
  return align === 'left' ? clipped + blanks : blanks + clipped;
}

/** A left and a right text on one line of exactly `width` columns; the left one gives way. */
export function spread(left: string, right: string, width: number): string {
  const clipped = clip(right, width);
  return fit(left, width - visibleWidth(clipped)) + clipped;
}

/** Breaks words into lines of at most `width` columns; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
