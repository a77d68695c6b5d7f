import { newCaptureId } from '@identity-events/api/captures/capture-id';
import { sealSubmission } from '@identity-events/api/captures/seal-submission';
import { type SubmitCaptureDeps, submitCapture } from '@identity-events/api/captures/submit-capture';
import { createBullmqCaptureQueue } from '@identity-events/api/queue/bullmq-capture-queue';
import { windows } from '@identity-events/shared/contracts/windows';
import { errorCode } from '@identity-events/shared/runtime/errors';
import { connectFailingFast } from '@identity-events/shared/runtime/redis';
import { createCaptures } from '@identity-events/shared/store/captures';
import { createDiskImageStore } from '@identity-events/shared/store/disk-image-store';
import { createSealer } from '@identity-events/shared/store/seal';
import { v4 } from 'uuid';
import type { Door } from './door.ts';

export interface QueueDoorSettings {
  readonly redisUrl: string;
  /** The key ring of the system, or its workers can't open what is sealed here. */
  readonly encryptionKeys: string;
  /** The folder of images that the workers see. */
  readonly storeDir: string;
  readonly tenant: string;
  /** The budget by which the API tells when an outcome can be expected. */
  readonly windows: string;
}

const commandTimeoutMs = 10_000;
const dayMs = 86_400_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Puts captures straight into the queue, past HTTP only: it runs the API's own use case, so that images, record, idempotency and
 * job are stored by the steps that production runs.
 */
export function openQueueDoor(settings: QueueDoorSettings): Door {
  const redis = connectFailingFast(settings.redisUrl, commandTimeoutMs, silent);
  const deps = toDeps(settings, redis);
  const ready =
    redis.status === 'ready' ? Promise.resolve() : new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  return {
    async submit({ idempotencyKey, fields, images }) {
      await ready;
      try {
        const { id } = await submitCapture(deps, { tenant: settings.tenant, idempotencyKey, fields, images });
        return { captureId: id };
      } catch (error) {
        return { refused: errorCode(error) };
      }
    },
    close: async () => redis.disconnect(),
  };
}

function toDeps(settings: QueueDoorSettings, redis: ReturnType<typeof connectFailingFast>): SubmitCaptureDeps {
  const sealer = createSealer(settings.encryptionKeys);
  const budget = windows.parse(settings.windows);
  return {
    captures: createCaptures(redis),
    images: createDiskImageStore(settings.storeDir, sealer),
    queue: createBullmqCaptureQueue(redis),
    sealer,
    seal: async (submission) => sealSubmission(sealer, submission),
    now: Date.now,
    newCaptureId,
    newTransactionId: v4,
    windowsOf: () => budget,
    idempotencyWindowMs: dayMs,
    expiryMsOf: () => dayMs,
    logger: silent,
  };
}
