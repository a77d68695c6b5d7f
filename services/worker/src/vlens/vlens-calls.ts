import type { ImageName } from '@identity-events/shared/contracts/capture';
import { AppError } from '@identity-events/shared/runtime/errors';
import { type CaptureRecord, fieldContext } from '@identity-events/shared/store/capture-record';
import type { ImageStore } from '@identity-events/shared/store/image-store';
import { openText, type Sealer } from '@identity-events/shared/store/seal';
import type { VlensAnswer } from '@identity-events/vlens/answer';
import { VlensTransportError } from '@identity-events/vlens/transport-error';
import type { VerifyResult } from '@identity-events/vlens/verify-result';
import type { VlensClient } from '@identity-events/vlens/vlens-client';
import type { ProviderCalls } from '../captures/collect-evidence.ts';
import type { StepName } from '../captures/evidence.ts';
import { type Seen, toEvidence, toUnusableEvidence } from './to-evidence.ts';

export interface VlensCallsDeps {
  /** The client that speaks for a tenant. */
  readonly clientOf: (tenant: string) => VlensClient;
  readonly images: Pick<ImageStore, 'get'>;
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** What a step sends. */
interface StepCall {
  readonly client: VlensClient;
  readonly transactionId: string;
  readonly image: (name: ImageName) => Promise<Buffer>;
  /** The end user's token; opened only by the steps that need one. */
  readonly accessToken: () => string;
  readonly signal: AbortSignal;
}

/** Each step with its call. The capture's one transaction id joins them. */
const stepCalls: { readonly [S in StepName]: (call: StepCall) => Promise<VlensAnswer<VerifyResult>> } = {
  link: ({ client, transactionId, ...call }) => client.linkTransaction({ transactionId }, asUser(call)),
  id_front: async ({ client, transactionId, ...call }) =>
    client.verifyIdFront({ image: await call.image('front'), transactionId }, asUser(call)),
  id_back: async ({ client, transactionId, ...call }) =>
    client.verifyIdBack({ image: await call.image('back'), transactionId }, asUser(call)),
  liveness: async ({ client, transactionId, ...call }) =>
    client.verifyLiveness({ faces: await facesOf(call), transactionId }, asUser(call)),
  ocr_front: async ({ client, transactionId, image, signal }) =>
    client.ocrIdFront({ image: await image('front'), transactionId }, { signal }),
  ocr_back: async ({ client, transactionId, image, signal }) =>
    client.ocrIdBack({ image: await image('back'), transactionId }, { signal }),
  ocr_liveness: async ({ client, transactionId, ...call }) =>
    client.ocrLiveness({ faces: await facesOf(call), transactionId }, { signal: call.signal }),
};

function asUser({ accessToken, signal }: Pick<StepCall, 'accessToken' | 'signal'>) {
  return { accessToken: accessToken(), signal };
}

function facesOf({ image }: Pick<StepCall, 'image'>): Promise<[Buffer, Buffer, Buffer]> {
  return Promise.all([image('face1'), image('face2'), image('face3')]);
}

/** The provider calls of captures, through the Vlens client. */
export function createVlensCalls(deps: VlensCallsDeps): ProviderCalls {
  return {
    async call(step, capture, signal) {
      const { tenant, id: captureId } = capture;
      const call: StepCall = {
        client: deps.clientOf(tenant),
        transactionId: capture.transactionId,
        image: (name) => deps.images.get({ tenant, captureId }, name),
        accessToken: () => openUserToken(deps.sealer, capture),
        signal,
      };
      const startedAt = performance.now();
      const seen = await makeCall(step, call);
      return { ...seen, finishedAt: deps.now(), durationMs: Math.round(performance.now() - startedAt) };
    },
  };
}

async function makeCall(step: StepName, call: StepCall): Promise<Seen> {
  try {
    return toEvidence(step, await stepCalls[step](call));
  } catch (error) {
    if (error instanceof VlensTransportError) return toUnusableEvidence(error);
    throw error;
  }
}

function openUserToken(sealer: Sealer, { tenant, id, userToken }: CaptureRecord): string {
  if (userToken === undefined) {
    throw new AppError('user_token_missing', 'The capture has no user token.', { retriable: false });
  }
  return openText(sealer, userToken, fieldContext(tenant, id, 'userToken'));
}
