import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { AppError } from '../runtime/errors.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { type ImageOwner, type ImageStore, imageContext } from './image-store.ts';
import type { Sealer } from './seal.ts';

/** A bucket of an S3-compatible store. */
export interface S3Place {
  readonly bucket: string;
  /** Stands before every key. */
  readonly prefix: string;
  readonly region: string;
  /** Address of a store that is not AWS; the bucket then stands in the path. */
  readonly endpoint?: string | undefined;
  /** Without them the SDK looks for the role of its surroundings. */
  readonly credentials?: S3ClientConfig['credentials'] | undefined;
}

/** One try may take a connection and an answer; three tries, with waits in between, end well before a client gives up. */
const [connectMsMax, answerMsMax, triesMax] = [2_000, 5_000, 3];
const socketsMax = 128;

/** What S3 and MinIO answer when there is no room. */
const fullNames = ['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded'];

/**
 * Images as encrypted objects `<prefix><tenant>/<captureId>/<name>`, where API and workers run on several machines.
 *
 * An object appears whole, but a capture's objects one by one: nobody looks for them before `put` has resolved, and what a
 * crash leaves is listed as its owner's.
 */
export function createS3ImageStore(place: S3Place, sealer: Pick<Sealer, 'open'>): ImageStore {
  const client = connect(place);
  const Bucket = place.bucket;
  const folderOf = ({ tenant, captureId }: ImageOwner): string => `${place.prefix}${tenant}/${captureId}/`;

  const remove = async (owner: ImageOwner): Promise<void> => {
    const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: folderOf(owner) });
    for await (const { Contents: objects = [] } of pages) {
      await Promise.all(objects.map(({ Key }) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
    }
  };
  return {
    async put(owner, images) {
      const objects = [...images].map(([name, { parts }]) => {
        return { Bucket, Key: `${folderOf(owner)}${name}`, Body: Buffer.concat(parts) };
      });
      freeMemory([...images.values()].flatMap(({ parts }) => parts));
      const puts = objects.map((object) => client.send(new PutObjectCommand(object)));
      const failed = (await Promise.allSettled(puts)).find((one) => one.status === 'rejected');
      if (!failed) return;
      await remove(owner).catch(() => undefined);
      throw toStoreError(failed.reason);
    },
    async get(owner, name) {
      const sealed = await read(client, { Bucket, Key: `${folderOf(owner)}${name}` });
      return sealer.open(sealed, imageContext(owner, name));
    },
    remove: (owner) => remove(owner).catch(throwStoreError),
    async *listOwners(before) {
      try {
        yield* listOwners(client, place, before);
      } catch (error) {
        throw toStoreError(error);
      }
    },
  };
}

function connect({ region, endpoint, credentials }: S3Place): S3Client {
  return new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials && { credentials }),
    maxAttempts: triesMax,
    requestHandler: {
      connectionTimeout: connectMsMax,
      requestTimeout: answerMsMax,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: socketsMax },
      httpsAgent: { maxSockets: socketsMax },
    },
    // The seal authenticates what is read; many stores don't know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

async function read(client: S3Client, at: { readonly Bucket: string; readonly Key: string }): Promise<Uint8Array> {
  try {
    const { Body: body } = await client.send(new GetObjectCommand(at));
    return (await body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (!(error instanceof S3ServiceException) || error.name !== 'NoSuchKey') throw toStoreError(error);
    throw new AppError('image_missing', 'An image of the capture is gone.', { retriable: false, cause: error });
  }
}

/** Objects of captures and nothing else: whatever somebody put beside them is not ours to name. */
const ownKey = /^([a-z0-9][a-z0-9-]*)\/(cap_[0-9a-z]+)\/[a-z0-9]+$/;

/** A page of a thousand keys at a time. The keys of an owner stand together, so only the last one is remembered. */
async function* listOwners(client: S3Client, place: S3Place, before: number): AsyncGenerator<ImageOwner> {
  let last = '';
  const pages = paginateListObjectsV2({ client }, { Bucket: place.bucket, Prefix: place.prefix });
  for await (const { Contents: objects = [] } of pages) {
    for (const { Key: key = '', LastModified: writtenAt } of objects) {
      const [, tenant, captureId] = ownKey.exec(key.slice(place.prefix.length)) ?? [];
      if (!tenant || !captureId || !writtenAt || writtenAt.getTime() >= before) continue;
      if (`${tenant}/${captureId}` !== last) yield { tenant, captureId };
      last = `${tenant}/${captureId}`;
    }
  }
}

function throwStoreError(error: unknown): never {
  throw toStoreError(error);
}

function toStoreError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const known = error instanceof S3ServiceException ? error : undefined;
  const full = known?.$metadata.httpStatusCode === 507 || fullNames.includes(known?.name ?? '');
  return full
    ? new AppError('image_store_full', 'The image store has no room.', { retriable: true, cause: error })
    : new AppError('image_store_failed', 'The image store can not be used.', { retriable: true, cause: error });
}
