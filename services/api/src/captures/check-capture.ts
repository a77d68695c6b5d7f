import {
  type CaptureFields,
  captureFields,
  captureLimits,
  carriesImages,
  type ImageName,
  imageNames,
  isCaptureKind,
} from '@identity-events/shared/contracts/capture';
import { inspectImage } from './inspect-image.ts';

/** What arrived, before anything of it is believed. */
export interface UncheckedCapture {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly images: ReadonlyMap<ImageName, Uint8Array>;
}

/** One thing that is wrong with a submission; `field` is its name in the body. */
export interface Fault {
  readonly field: string;
  readonly kind: 'invalid' | 'too_large' | 'unsupported_type';
  readonly detail: string;
}

interface CheckedCapture {
  readonly fields: CaptureFields;
  readonly images: ReadonlyMap<ImageName, Uint8Array>;
}

/** Either a capture that can be worked on, or everything that is wrong with it. */
export type CaptureCheck =
  | { readonly ok: true; readonly capture: CheckedCapture }
  | { readonly ok: false; readonly faults: Fault[] };

const faces = ['face1', 'face2', 'face3'] as const;

/** Holds a submission against the contract and the image limits. Names every fault, and never a value. */
export function checkCapture(unchecked: UncheckedCapture, now: number): CaptureCheck {
  const parsed = captureFields.safeParse(unchecked.fields, { reportInput: false });
  const faults = parsed.success ? [] : parsed.error.issues.flatMap(toFaults);
  faults.push(...imageFaults(unchecked));
  if (parsed.success) faults.push(...expiryFaults(parsed.data.expiresAt, now));
  return parsed.success && faults.length === 0
    ? { ok: true, capture: { fields: parsed.data, images: unchecked.images } }
    : { ok: false, faults };
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function toFaults(issue: Issue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((field) => ({ field, kind: 'invalid', detail: 'is not a field of this kind' }));
  }
  return [{ field: issue.path.join('/'), kind: 'invalid', detail: issue.message }];
}

function imageFaults({ fields, images }: UncheckedCapture): Fault[] {
  const { kind } = fields;
  if (!isCaptureKind(kind)) return [];
  if (!carriesImages(kind)) {
    return [...images.keys()].map((field) => ({ field, kind: 'invalid', detail: 'is not a field of this kind' }));
  }
  const faults: Fault[] = [];
  for (const name of imageNames) {
    const image = images.get(name);
    const fault = image
      ? inspectImage(image)
      : { kind: 'invalid' as const, detail: 'is missing: an image is required' };
    if (fault) faults.push({ field: name, ...fault });
  }
  return [...faults, ...repeatedFaces(images)];
}

/** The provider refuses liveness frames that are the same picture (docs.vlenseg.com, verify liveness). */
function repeatedFaces(images: ReadonlyMap<ImageName, Uint8Array>): Fault[] {
  return faces.flatMap((name, index): Fault[] => {
    const image = images.get(name);
    const twin = image && faces.slice(0, index).find((other) => equalBytes(images.get(other), image));
    return twin
      ? [{ field: name, kind: 'invalid', detail: `is the same image as ${twin}: three different frames are required` }]
      : [];
  });
}

function equalBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

function expiryFaults(expiresAt: string | undefined, now: number): Fault[] {
  if (expiresAt === undefined) return [];
  const ahead = Date.parse(expiresAt) - now;
  if (ahead > 0 && ahead <= captureLimits.expiryMsMax) return [];
  return [{ field: 'expiresAt', kind: 'invalid', detail: 'must be in the future, at most 7 days ahead' }];
}
