import { readText, value } from './options.ts';

/** Where a bucket is looked for if nothing is said. */
export const DEFAULT_REGION = 'us-east-1';

/** The options that say where a bucket is. */
export const PLACE_OPTIONS = {
  endpoint: value('URL', 'where the bucket is, if not at Amazon: any server that speaks S3', readText),
  region: value('NAME', `the region of the bucket; ${DEFAULT_REGION} where it is not given`, readText),
} as const;
