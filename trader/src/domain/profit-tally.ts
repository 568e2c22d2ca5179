/** Profits after fees of round trips, counted as they end; one that comes out even is neither won nor lost. (Sums begin as in `Position`.) */
export class ProfitTally {
  count = 0;
  won = 0;
  lost = 0;
  /** Sum of profits above 0. */
  gains = NaN;
  /** Sum of losses, above 0. */
  losses = NaN;

  constructor() {
    this.gains = this.losses = 0;
  }

  add(profit: number): void {
    this.count += 1;
    if (profit > 0) {
      this.won += 1;
      this.gains += profit;
    } else if (profit < 0) {
      this.lost += 1;
      this.losses -= profit;
    }
  }
}
