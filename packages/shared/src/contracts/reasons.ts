/** Why a capture failed, in groups that a subscriber can act on. */
export const reasonCategories = [
  'document',
  'face',
  'spoofing',
  'aml',
  'authority',
  'request',
  'provider',
  'expired',
  'internal',
] as const;
export type ReasonCategory = (typeof reasonCategories)[number];

/** What a subscriber needs to know about a reason: its group, and whether the person should capture again. */
interface ReasonFacts {
  readonly category: ReasonCategory;
  readonly recapture: boolean;
  /** One sentence for people. */
  readonly meaning: string;
}

const fact = (category: ReasonCategory, recapture: boolean, meaning: string): ReasonFacts => ({
  category,
  recapture,
  meaning,
});

/** The closed list of reasons that `identity.failed` may carry. Adding one is compatible; removing one is not. */
export const reasons = {
  document_expired: fact('document', false, 'The document has expired; another one is needed.'),
  document_unreadable: fact('document', true, 'A field of the document could not be read or is not valid.'),
  document_not_detected: fact('document', true, 'No document was found in the image.'),
  document_unclear: fact('document', true, 'The image of the document is out of focus or of too low quality.'),
  document_unsupported: fact('document', true, 'The document is of a kind that is not supported.'),
  document_mismatch: fact('document', true, 'The two sides, or the documents, do not belong together.'),
  document_photo_missing: fact('document', true, 'No face was found in the photo on the document.'),
  face_not_detected: fact('face', true, 'No face was found in a face frame.'),
  face_multiple: fact('face', true, 'More than one face was found in a face frame.'),
  face_unclear: fact('face', true, 'A face frame is not clear enough.'),
  face_mismatch: fact('face', true, 'The face does not match the photo on the document.'),
  liveness_failed: fact('face', true, 'The face frames do not show a live person.'),
  document_not_genuine: fact('spoofing', true, 'The document or face is not a genuine capture.'),
  aml_match: fact('aml', false, 'The person matches an anti-money-laundering list; a human should look.'),
  source_check_failed: fact('authority', false, 'The source check of the provider did not accept the data.'),
  identity_not_confirmed: fact(
    'authority',
    false,
    'All captures passed, but the authorities did not confirm the identity.',
  ),
  image_rejected: fact('request', true, 'The provider refused an image for its format or size.'),
  transaction_rejected: fact('request', false, 'The transaction is unknown, incomplete or belongs to somebody else.'),
  user_token_rejected: fact('request', false, "The end user's token is expired or not valid; log in and submit again."),
  request_rejected: fact('request', false, 'The provider refused the request as malformed.'),
  process_incomplete: fact('provider', false, 'The provider ended without calling the verification complete.'),
  provider_account: fact('provider', false, "The provider refused the tenant's account or subscription."),
  provider_throttled: fact('provider', false, 'The provider allows no more trials for now.'),
  provider_unavailable: fact('provider', false, 'The provider could not be reached or kept failing.'),
  provider_error: fact('provider', false, 'The provider answered with an error that is not documented.'),
  capture_cancelled: fact('request', false, 'The capture was erased on request before it had an outcome.'),
  capture_expired: fact('expired', false, 'The deadline passed before the capture had an outcome.'),
  internal_error: fact('internal', false, 'The capture was abandoned by an operator after an internal fault.'),
} as const satisfies Record<string, ReasonFacts>;

export type ReasonCode = keyof typeof reasons;
export const reasonCodes = Object.keys(reasons) as [ReasonCode, ...ReasonCode[]];
