import type { Bar } from '../domain/bar.ts';

/** How much one bar lets an account trade. */
export interface VolumeLimit {
  /** Base units that all of the account's fills in this bar may come to; 0 where nothing can be had. */
  units(bar: Bar): number;
}

/** At most this share of what traded in the bar; nothing where nothing did, or where the volume is absent. */
export class VolumeShare implements VolumeLimit {
  private readonly share: number;

  /** `share` lies above 0 and is at most 1. */
  constructor(share: number) {
    this.share = share;
  }

  units({ volume }: Bar): number {
    return volume > 0 ? volume * this.share : 0;
  }
}

/** So many units a bar, whatever traded: for bars that tell no volume. */
export class FixedVolume implements VolumeLimit {
  private readonly most: number;

  constructor(units: number) {
    this.most = units;
  }

  units(): number {
    return this.most;
  }
}
