import type { ImageName } from '@identity-events/shared/contracts/capture';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { ImageStore } from '@identity-events/shared/store/image-store';
import type { Sealer } from '@identity-events/shared/store/seal';
import { type CardSide, sealIdentity } from '@identity-events/shared/store/sealed-identity';
import { openUserToken } from '@identity-events/shared/store/user-token';
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
  /** Whether the tenant keeps the fields of verified persons' cards; the provider is not asked for them otherwise. */
  readonly keepsIdentity: (tenant: string) => boolean;
  readonly now: () => number;
}

/** What a step needs. */
interface StepNeeds {
  readonly client: VlensClient;
  readonly transactionId: string;
  readonly image: (name: ImageName) => Promise<Buffer>;
  /** The end user's token; opened only for the steps that carry one. */
  readonly accessToken: () => string;
  readonly getExtractedData: boolean;
}

type Send = (signal: AbortSignal) => Promise<VlensAnswer<VerifyResult>>;

/** Each step: what it gathers, and then its call. The capture's one transaction id joins them. */
const steps: { readonly [S in StepName]: (needs: StepNeeds) => Promise<Send> } = {
  link: async ({ client, transactionId, accessToken, getExtractedData }) => {
    const token = accessToken();
    return (signal) => client.linkTransaction({ transactionId, getExtractedData }, { accessToken: token, signal });
  },
  id_front: async ({ client, transactionId, getExtractedData, ...needs }) => {
    const [image, accessToken] = [await needs.image('front'), needs.accessToken()];
    return (signal) => client.verifyIdFront({ image, transactionId, getExtractedData }, { accessToken, signal });
  },
  id_back: async ({ client, transactionId, getExtractedData, ...needs }) => {
    const [image, accessToken] = [await needs.image('back'), needs.accessToken()];
    return (signal) => client.verifyIdBack({ image, transactionId, getExtractedData }, { accessToken, signal });
  },
  liveness: async ({ client, transactionId, getExtractedData, ...needs }) => {
    const [faces, accessToken] = [await facesOf(needs), needs.accessToken()];
    return (signal) => client.verifyLiveness({ faces, transactionId, getExtractedData }, { accessToken, signal });
  },
  ocr_front: async ({ client, transactionId, ...needs }) => {
    const image = await needs.image('front');
    return (signal) => client.ocrIdFront({ image, transactionId, getExtractedData: false }, { signal });
  },
  ocr_back: async ({ client, transactionId, ...needs }) => {
    const image = await needs.image('back');
    return (signal) => client.ocrIdBack({ image, transactionId, getExtractedData: false }, { signal });
  },
  ocr_liveness: async ({ client, transactionId, ...needs }) => {
    const faces = await facesOf(needs);
    return (signal) => client.ocrLiveness({ faces, transactionId, getExtractedData: false }, { signal });
  },
};

function facesOf({ image }: Pick<StepNeeds, 'image'>): Promise<[Buffer, Buffer, Buffer]> {
  return Promise.all([image('face1'), image('face2'), image('face3')]);
}

/** The provider calls of captures, through the Vlens client. */
export function createVlensCalls(deps: VlensCallsDeps): ProviderCalls {
  const { clientOf, images, sealer, now } = deps;
  return {
    async prepare(step, capture) {
      const { tenant, id: captureId } = capture;
      const send = await steps[step]({
        client: clientOf(tenant),
        transactionId: capture.transactionId,
        image: (name) => images.get({ tenant, captureId }, name),
        accessToken: () => accessTokenOf(sealer, capture),
        getExtractedData: deps.keepsIdentity(tenant),
      });
      return async (signal) => {
        const startedAt = performance.now();
        const { seen, card } = await ask(step, send, signal);
        const evidence = { ...seen, finishedAt: now(), durationMs: Math.round(performance.now() - startedAt) };
        if (card.length === 0 || !deps.keepsIdentity(tenant)) return { evidence };
        return { evidence, sealedIdentity: sealIdentity(sealer, capture, step, card) };
      };
    },
  };
}

/** An answer, with what it says of the person apart. */
interface Told {
  readonly seen: Seen;
  /** The sides of the card that were read. */
  readonly card: readonly CardSide[];
}

async function ask(step: StepName, send: Send, signal: AbortSignal): Promise<Told> {
  try {
    const answer = await send(signal);
    const seen = toEvidence(step, answer);
    const sides = answer.ok ? [answer.value.identity.back, answer.value.identity.front] : [];
    return { seen, card: sides.filter((side) => side !== null) };
  } catch (error) {
    if (error instanceof VlensTransportError) return { seen: toUnusableEvidence(error), card: [] };
    throw error;
  }
}

function accessTokenOf(sealer: Sealer, { userToken, ...capture }: CaptureRecord): string {
  if (userToken === undefined) {
    throw new AppError('user_token_missing', 'The capture has no user token.', { retriable: false });
  }
  return openUserToken(sealer, userToken, capture);
}
