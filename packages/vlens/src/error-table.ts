/** What kind of thing went wrong, and so who can do something about it. */
export type FaultCategory =
  | 'document'
  | 'face'
  | 'spoofing'
  | 'request'
  | 'provider'
  | 'account'
  | 'auth'
  | 'throttled';

/** Our name for what the provider refused. Closed: a new reason is a change of this list. */
export type FaultReason =
  | 'id_number_invalid'
  | 'birth_date_invalid'
  | 'governorate_invalid'
  | 'id_key_invalid'
  | 'gender_invalid'
  | 'release_date_invalid'
  | 'expiry_date_invalid'
  | 'document_expired'
  | 'card_not_detected'
  | 'mrz_invalid'
  | 'id_photo_without_face'
  | 'id_number_differs_between_sides'
  | 'name_differs_between_documents'
  | 'image_quality_low'
  | 'image_not_in_focus'
  | 'fields_not_readable'
  | 'document_unsupported'
  | 'document_not_genuine'
  | 'several_faces'
  | 'face_not_detected'
  | 'face_not_clear'
  | 'image_too_large'
  | 'image_too_many_pixels'
  | 'transaction_invalid'
  | 'wrong_endpoint'
  | 'request_invalid'
  | 'request_unprocessable'
  | 'media_type_unsupported'
  | 'not_found'
  | 'user_token_rejected'
  | 'admin_token_rejected'
  | 'api_key_rejected'
  | 'bundle_key_wrong'
  | 'bundle_exhausted'
  | 'bundle_disabled'
  | 'service_not_in_bundle'
  | 'not_subscribed'
  | 'subscription_expired'
  | 'trials_exceeded'
  | 'rate_limited'
  | 'provider_failure'
  | 'provider_unavailable'
  | 'provider_error_unknown';

/** What we do about a fault. Decided here and nowhere else. */
export interface FaultRule {
  readonly category: FaultCategory;
  readonly reason: FaultReason;
  /** The same request may succeed later. */
  readonly retriable: boolean;
  /** A new picture, by the same person, may succeed. */
  readonly recapture: boolean;
  /** `tenant`: every call of this tenant meets the same until an operator acts. */
  readonly scope: 'capture' | 'tenant';
}

type Row = (reason: FaultReason) => FaultRule;
type Verdict = Omit<FaultRule, 'reason'>;

const row =
  (verdict: Verdict): Row =>
  (reason) => ({ ...verdict, reason });

const once = { retriable: false, recapture: false, scope: 'capture' } as const;
const retake = { ...once, recapture: true } as const;
const later = { ...once, retriable: true } as const;
const operator = { ...once, scope: 'tenant' } as const;

const document = row({ ...retake, category: 'document' });
const face = row({ ...retake, category: 'face' });
const request = row({ ...once, category: 'request' });
const provider = row({ ...later, category: 'provider' });
const account = row({ ...operator, category: 'account' });
const throttled = row({ ...later, category: 'throttled' });

/**
 * The provider's own codes, as `error_code` or inside `services.validations`. Its pages give meanings but no retry flags:
 * those are ours.
 *
 * Sources: didocv2.vlens.co "error-codes" (3001 to 3102), the provider's public React Native SDK `ApiError.tsx` (the rest),
 * docs.vlenseg.com "errors" (1050) and "ocr/liveness-multi" (1001).
 */
export const providerCodes: ReadonlyMap<number, FaultRule> = new Map([
  [1001, document('birth_date_invalid')],
  [1050, document('image_quality_low')],

  [3001, document('id_number_invalid')],
  [3002, document('birth_date_invalid')],
  [3003, document('governorate_invalid')],
  [3004, document('id_key_invalid')],
  [3005, document('gender_invalid')],
  [3006, document('release_date_invalid')],
  [3007, document('birth_date_invalid')],
  [3008, document('release_date_invalid')],
  [3009, document('expiry_date_invalid')],
  // No better picture makes this card valid again.
  [3010, { ...document('document_expired'), recapture: false }],
  [3011, document('card_not_detected')],
  [3013, document('mrz_invalid')],
  [3014, document('id_photo_without_face')],
  [3101, document('id_number_differs_between_sides')],
  [3102, document('name_differs_between_documents')],

  [4001, account('bundle_key_wrong')],
  [4002, account('bundle_exhausted')],
  // "Try again later"; whose trials are counted, and for how long, is not documented.
  [4003, throttled('trials_exceeded')],
  [4004, account('service_not_in_bundle')],
  [4005, account('bundle_disabled')],
  [4006, account('not_subscribed')],
  [4007, account('subscription_expired')],

  [4206, face('several_faces')],
  [4207, face('face_not_detected')],
  [4208, face('face_not_detected')],
  [4209, face('face_not_clear')],
  [4210, face('face_not_clear')],

  [5000, provider('provider_failure')],
  [5001, document('document_unsupported')],
  [5002, request('image_too_large')],
  [5003, request('image_too_many_pixels')],
  [5004, request('transaction_invalid')],
  [5005, { ...retake, category: 'spoofing', reason: 'document_not_genuine' }],
  [5006, document('image_not_in_focus')],
  [5007, request('wrong_endpoint')],
  [5008, document('fields_not_readable')],

  [7000, provider('provider_failure')],
  [7001, provider('provider_failure')],
  [7002, provider('provider_failure')],
  [7003, provider('provider_failure')],
  [7004, provider('provider_failure')],
  [7005, provider('provider_failure')],
  [7006, provider('provider_failure')],
  [7008, provider('provider_failure')],
]);

/**
 * HTTP statuses; the provider also sends them as `error_code`. 401 and 403 stand in {@link credentialRules}.
 *
 * Sources: didocv2.vlens.co "error-codes" (400, 415, 422, 500); RFC 9110 and RFC 6585 for those a gateway may add.
 */
export const httpStatuses: ReadonlyMap<number, FaultRule> = new Map([
  [400, request('request_invalid')],
  [404, request('not_found')],
  [408, provider('provider_unavailable')],
  [413, request('image_too_large')],
  [415, request('media_type_unsupported')],
  [422, request('request_unprocessable')],
  [429, throttled('rate_limited')],
  [500, provider('provider_failure')],
  [502, provider('provider_unavailable')],
  [503, provider('provider_unavailable')],
  [504, provider('provider_unavailable')],
]);

/**
 * What a 401 or 403 means, by the credential that the call carried. A rejected admin token stops nothing but its call: log
 * in again. A rejected ApiKey stops the tenant.
 */
export const credentialRules = {
  user: request('user_token_rejected'),
  admin: row({ ...once, category: 'auth' })('admin_token_rejected'),
  'api-key': row({ ...operator, category: 'auth' })('api_key_rejected'),
} as const satisfies Record<string, FaultRule>;

/** A code or status that no source knows. Fails closed: not retried, not blamed on the person. */
export const unknownRule: FaultRule = { ...provider('provider_error_unknown'), retriable: false };

/** True for codes and statuses that a source names; there are few, so they may label a metric. */
export function isDocumentedCode(code: number): boolean {
  return providerCodes.has(code) || httpStatuses.has(code) || code === 401 || code === 403;
}
