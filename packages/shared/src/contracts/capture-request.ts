import { z } from 'zod';
import {
  captureLimits,
  type ImageName,
  imageNames,
  linkFields,
  nationalIdFields,
  nationalIdOcrFields,
} from './capture.ts';

const imageWords = {
  front: 'Front of the national ID',
  back: 'Back of the national ID',
  face1: 'First face frame',
  face2: 'Second face frame, another picture than the first',
  face3: 'Third face frame, another picture than the other two',
} as const satisfies Record<ImageName, string>;

const limits = 'JPEG or PNG, 5 MiB and 25 million pixels at most.';

function imagesAs<T extends z.ZodType>(one: T): Record<ImageName, T> {
  const described = imageNames.map((name) => [name, one.meta({ description: `${imageWords[name]}: ${limits}` })]);
  return Object.fromEntries(described) as Record<ImageName, T>;
}

const inBase64 = imagesAs(z.base64().max(Math.ceil(captureLimits.imageBytesMax / 3) * 4));
const inParts = imagesAs(z.file().max(captureLimits.imageBytesMax));

/** A submission as one JSON object: the fields of its kind, images in base64 (RFC 4648) under their names. */
export const jsonCapture = z.discriminatedUnion('kind', [
  linkFields,
  nationalIdFields.extend(inBase64),
  nationalIdOcrFields.extend(inBase64),
]);

/** The same as `multipart/form-data`: fields as text parts, images as files under their names. */
export const multipartCapture = z.discriminatedUnion('kind', [
  linkFields,
  nationalIdFields.extend(inParts),
  nationalIdOcrFields.extend(inParts),
]);
