import { z } from 'zod';
import { text } from './wire.ts';

/** File names for `getStepImage`. Null: the provider has no such image. */
export interface UserImages {
  readonly idFrontImage: string | null;
  readonly idBackImage: string | null;
  readonly livenessImage: string | null;
  readonly livenessFace01Image: string | null;
  readonly livenessFace02Image: string | null;
  readonly livenessFace03Image: string | null;
}

/** An image, decoded. Personal data. */
export interface StepImage {
  readonly bytes: Buffer;
  /** Told from the first bytes, never from the provider's word. */
  readonly contentType: 'image/jpeg' | 'image/png';
}

const noImages: UserImages = {
  idFrontImage: null,
  idBackImage: null,
  livenessImage: null,
  livenessFace01Image: null,
  livenessFace02Image: null,
  livenessFace03Image: null,
};

/** The images of a user; an answer without data has none. Source: docs.vlenseg.com, reference of GetUserDigitalIdentityImages. */
export const userImagesResult = z
  .object({
    data: z
      .object({
        idFrontImage: text,
        idBackImage: text,
        livenessImage: text,
        livenessFace01Image: text,
        livenessFace02Image: text,
        livenessFace03Image: text,
      })
      .nullish(),
  })
  .transform(({ data }): UserImages => data ?? noImages);

/**
 * The image of a step, or null if the provider sent none; what it answers for an unknown file is not documented. Bytes that
 * are neither JPEG nor PNG are refused.
 *
 * Source: docs.vlenseg.com, reference of GetStepImage.
 */
export const stepImageResult = z
  .object({ data: z.object({ image: z.string().nullish() }).nullish() })
  .transform(({ data }, context): StepImage | null => {
    if (!data?.image) return null;
    const bytes = Buffer.from(data.image, 'base64');
    const contentType = sniff(bytes);
    if (contentType) return { bytes, contentType };
    context.addIssue({ code: 'custom', message: 'neither JPEG nor PNG' });
    return z.NEVER;
  });

const signatures = [
  [Buffer.from([0xff, 0xd8, 0xff]), 'image/jpeg'],
  [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'image/png'],
] as const;

function sniff(bytes: Buffer): StepImage['contentType'] | undefined {
  return signatures.find(([signature]) => bytes.subarray(0, signature.length).equals(signature))?.[1];
}
