import { sha256Base64 } from '../../domain/id.ts';
import { bandFigure, equityFigure, rollingFigure } from './curves.ts';
import { distributions } from './distribution.ts';
import { figureGroups, measure } from './figures.ts';
import { Html, html } from './html.ts';
import { figureTables, header, tiles, verdict } from './overview.ts';
import { markShapes, priceFigures } from './price.ts';
import { SCRIPT } from './script.ts';
import type { TearSheet } from './sheet.ts';
import { STYLE } from './style.ts';
import { calendarTable, costTable, drawdownTable, factTables, windowTable } from './tables.ts';
import { tradeTable } from './trade-table.ts';

/**
 * A run as one HTML file that needs nothing else: no request leaves it, and its policy lets none
 * leave; only the script and the style that it came with may run, by their hashes. Everything is
 * drawn in the markup itself, so it can be read, printed and kept without a script, which adds
 * reading, zooming and sorting. The same sheet gives the same bytes.
 */
export function renderTearSheet(sheet: TearSheet): string {
  const measured = measure(sheet);
  const policy = `default-src 'none'; script-src 'sha256-${sha256Base64(SCRIPT)}'; style-src 'sha256-${sha256Base64(STYLE)}'; base-uri 'none'; form-action 'none'`;
  const empty = sheet.daily.values.length === 0;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${sheet.title} · ${sheet.subject} · ${sheet.kind}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${markShapes()}
<main>
${header(sheet)}
${verdict(sheet, measured)}
${!empty && [
    tiles(sheet, measured),
    section('equity-title', 'Equity', equityFigure(sheet)),
    sheet.monteCarlo !== undefined && section('band-title', 'Monte Carlo', bandFigure(sheet, sheet.monteCarlo)),
    sheet.windows !== undefined && windowTable(sheet.windows),
    prices(sheet),
    calendarTable(sheet),
    steadiness(rollingFigure(sheet, measured)),
    drawdownTable(sheet),
    distributions(sheet, measured),
    costTable(sheet, measured),
    tradeTable(sheet),
    figureTables(figureGroups(sheet, measured)),
  ]}
${factTables(sheet.facts, sheet.command)}
</main>
<footer><p>Made by AlgoTrendy. Nothing in this file is advice, and what was is no promise of what will be.</p></footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.text;
}

function section(id: string, title: string, content: Html): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

function prices(sheet: TearSheet): Html | undefined {
  const figures = priceFigures(sheet);
  if (figures.length === 0) return undefined;
  const left = (sheet.markets?.length ?? 0) - figures.length;
  return html`<section aria-labelledby="prices-title"><h2 id="prices-title">Prices and trades</h2>${figures}${left > 0 && html`<p class="note">${left} more markets are not drawn.</p>`}</section>`;
}

function steadiness(content: Html | undefined): Html | undefined {
  return content && section('rolling-title', 'How steady it was', content);
}
