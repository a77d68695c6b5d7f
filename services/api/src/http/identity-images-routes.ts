import {
  type IdentityImagesView,
  identityImageQuery,
  identityImagesQuery,
} from '@identity-events/shared/contracts/identity-images';
import type { RequestHandler } from 'express';
import type { IdentityImages } from '../identities/identity-images.ts';
import { noteObjects } from './audit-requests.ts';
import { clientOf } from './authorize.ts';
import { readQuery } from './read-query.ts';
import type { Slots } from './slots.ts';

export interface IdentityImagesRoutesDeps {
  readonly identityImages: IdentityImages;
  /** Images that may be in memory at one time, on their way from the provider to the caller. */
  readonly imageSlots: Slots;
}

/** `GET /v1/identities/images`: which images the provider holds of a user. The query is personal data: it goes into no log. */
export function listIdentityImagesRoute({ identityImages }: IdentityImagesRoutesDeps): RequestHandler {
  return async (request, response) => {
    const { tenant } = clientOf(response);
    const { emailOrPhoneNumber } = readQuery(request, identityImagesQuery);
    const images = await identityImages.list(tenant, emailOrPhoneNumber);
    response.set('cache-control', 'no-store').json({ images } satisfies IdentityImagesView);
  };
}

/** `GET /v1/identities/images/content`: one image, with the type that its first bytes tell. */
export function identityImageContentRoute(deps: IdentityImagesRoutesDeps): RequestHandler {
  return async (request, response) => {
    const { tenant } = clientOf(response);
    const address = readQuery(request, identityImageQuery);
    noteObjects(response, [address.transactionId]);
    response.once('close', deps.imageSlots.take());
    const { bytes, contentType } = await deps.identityImages.read(tenant, address);
    response.set('content-type', contentType).send(bytes);
  };
}
