/** The machine's time, for what is tested over real sockets. */
export { WALL_CLOCK } from '../src/app/wiring/wall-clock.ts';
