import type { CheckName } from './identity-event.ts';

/**
 * The checks that a tenant may keep from blocking. What the provider says of the whole, `process_completed` and
 * `identity_confirmed`, always blocks: without it nobody is verified.
 */
export const waivableChecks = [
  'document_genuine',
  'document_valid',
  'face_match',
  'liveness',
  'aml',
  'source',
] as const satisfies readonly CheckName[];
export type WaivableCheck = (typeof waivableChecks)[number];
