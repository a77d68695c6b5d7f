import type { z } from 'zod';

interface Written {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** Formats that say as much as the long patterns beside them. */
const tellingFormats: readonly unknown[] = ['date-time', 'uuid', 'base64', 'email', 'binary'];

/**
 * Rewrites what zod writes, in place: objects stay open unless they are strict, so that adding a field breaks no reader;
 * no pattern beside a format that says the same; no format that JSON Schema does not know; no bounds of whole numbers that
 * are JavaScript's and not the contract's.
 */
export function writePlainly({ zodSchema: { _zod: internals }, jsonSchema }: Written): void {
  const { def } = internals;
  if (def.type === 'object' && !def.catchall) delete jsonSchema.additionalProperties;
  if (tellingFormats.includes(jsonSchema.format)) delete jsonSchema.pattern;
  if (jsonSchema.format === 'e164' || jsonSchema.format === 'base64') delete jsonSchema.format;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
