import type { ChartLevel } from './chart-marks.ts';

/** What is dragged on: pixels are from the top of the chart. */
export interface DragGround {
  /** The movable line at a height; undefined where there is none. */
  levelAt(y: number): ChartLevel | undefined;
  /** The price at a height; undefined outside of the candles. */
  priceAt(y: number): number | undefined;
  /** Draws a line at another price while it is held; undefined draws it where it belongs. */
  draw(level: ChartLevel, price: number | undefined): void;
  /** It was let go at a price. */
  drop(level: ChartLevel, price: number): void;
}

/**
 * Lets a person take hold of a line with the mouse and move it. Only the picture moves: what was let go is asked about
 * first. A finger scrolls the page, and keys have the form that says the same.
 */
export function dragLevels(container: HTMLElement, ground: DragGround): () => void {
  let held: { readonly level: ChartLevel; readonly from: number; price: number | undefined } | undefined;
  const heightOf = ({ clientY }: MouseEvent): number => clientY - container.getBoundingClientRect().top;
  const end = (): void => {
    window.removeEventListener('mousemove', move);
    window.removeEventListener('mouseup', drop);
    window.removeEventListener('keydown', cancel, true);
    if (held !== undefined) ground.draw(held.level, undefined);
    held = undefined;
    container.style.cursor = '';
  };
  const move = (event: MouseEvent): void => {
    if (held === undefined) return;
    held.price = ground.priceAt(heightOf(event)) ?? held.price;
    ground.draw(held.level, held.price);
  };
  const drop = (event: MouseEvent): void => {
    const last = held;
    end();
    // A press that did not move is none.
    if (last?.price !== undefined && Math.abs(heightOf(event) - last.from) > SLACK) ground.drop(last.level, last.price);
  };
  const cancel = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    end();
  };
  // Before the chart hears of it, which would scroll.
  const take = (event: MouseEvent): void => {
    const level = event.button === 0 ? ground.levelAt(heightOf(event)) : undefined;
    if (level === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    held = { level, from: heightOf(event), price: undefined };
    window.addEventListener('mousemove', move);
    window.addEventListener('mouseup', drop);
    window.addEventListener('keydown', cancel, true);
  };
  const hover = (event: MouseEvent): void => { if (held === undefined) container.style.cursor = ground.levelAt(heightOf(event)) === undefined ? '' : 'ns-resize'; };
  container.addEventListener('mousedown', take, true);
  container.addEventListener('mousemove', hover);
  return () => {
    end();
    container.removeEventListener('mousedown', take, true);
    container.removeEventListener('mousemove', hover);
  };
}

/** Pixels that a hand trembles. */
const SLACK = 3;
