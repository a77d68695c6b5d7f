import type { z } from 'zod';
import type { ImageName } from '#contracts/capture';
import {
  carriesImages,
  imageNames,
  type linkFields,
  type nationalIdFields,
  type nationalIdOcrFields,
} from '#contracts/capture';
import { type ImageSource, readImage } from './image-source.ts';

type Fields<T extends z.ZodType> = Omit<z.input<T>, 'expiresAt'> & {
  /** When the outcome is of no more use; at most 7 days ahead. Default: 24 hours from now. */
  readonly expiresAt?: Date | string | undefined;
};
type Images = Readonly<Record<ImageName, ImageSource>>;

/** Attach a transaction that already ran on the provider to its user. */
export type LinkSubmission = Fields<typeof linkFields>;
/** Verify a person from both sides of the national ID and three face frames. */
export type NationalIdSubmission = Fields<typeof nationalIdFields> & Images;
/** The same before the person has logged in. */
export type NationalIdOcrSubmission = Fields<typeof nationalIdOcrFields> & Images;

/** What can be submitted, by its `kind`. The service checks it, and names every fault in one `ProblemError`. */
export type CaptureSubmission = LinkSubmission | NationalIdSubmission | NationalIdOcrSubmission;

/** A body that can be sent any number of times. */
export interface SubmissionBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData;
}

/** A submission as the service takes it: JSON, or `multipart/form-data` where it has images. Throws `ImageSourceError`. */
export async function toBody(submission: CaptureSubmission): Promise<SubmissionBody> {
  if (!carriesImages(submission.kind)) {
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(submission) };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(submission)) {
    if (!isImageName(name) && value !== undefined) form.set(name, toText(value as Date | string));
  }
  for (const name of imageNames) {
    const source = (submission as Partial<Images>)[name];
    if (source !== undefined) form.set(name, await readImage(name, source), name);
  }
  return { headers: {}, body: form };
}

function isImageName(name: string): name is ImageName {
  return (imageNames as readonly string[]).includes(name);
}

function toText(value: Date | string): string {
  return value instanceof Date ? value.toISOString() : value;
}
