/** Bars in a block: the unit in which bars are parsed, checked, stored and streamed. */
export const BLOCK_BARS = 65_536;
