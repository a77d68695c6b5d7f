import { z } from 'zod';

/** Where images wait for their capture's turn. */
export const captureStoreKind = z.enum(['disk', 's3']);

/** The form of a prefix of keys: parts that end with a slash. */
export const keyPrefix = z
  .string()
  .max(200)
  .regex(
    /^([A-Za-z0-9][A-Za-z0-9._-]*\/)+$/,
    'must be one or more parts of letters, digits or . _ - with a / after each',
  );

/** The variables that say where images wait. */
export interface ImageStoreSettings {
  readonly CAPTURE_STORE: z.infer<typeof captureStoreKind>;
  readonly CAPTURE_STORE_DIR?: string | undefined;
  readonly CAPTURE_STORE_S3_BUCKET?: string | undefined;
  readonly CAPTURE_STORE_S3_PREFIX?: string | undefined;
  readonly CAPTURE_STORE_S3_REGION: string;
  readonly CAPTURE_STORE_S3_ENDPOINT?: string | undefined;
  readonly AWS_ACCESS_KEY_ID?: string | undefined;
  readonly AWS_SECRET_ACCESS_KEY?: string | undefined;
  readonly AWS_SESSION_TOKEN?: string | undefined;
}

/** Adds an issue for each variable that the chosen store lacks. Other settings may be faulty or missing. */
export function checkImageStore(config: Partial<ImageStoreSettings>, context: z.core.$RefinementCtx): void {
  const lacks = (name: keyof ImageStoreSettings, why: string): void => {
    if (config[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: `is missing, ${why}` });
  };
  if ((config.CAPTURE_STORE ?? 'disk') === 'disk') lacks('CAPTURE_STORE_DIR', 'and images are kept on disk');
  if (config.CAPTURE_STORE === 's3') lacks('CAPTURE_STORE_S3_BUCKET', 'and images are kept in S3');
  if (config.AWS_ACCESS_KEY_ID ?? config.AWS_SESSION_TOKEN) lacks('AWS_SECRET_ACCESS_KEY', 'beside AWS_ACCESS_KEY_ID');
  if (config.AWS_SECRET_ACCESS_KEY) lacks('AWS_ACCESS_KEY_ID', 'beside AWS_SECRET_ACCESS_KEY');
}
