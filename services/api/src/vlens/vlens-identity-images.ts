import { type EvidenceImageName, evidenceImageNames } from '@identity-events/shared/contracts/identity-images';
import type { UserImages } from '@identity-events/vlens/image-result';
import type { VlensClient } from '@identity-events/vlens/vlens-client';
import { EvidenceError } from '../identities/evidence-error.ts';
import { type IdentityImages, type ImageReference } from '../identities/identity-images.ts';
import type { AdminSession } from './admin-session.ts';
import { callAsAdmin } from './call-as-admin.ts';

/** A tenant's access to the provider's evidence. */
export interface EvidenceAccess {
  readonly client: Pick<VlensClient, 'getUserImages' | 'getStepImage'>;
  readonly session: AdminSession;
}

/** The evidence that Vlens keeps. A tenant without access gets `EvidenceError('evidence_not_configured')`. */
export function createVlensIdentityImages(accessOf: (tenant: string) => EvidenceAccess | undefined): IdentityImages {
  const access = (tenant: string): EvidenceAccess => {
    const found = accessOf(tenant);
    if (!found) throw new EvidenceError('evidence_not_configured');
    return found;
  };
  return {
    async list(tenant, emailOrPhoneNumber) {
      const { client, session } = access(tenant);
      const images = await callAsAdmin(session, (accessToken) =>
        client.getUserImages(emailOrPhoneNumber, { accessToken }),
      );
      return toReferences(images);
    },
    async read(tenant, address) {
      const { client, session } = access(tenant);
      const image = await callAsAdmin(session, (accessToken) => client.getStepImage(address, { accessToken }));
      if (!image) throw new EvidenceError('evidence_not_found');
      return image;
    },
  };
}

/** Source: docs.vlenseg.com, reference of GetUserDigitalIdentityImages. */
const fieldOf: { readonly [N in EvidenceImageName]: keyof UserImages } = {
  front: 'idFrontImage',
  back: 'idBackImage',
  liveness: 'livenessImage',
  face1: 'livenessFace01Image',
  face2: 'livenessFace02Image',
  face3: 'livenessFace03Image',
};

function toReferences(images: UserImages): ImageReference[] {
  return evidenceImageNames.flatMap((name) => {
    const fileName = images[fieldOf[name]];
    return fileName ? [{ name, fileName }] : [];
  });
}
