import { FolderBlobs } from '../../adapters/backup/folder-blobs.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Config } from '../config.ts';
import { DEFAULT_REGION } from '../place-options.ts';
import { Refusal } from '../refusal.ts';
import { openSecrets } from './secret-stores.ts';

/** The secrets that hold the keys of a bucket; the third one only where keys are lent for a time. */
const KEYS = ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'S3_SESSION_TOKEN'] as const;

/** Opens a place of backups: a folder, or `s3://bucket/prefix`. Refuses a bucket without keys. */
export async function openBackupPlace(place: string, { endpoint, region = DEFAULT_REGION }: { readonly endpoint: string | undefined; readonly region: string | undefined }, config: Config): Promise<BlobStore> {
  if (!place.startsWith('s3:')) {
    if (endpoint !== undefined) throw new Refusal('usage', `${place} is a folder, which has no endpoint`, { hint: 'A bucket reads s3://BUCKET/PREFIX.' });
    return new FolderBlobs(place);
  }
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w!.*'()/-]*?))?\/*$/.exec(place) ?? [];
  if (bucket === undefined) throw new Refusal('usage', `"${place}" is no bucket`, { hint: 'It reads s3://BUCKET/PREFIX; the name of a bucket has 3 to 63 small letters, digits, dots and dashes.' });
  const local = config.loopbackPort === undefined ? endpoint : `http://127.0.0.1:${config.loopbackPort}`;
  if (local !== undefined && !/^https?:$/.test(URL.canParse(local) ? new URL(local).protocol : '')) throw new Refusal('usage', `--endpoint takes a URL such as https://minio.example:9000, not "${local}"`);
  const secrets = openSecrets(config);
  const [accessKeyId, secretAccessKey, sessionToken] = [await secrets.read(KEYS[0]), await secrets.read(KEYS[1]), await secrets.read(KEYS[2])];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Refusal('usage', `there are no keys for ${place}: the secret ${accessKeyId === undefined ? KEYS[0] : KEYS[1]} is not set`, { hint: `Set ALGOTRENDY_SECRET_${KEYS[0]} and ALGOTRENDY_SECRET_${KEYS[1]}, or keep both in secrets.env.` });
  }
  const { S3Blobs } = await import('../../adapters/s3/s3-blobs.ts');
  return new S3Blobs({ bucket, prefix, region, endpoint: local, accessKeyId, secretAccessKey, sessionToken });
}
