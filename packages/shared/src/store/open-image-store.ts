import { mkdir } from 'node:fs/promises';
import { createDiskImageStore } from './disk-image-store.ts';
import type { ImageStore } from './image-store.ts';
import type { ImageStoreSettings } from './image-store-settings.ts';
import type { Sealer } from './seal.ts';

/**
 * The store that the settings choose; its folder is made if need be, its bucket must be there. The S3 client is loaded only
 * where it is wanted: it is larger than all else.
 */
export async function openImageStore(settings: ImageStoreSettings, sealer: Pick<Sealer, 'open'>): Promise<ImageStore> {
  if (settings.CAPTURE_STORE === 's3') {
    const { createS3ImageStore } = await import('./s3-image-store.ts');
    return createS3ImageStore(placeOf(settings), sealer);
  }
  const folder = settings.CAPTURE_STORE_DIR ?? '';
  await mkdir(folder, { recursive: true });
  return createDiskImageStore(folder, sealer);
}

function placeOf(settings: ImageStoreSettings) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  const { AWS_SESSION_TOKEN: sessionToken } = settings;
  return {
    bucket: settings.CAPTURE_STORE_S3_BUCKET ?? '',
    prefix: settings.CAPTURE_STORE_S3_PREFIX ?? '',
    region: settings.CAPTURE_STORE_S3_REGION,
    endpoint: settings.CAPTURE_STORE_S3_ENDPOINT,
    credentials:
      accessKeyId && secretAccessKey
        ? { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
        : undefined,
  };
}
