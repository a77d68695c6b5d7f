import type { EvidenceImageName } from '@identity-events/shared/contracts/identity-images';

/** An image that the provider holds, under the name by which it is fetched. */
export interface ImageReference {
  readonly name: EvidenceImageName;
  readonly fileName: string;
}

/** Which image of which provider transaction. */
interface ImageAddress {
  readonly transactionId: string;
  readonly fileName: string;
}

/** An image as the provider keeps it; the type is told from its first bytes. Personal data. */
export interface EvidenceImage {
  readonly bytes: Buffer;
  readonly contentType: 'image/jpeg' | 'image/png';
}

/**
 * The images that the provider holds of verified persons.
 *
 * Nothing is kept here. Both methods throw `EvidenceError`, and `AppError('redis_unavailable')`.
 */
export interface IdentityImages {
  /** The images of the user with that e-mail address or phone number; none when the user has no images. */
  list(tenant: string, emailOrPhoneNumber: string): Promise<ImageReference[]>;
  /** One image. */
  read(tenant: string, address: ImageAddress): Promise<EvidenceImage>;
}
