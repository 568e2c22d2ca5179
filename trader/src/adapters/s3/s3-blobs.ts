import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, S3ServiceException, type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { BlobError } from '../../domain/blob-error.ts';
import type { Secret } from '../../domain/secret.ts';
import type { BlobLock, BlobStore } from '../../ports/blob-store.ts';

/** Where a bucket is, and with which keys it is reached. */
export interface S3Place {
  readonly bucket: string;
  /** What all names begin with; no slash at either end, and may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** Another server than Amazon's that speaks S3, as `https://minio.example:9000`. */
  readonly endpoint: string | undefined;
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  /** Of keys that are lent for a time. */
  readonly sessionToken: Secret | undefined;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 120_000;
/** A lock that was not renewed for so long is taken for one whose process is dead. By the server's clock alone. */
const LEASE_MS = 5 * 60_000;
/** How old a lock's last renewal may be before it is renewed. */
const RENEW_MS = 60_000;
const LOCK = 'lock';

/**
 * Blobs as objects of a bucket below a prefix. Writes of S3 are whole and durable when they are acknowledged,
 * and its lists show them at once. The lock is an object that only one can make, by a conditional write; whoever
 * dies with it keeps others out until the lease is over.
 */
export class S3Blobs implements BlobStore {
  readonly place: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor({ bucket, prefix, region, endpoint, accessKeyId, secretAccessKey, sessionToken }: S3Place) {
    this.place = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#client = new S3Client({
      region, ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      // Where it is and with which keys is ours to say: the SDK must not look in the environment, in files of Amazon's tools or on the network.
      ignoreConfiguredEndpointUrls: true,
      credentials: { accessKeyId: accessKeyId.reveal(), secretAccessKey: secretAccessKey.reveal(), ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }) },
      // Without the last one an answer that does not come is a line in a log, and is waited for for ever.
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
    });
  }

  async put(name: string, contents: Uint8Array): Promise<void> {
    await this.#attempt(() => this.#client.send(new PutObjectCommand({ ...this.#object(name), Body: contents, ContentLength: contents.length })));
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#attempt(async () => {
      try {
        const { Body } = await this.#client.send(new GetObjectCommand(this.#object(name)));
        return Body === undefined ? undefined : await readWhole(Body);
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    return this.#attempt(async () => {
      const names: string[] = [];
      for (let token: string | undefined; ;) {
        const page = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: `${this.#prefix}${prefix}`, ContinuationToken: token }));
        for (const { Key = '' } of page.Contents ?? []) names.push(Key.slice(this.#prefix.length));
        if (page.IsTruncated !== true) return names.filter((name) => name !== LOCK);
        token = page.NextContinuationToken;
        // Pieces of backups that are not in the list would be taken for needless ones.
        if (token === undefined) throw new BlobError('storage', `${this.place} gives a part of its list, and not how it goes on; nothing was changed`);
      }
    });
  }

  async move(from: string, to: string): Promise<void> {
    const { Bucket, Key } = this.#object(from);
    await this.#attempt(() => this.#client.send(new CopyObjectCommand({ ...this.#object(to), CopySource: `${Bucket}/${Key.split('/').map(encodeURIComponent).join('/')}` })));
    await this.remove(from);
  }

  async remove(name: string): Promise<void> {
    await this.#attempt(() => this.#client.send(new DeleteObjectCommand(this.#object(name))));
  }

  async lock(): Promise<BlobLock> {
    const busy = () => new BlobError('locked', `${this.place}: another process is writing here; try again when it is done, or ${LEASE_MS / 60_000} minutes after it has died`);
    let tag = await this.#takeLock({ IfNoneMatch: '*' });
    if (tag === undefined) {
      const old = await this.#lockState();
      tag = old === undefined || !(old.ageMs > LEASE_MS) ? undefined : await this.#takeLock({ IfMatch: old.tag });
    }
    if (tag === undefined) throw busy();
    let renewed = performance.now();
    return {
      renew: async () => {
        if (performance.now() - renewed < RENEW_MS) return;
        tag = await this.#takeLock({ IfMatch: tag ?? '' });
        if (tag === undefined) throw busy();
        renewed = performance.now();
      },
      release: async () => {
        if (tag !== undefined && (await this.#lockState())?.tag === tag) await this.remove(LOCK);
      },
    };
  }

  /** Writes the lock if the condition holds; its tag, or undefined where it does not. */
  async #takeLock(condition: { readonly IfNoneMatch: '*' } | { readonly IfMatch: string }): Promise<string | undefined> {
    return this.#attempt(async () => {
      try {
        // Another body each time, so that each has a tag of its own.
        return (await this.#client.send(new PutObjectCommand({ ...this.#object(LOCK), Body: randomUUID(), ...condition }))).ETag;
      } catch (error) {
        if (error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0) && error.name !== 'NoSuchBucket') return undefined;
        throw error;
      }
    });
  }

  /** The tag of the lock, and how long ago it was written by the server's clock; undefined where there is none. */
  async #lockState(): Promise<{ readonly tag: string; readonly ageMs: number } | undefined> {
    return this.#attempt(async () => {
      let date = Number.NaN;
      const head = new HeadObjectCommand(this.#object(LOCK));
      head.middlewareStack.add((next) => async (args) => {
        const answer = await next(args);
        const headers = (answer.response as { readonly headers?: Readonly<Record<string, string>> }).headers;
        date = Date.parse(headers?.['date'] ?? '');
        return answer;
      }, { step: 'deserialize' });
      try {
        const { LastModified, ETag } = await this.#client.send(head);
        return ETag === undefined ? undefined : { tag: ETag, ageMs: date - (LastModified?.getTime() ?? Number.NaN) };
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
        throw error;
      }
    });
  }

  #object(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${name}` };
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** What an error of the SDK is to us; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
  #error(error: unknown): BlobError {
    if (error instanceof BlobError) return error;
    const message = error instanceof Error ? error.message || error.name : String(error);
    if (!(error instanceof S3ServiceException)) return new BlobError('unreachable', `${this.place} does not answer: ${message}; look at the endpoint and the network`, error);
    const status = error.$metadata.httpStatusCode ?? 0;
    if (error.name === 'NoSuchBucket') return new BlobError('none', `${this.place}: there is no such bucket; make it first`, error);
    if (status === 401 || status === 403) return new BlobError('refused', `${this.place} refuses: ${error.name}; look at the keys, their rights and the region`, error);
    if (status === 429 || status >= 500) return new BlobError('unreachable', `${this.place} does not serve now: ${error.name}: ${message}`, error);
    return new BlobError('storage', `${this.place} refuses: ${error.name}: ${message}`, error);
  }
}

/** The body of an answer, which may stop in its middle without an end. */
async function readWhole(body: NonNullable<GetObjectCommandOutput['Body']>): Promise<Uint8Array> {
  const timer = setTimeout(() => { if (body instanceof Readable) body.destroy(new Error(`no more of it within ${ANSWER_MS / 1000} s`)); }, ANSWER_MS);
  try {
    return await body.transformToByteArray();
  } finally {
    clearTimeout(timer);
  }
}
