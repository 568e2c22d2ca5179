/** Colours of a chart, read from the page's tokens: the chart follows the theme and knows no colour itself. */
export interface ChartTheme {
  readonly background: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly up: string;
  readonly down: string;
  readonly upSoft: string;
  readonly downSoft: string;
  readonly label: string;
  /** Behind bars outside of a session. */
  readonly shade: string;
  readonly fontFamily: string;
}

/** The colours in force now. Colours are resolved by the browser, so a token may be any CSS colour. */
export function readTheme(element: HTMLElement): ChartTheme {
  const probe = document.createElement('span');
  element.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const up = read('--up');
  const down = read('--down');
  const theme = {
    background: read('--s1'), text: read('--text-2'), quiet: read('--text-3'), line: read('--line'), label: read('--s3'), shade: read('--s3'),
    up, down, upSoft: faded(up, 0.35), downSoft: faded(down, 0.35), fontFamily: getComputedStyle(element).fontFamily,
  };
  probe.remove();
  return theme;
}

/** Calls back whenever the theme or the colours of direction on <html> change; the result ends that. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-direction'] });
  return () => observer.disconnect();
}

function faded(color: string, alpha: number): string {
  const channels = color.match(/[\d.]+/g);
  return channels === null || channels.length < 3 ? color : `rgba(${channels[0]}, ${channels[1]}, ${channels[2]}, ${alpha})`;
}
