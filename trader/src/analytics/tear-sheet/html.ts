/** Markup that may stand in a page as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put into markup: text and numbers are escaped, markup and lists of it are not; undefined and false are nothing. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/** Markup from a template; whatever is put into it is escaped unless it is markup. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((text, part, i) => text + markupOf(contents[i - 1]) + part));
}

function markupOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(markupOf).join('');
  return String(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Data for the page's script: JSON in which nothing can end the element that holds it. */
export function dataBlock(id: string, data: unknown): Html {
  return new Html(`<script type="application/json" id="${id}">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`);
}
