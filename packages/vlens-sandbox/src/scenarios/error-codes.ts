/** One code of the provider's error table. */
export interface ErrorCode {
  readonly code: number;
  /** Name of the scenario that provokes it. */
  readonly name: string;
  /** Sent as `error_message`. The provider's wording is known only where the comment below says so. */
  readonly message: string;
  /** For codes that appear in `validation_errors` rather than as `error_code`: the field and its rejected value. */
  readonly field?: readonly [name: string, value: string];
}

/**
 * The provider's error codes (docs page "Error codes", completed from the tables in its public SDKs). Which of them
 * travel as validation errors is not documented; the 30xx and 31xx, titled "Document validation errors", are taken to.
 * Documented wording: 400, 401, 1001, 1050.
 */
export const errorCodes: readonly ErrorCode[] = [
  { code: 400, name: 'bad-request', message: 'Bad Request - Input parameters are invalid.' },
  { code: 401, name: 'unauthorized', message: 'Unauthorized – invalid API Key' },
  { code: 403, name: 'forbidden', message: 'Forbidden - a valid access token is required.' },
  { code: 415, name: 'unsupported-media', message: 'Unsupported media type.' },
  { code: 422, name: 'unprocessable', message: 'Unprocessable entity.' },
  { code: 500, name: 'server-error', message: 'Internal server error.' },
  {
    code: 1001,
    name: 'impossible-birth-date',
    message: 'Invalid date of birth format or non-existent date.',
    field: ['dateOfBirth', '1990-02-31'],
  },
  { code: 1050, name: 'low-quality', message: 'Image quality too low for OCR extraction' },
  { code: 3001, name: 'invalid-id-number', message: 'Invalid ID number.', field: ['idNumber', '2990000'] },
  { code: 3002, name: 'invalid-birth-date', message: 'Invalid birth date.', field: ['dateOfBirth', '2999-01-01'] },
  { code: 3003, name: 'invalid-govern', message: 'Invalid govern.', field: ['govern', '99'] },
  { code: 3004, name: 'invalid-id-key', message: 'Invalid ID key.', field: ['idKey', 'ZZ'] },
  { code: 3005, name: 'invalid-gender', message: 'Invalid gender.', field: ['gender', ''] },
  { code: 3006, name: 'invalid-release-date', message: 'Invalid release date.', field: ['releaseDate', '2999-01'] },
  { code: 3007, name: 'birth-date-format', message: 'Wrong birth date format.', field: ['dateOfBirth', '1/13'] },
  { code: 3008, name: 'release-date-format', message: 'Wrong release date format.', field: ['releaseDate', '1/13'] },
  { code: 3009, name: 'expiry-date-format', message: 'Wrong expiry date format.', field: ['idExpiry', '1/13'] },
  { code: 3010, name: 'expired', message: 'Document expired.', field: ['idExpiry', '2024-12-31'] },
  { code: 3011, name: 'card-not-detected', message: 'Card not detected.', field: ['image', ''] },
  { code: 3013, name: 'invalid-mrz', message: 'Invalid MRZ.', field: ['mrz', ''] },
  { code: 3014, name: 'no-face-in-id', message: 'No face found in the ID image.', field: ['image', ''] },
  { code: 3101, name: 'sides-differ', message: 'ID number differs between front and back.', field: ['idNumber', ''] },
  { code: 3102, name: 'names-differ', message: 'Name differs between ID and car license.', field: ['name', ''] },
  { code: 4001, name: 'wrong-bundle-key', message: 'Wrong bundle key.' },
  { code: 4002, name: 'bundle-exhausted', message: 'Bundle exhausted.' },
  { code: 4003, name: 'too-many-trials', message: 'Number of trials exceeded the limit, try again later.' },
  { code: 4004, name: 'service-not-in-bundle', message: 'Service not in your bundle.' },
  { code: 4005, name: 'bundle-disabled', message: 'Bundle disabled.' },
  { code: 4006, name: 'not-subscribed', message: 'Not subscribed to any bundle.' },
  { code: 4007, name: 'subscription-expired', message: 'Subscription expired.' },
  { code: 4206, name: 'several-faces', message: 'More than one face.' },
  { code: 4207, name: 'no-face', message: 'No face detected.' },
  { code: 4208, name: 'face-required', message: 'The image must contain a face.' },
  { code: 4209, name: 'face-unclear', message: 'Face capture is not clear.' },
  { code: 4210, name: 'face-unclear-2', message: 'Face capture is not clear.' },
  { code: 5000, name: 'general-failure', message: 'General failure.' },
  { code: 5001, name: 'unsupported-document', message: 'Unsupported document.' },
  { code: 5002, name: 'image-too-large', message: 'Image is larger than 5 MB.' },
  { code: 5003, name: 'too-many-pixels', message: 'Image is above 25 million pixels.' },
  { code: 5004, name: 'bad-transaction', message: 'Bad transaction id or token.' },
  { code: 5005, name: 'not-genuine', message: 'The document is not real.' },
  { code: 5006, name: 'out-of-focus', message: 'Image is not in focus.' },
  { code: 5007, name: 'wrong-endpoint', message: 'Supported document, wrong endpoint.' },
  { code: 5008, name: 'fields-unassigned', message: 'Data could not be assigned to the right fields.' },
  { code: 7000, name: 'cards-failure', message: 'General error, multiple cards.' },
  { code: 7001, name: 'front-failure', message: 'General error, ID front.' },
  { code: 7002, name: 'back-failure', message: 'General error, ID back.' },
  { code: 7003, name: 'car-back-failure', message: 'General error, car license back.' },
  { code: 7004, name: 'car-front-failure', message: 'General error, car license front.' },
  { code: 7005, name: 'driving-license-failure', message: 'General error, driving license.' },
  { code: 7006, name: 'passport-failure', message: 'General error, passport.' },
  { code: 7008, name: 'face-match-failure', message: 'General error, face matching.' },
];

const byCode = new Map(errorCodes.map((entry) => [entry.code, entry]));

/** The table's entry for a code, or undefined if the provider documents no such code. */
export function findErrorCode(code: number): ErrorCode | undefined {
  return byCode.get(code);
}

/** The text the sandbox sends as `error_message` with a code. */
export function messageOf(code: number): string {
  return byCode.get(code)?.message ?? `Error ${code}.`;
}
