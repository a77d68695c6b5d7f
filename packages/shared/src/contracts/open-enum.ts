/**
 * Marks an enumeration to which values may be added without a new version: readers must take one they do not know. Put
 * into a schema with `.meta(openEnum)`; the compatibility check of the documents reads it. Dropping a value is a break all
 * the same.
 */
export const openEnum = { 'x-open-enum': true } as const;
