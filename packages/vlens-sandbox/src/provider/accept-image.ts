import { readImageInfo } from '../images/read-image-info.ts';
import type { Effect } from '../scenarios/effect.ts';
import { effectOfMark } from '../scenarios/find-effect.ts';
import { ApiFailure } from './api-failure.ts';

/** An image that passed the provider's technical checks. */
export interface AcceptedImage {
  readonly bytes: Buffer;
  readonly format: 'jpeg' | 'png';
  /** What the scenario inside the image asks for; empty if there is none. */
  readonly effect: Effect;
}

const PIXELS_MAX = 25_000_000;

/**
 * Decodes and checks one image field. Throws 400 for bad base64 or a scenario that does not exist, 5002 above the size
 * limit, 415 for anything but JPEG and PNG, 5003 above 25 million pixels, and the error that the image's own scenario
 * asks for.
 */
export function acceptImage(base64: string, field: string, bytesMax: number): AcceptedImage {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || !isWholeBase64(base64, bytes.length)) throw badField(field, 'not base64');
  if (bytes.length > bytesMax) throw new ApiFailure(5002);
  const info = readImageInfo(bytes);
  if (info === null) throw new ApiFailure(415);
  if (info.width * info.height > PIXELS_MAX) throw new ApiFailure(5003);
  const effect = info.scenario === null ? {} : effectOfMark(info.scenario);
  if (effect === undefined) throw badField(field, `unknown sandbox scenario ${info.scenario}`);
  if (effect.error !== undefined) throw new ApiFailure(effect.error);
  return { bytes, format: info.format, effect };
}

/** Node skips what is not base64, so a decoded length that falls short gives bad input away. */
function isWholeBase64(text: string, decodedLength: number): boolean {
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  return decodedLength === Math.floor(((text.length - padding) * 3) / 4);
}

function badField(field: string, message: string): ApiFailure {
  return new ApiFailure(400, undefined, [{ field, message }]);
}
