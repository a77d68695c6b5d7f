import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { IdentityImages } from '../identities/identity-images.ts';
import type { ApiClient } from './api-clients.ts';
import { authorize } from './authorize.ts';
import { readQuery } from './read-query.ts';
import type { Slots } from './slots.ts';

export interface IdentityImagesRoutesDeps {
  readonly clients: readonly ApiClient[];
  readonly identityImages: IdentityImages;
  /** Images that may be in memory at one time, on their way from the provider to the caller. */
  readonly imageSlots: Slots;
}

const once = 'must be given once';

/** E-mail addresses have 254 characters at the most (RFC 5321, erratum 1690). */
const listQuery = z.strictObject({
  emailOrPhoneNumber: z.union([z.e164(), z.email().max(254)], {
    error: 'must be given once: an e-mail address, or a phone number as E.164 with its + encoded as %2B',
  }),
});

const contentQuery = z.strictObject({
  transactionId: z.guid(`${once}: the provider's transaction, a UUID`),
  fileName: z
    .string(`${once}: a file name from the list of images`)
    .regex(/^(?!\.{1,2}$)[^/\\\p{C}]{1,255}$/u, 'must be a file name of 1 to 255 characters, without a path'),
});

/** `GET /v1/identities/images`: which images the provider holds of a user. The query is personal data: it goes into no log. */
export function listIdentityImagesRoute({ clients, identityImages }: IdentityImagesRoutesDeps): RequestHandler {
  return async (request, response) => {
    const { tenant } = authorize(request, clients, 'evidence:read');
    const { emailOrPhoneNumber } = readQuery(request, listQuery);
    const images = await identityImages.list(tenant, emailOrPhoneNumber);
    response.set('cache-control', 'no-store').json({ images });
  };
}

/** `GET /v1/identities/images/content`: one image, with the type that its first bytes tell. */
export function identityImageContentRoute(deps: IdentityImagesRoutesDeps): RequestHandler {
  return async (request, response) => {
    const { tenant } = authorize(request, deps.clients, 'evidence:read');
    const address = readQuery(request, contentQuery);
    response.once('close', deps.imageSlots.take());
    const { bytes, contentType } = await deps.identityImages.read(tenant, address);
    response
      .set({ 'content-type': contentType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      .send(bytes);
  };
}
