/**
 * Response shapes written down by hand from the provider's documentation: field names with their types. `a|b` allows
 * either; a trailing `|null` is added where the sandbox knows no value.
 */
const envelope = { error_code: 'null', error_message: 'null', error_descriptions: 'null' };
const validations = {
  validation_errors: [{ field: 'string', value: 'string', errors: [{ code: 'number', message: 'string' }] }],
};

const services = {
  validations,
  Validations: validations,
  spoofing: { fake: 'boolean' },
  classification: { doc_type: 'string' },
  liveness: 'boolean',
  AML: {
    AML_matched: 'boolean',
    data: [
      {
        caseNo: 'string',
        caseYear: 'number',
        recordDate: 'string',
        fullName: 'string',
        idNumber: 'string',
        dateOfBirth: 'string',
        score: 'string',
      },
    ],
  },
  SRC: { isValid: 'boolean', errorCode: 'number', errorKey: 'string', errorMessage: 'string' },
};

const ids = { transaction_id: 'string', request_id: 'string|null', client_transaction_id: 'string|null' };

const idFrontData = {
  first_name: 'string',
  last_names: 'string',
  name: 'string',
  first_name_english: 'string',
  last_names_english: 'string',
  name_english: 'string',
  address: 'string',
  address_1: 'string',
  address_2: 'string',
  address_english: 'string',
  govern: 'string',
  govern_english: 'string',
  city: 'string',
  district: 'string',
  idNumber: 'string',
  idKey: 'string',
  dateOfBirth: 'string',
  gender: 'string',
  ...ids,
};

const idBackData = {
  maritalStatus: 'string',
  marital_status_english: 'string',
  job: 'string',
  job_english: 'string',
  jobTitle: 'string',
  job_title_english: 'string',
  religion: 'string',
  religion_english: 'string',
  husbandName: 'string|null',
  husbandName_english: 'string|null',
  releaseDate: 'string',
  idExpiry: 'string',
  idNumber: 'string',
  gender: 'string',
  gender_english: 'string',
  ...ids,
};

const user = {
  id: 'number',
  name: 'string',
  surname: 'string',
  fullName: 'string',
  userName: 'string',
  emailAddress: 'string',
  phoneNumber: 'string',
  idNumber: 'string',
  address: 'string',
};

const flags = { isVerificationProcessCompleted: 'boolean', isDigitalIdentityVerified: 'boolean' };

export const documentedShapes = {
  link: { services, data: { ...flags, deviceInfo: 'string|null', user, idFrontData, idBackData }, ...envelope },
  sparseLiveness: {
    services: {
      spoofing: { fake: 'boolean' },
      liveness: 'boolean',
      AML: { AML_matched: 'boolean' },
      SRC: { isValid: 'boolean' },
    },
    data: flags,
    ...envelope,
  },
  error: {
    services: 'null',
    data: 'null',
    error_code: 'number',
    error_message: 'string',
    error_descriptions: 'null',
  },
  ocrFrontData: {
    name: 'string',
    address: 'string',
    first_name: 'string',
    first_name_english: 'string',
    last_names: 'string',
    last_names_english: 'string',
    govern: 'string',
    idKey: 'string',
    dateOfBirth: 'string',
    address_1: 'string',
    address_2: 'string',
    idNumber: 'string',
    gender: 'string',
    ...ids,
  },
  ocrBackData: {
    job: 'string',
    jobTitle: 'string',
    religion: 'string',
    maritalStatus: 'string',
    husbandName: 'string|null',
    releaseDate: 'string',
    idExpiry: 'string',
    idNumber: 'string',
    gender: 'string',
    ...ids,
  },
  faceMatchData: { isMatched: 'boolean', ...ids },
  userImages: {
    data: {
      idFrontImage: 'string',
      idBackImage: 'string',
      livenessImage: 'string',
      livenessFace01Image: 'string',
      livenessFace02Image: 'string',
      livenessFace03Image: 'string',
    },
    ...envelope,
  },
  stepImage: { data: { image: 'string' }, ...envelope, error_code: 'number' },
  adminLogin: {
    data: {
      accessToken: 'string',
      expireInSeconds: 'number',
      refreshToken: 'string',
      refreshTokenExpireInSeconds: 'number',
    },
    ...envelope,
  },
  refresh: {
    data: {
      accessToken: 'string',
      encryptedAccessToken: 'string',
      expireInSeconds: 'number',
      refreshToken: 'string',
      newRefreshToken: 'string',
    },
    ...envelope,
  },
  register: {
    data: {
      isDigitalIdentityVerified: 'boolean',
      accessToken: 'string',
      expireInSeconds: 'number',
      user: { id: 'number', emailAddress: 'string', phoneNumber: 'string' },
    },
    ...envelope,
  },
};

/** Where a value departs from a shape, as readable lines; none if it fits. An empty list fits any list. */
export function departures(value: unknown, shape: unknown, path = '$'): string[] {
  if (typeof shape === 'string') {
    const kind = value === null ? 'null' : typeof value;
    return shape.split('|').includes(kind) ? [] : [`${path} is ${kind}, not ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item, index) => departures(item, shape[0], `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  const wanted = shape as Record<string, unknown>;
  const found = value as Record<string, unknown>;
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...names].flatMap((name) => {
    if (!(name in wanted)) return [`${path}.${name} is not documented`];
    if (!(name in found)) return [`${path}.${name} is missing`];
    return departures(found[name], wanted[name], `${path}.${name}`);
  });
}
