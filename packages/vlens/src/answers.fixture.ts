// Answers written by hand after the examples on the provider's pages. The people are invented.

/** docs.vlenseg.com, verify-liveness-multi: the documented success, complete. */
export const livenessSuccess = {
  services: { spoofing: { fake: false }, liveness: true, AML: { AML_matched: false }, SRC: { isValid: true } },
  data: { isVerificationProcessCompleted: true, isDigitalIdentityVerified: true },
  error_code: null,
};

/** docs.vlenseg.com, LinkUserWithExistingTransaction: every member of the shared schema. */
export const linkFull = {
  services: {
    validations: {
      validation_errors: [
        {
          field: 'dateOfBirth',
          value: '1990-02-31',
          errors: [{ code: 1001, message: 'Invalid date of birth: 1990-02-31' }],
        },
      ],
    },
    spoofing: { fake: false },
    classification: { doc_type: 'national_id' },
    liveness: true,
    AML: {
      AML_matched: true,
      data: [
        {
          caseNo: '12',
          caseYear: 2019,
          recordDate: '2019-05-01T00:00:00Z',
          fullName: 'Salma Test Sample',
          idNumber: '29901230100000',
          dateOfBirth: '1999-01-23T00:00:00Z',
          score: '0.93',
        },
      ],
    },
    SRC: { isValid: false, errorCode: 7, errorKey: 'SomeKey', errorMessage: 'Salma is not on file' },
  },
  data: {
    isVerificationProcessCompleted: true,
    isDigitalIdentityVerified: false,
    deviceInfo: 'a device',
    user: { id: 4711, name: 'Salma', fullName: 'Salma Test Sample', phoneNumber: '+201000000000' },
    idFrontData: {
      first_name: 'سلمى',
      last_names: 'عينة',
      name: 'سلمى عينة',
      first_name_english: 'Salma',
      last_names_english: 'Sample',
      name_english: 'Salma Sample',
      address: '1 Example St',
      address_1: '1 Example St',
      address_2: 'Cairo',
      address_english: '1 Example St',
      govern: 'القاهرة',
      govern_english: 'Cairo',
      city: 'Cairo',
      district: 'Example',
      idNumber: '29901230100000',
      idKey: 'AA0000000',
      dateOfBirth: '1999-01-23T00:00:00Z',
      gender: 'female',
      transaction_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
      request_id: 'r-1',
      client_transaction_id: 'c-1',
    },
    idBackData: {
      maritalStatus: 'x',
      marital_status_english: 'single',
      job: 'y',
      job_english: 'engineer',
      jobTitle: 'z',
      job_title_english: 'lead',
      religion: null,
      religion_english: null,
      husbandName: null,
      husbandName_english: null,
      releaseDate: '2020-01-01',
      idExpiry: '2027-01-01',
      idNumber: '29901230100000',
      gender: 'f',
      gender_english: 'female',
      transaction_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
    },
  },
  error_code: null,
  error_message: null,
  error_descriptions: null,
};

/** apidoc.vlens.co, documents-ocr: the older, flat data, with `Services` and `Validations`. */
export const ocrFrontFlat = {
  Services: { Validations: { validation_errors: [] }, spoofing: null, liveness: null, AML: null, SRC: null },
  data: {
    name: 'عمر عينة',
    first_name: 'عمر',
    idNumber: '30001010100000',
    dateOfBirth: '2000-01-01',
    gender: 'male',
    transaction_id: '0b0e8f3e-6f0f-4f0a-9d46-3a9f6a1c0001',
    client_transaction_id: 'c-2',
    request_id: null,
  },
  error_code: null,
};

/** didoc.vlens.co: the documented answer to a wrong ApiKey. */
export const apiKeyRefused = {
  data: null,
  Services: null,
  error_code: 401,
  error_message: 'Unauthorized – invalid API Key',
};
