'use client';

// Whoever prerenders this names the chart's library in the page, so that it is fetched beside the page's own scripts.
import './price-scene.ts';

/** Nothing to see: where it stands, a chart is about to. */
export function ChartSoon(): undefined {
  return undefined;
}
