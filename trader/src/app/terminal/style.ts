/** Puts a meaning's colour around a text, or leaves it as it is. */
export type Paint = (text: string) => string;

/** The colours by what they mean, so that a screen reads the same everywhere. */
export interface Style {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly accent: Paint;
  /** Headings of tables and panels. */
  readonly heading: Paint;
  /** White on a coloured ground: the mode, the state. */
  readonly badge: { readonly paper: Paint; readonly good: Paint; readonly warn: Paint; readonly bad: Paint };
}

const escape = (codes: string): Paint => (text) => (text === '' ? '' : `\u001b[${codes}m${text}\u001b[0m`);

/** Colours of the 256-colour palette, chosen to read on dark and light grounds. */
export const COLOR_STYLE: Style = {
  strong: escape('1'),
  faint: escape('38;5;244'),
  good: escape('38;5;35'),
  bad: escape('38;5;203'),
  warn: escape('38;5;214'),
  accent: escape('38;5;38'),
  heading: escape('1;38;5;67'),
  badge: {
    paper: escape('1;38;5;231;48;5;25'),
    good: escape('1;38;5;231;48;5;29'),
    warn: escape('1;38;5;16;48;5;214'),
    bad: escape('1;38;5;231;48;5;160'),
  },
};

const plain: Paint = (text) => text;

/** No colours: files, pipes, NO_COLOR. */
export const PLAIN_STYLE: Style = {
  strong: plain, faint: plain, good: plain, bad: plain, warn: plain, accent: plain, heading: plain,
  badge: { paper: plain, good: plain, warn: plain, bad: plain },
};
