import { z } from 'zod';

const read = (description: string) => z.string().optional().meta({ description });

/**
 * What may be kept of a person's card. Neither religion nor the husband's name is among it: nobody needs them to know a
 * customer, the law protects the one, and the other is another person's.
 */
export const identityFields = z
  .object({
    idNumber: read('National number: 14 digits.'),
    idKey: read('Number of the card.'),
    name: read('Full name, in Arabic.'),
    firstName: read('First name, in Arabic.'),
    lastNames: read('Last names, in Arabic.'),
    nameEnglish: read('Full name, transcribed.'),
    firstNameEnglish: read('First name, transcribed.'),
    lastNamesEnglish: read('Last names, transcribed.'),
    dateOfBirth: read('As the provider writes it.'),
    gender: read('In Arabic.'),
    genderEnglish: read('In English.'),
    address: read('Address, in Arabic.'),
    address1: read('First line of the address, in Arabic.'),
    address2: read('Second line of the address, in Arabic.'),
    addressEnglish: read('Address, transcribed.'),
    govern: read('Governorate, in Arabic.'),
    governEnglish: read('Governorate, in English.'),
    city: read('City, in Arabic.'),
    district: read('District, in Arabic.'),
    maritalStatus: read('In Arabic.'),
    maritalStatusEnglish: read('In English.'),
    job: read('Job, in Arabic.'),
    jobEnglish: read('Job, in English.'),
    jobTitle: read('Job title, in Arabic.'),
    jobTitleEnglish: read('Job title, in English.'),
    releaseDate: read('When the card was issued, as the provider writes it.'),
    idExpiry: read('When the card expires, as the provider writes it.'),
  })
  .meta({ description: 'What the provider read from the card; what it did not read is absent. Personal data.' });
export type IdentityFields = z.infer<typeof identityFields>;

/** The person behind a verified capture, as long as that is kept. */
export const identityView = z
  .object({
    captureId: z.string().meta({ description: 'The id of the capture.' }),
    subject: z.string().meta({ description: 'Your own id of the person, as submitted.' }),
    keptUntil: z.iso.datetime().meta({ description: 'When it is deleted.' }),
    identity: identityFields,
  })
  .meta({ id: 'Identity', description: 'Personal data.' });
export type IdentityView = z.infer<typeof identityView>;
