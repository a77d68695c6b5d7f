/**
 * The version of each event type's data: raised by a change that breaks a reader, and by nothing else. A leaf: what makes events
 * and what describes them both need it.
 */
export const eventVersions = {
  'identity.verified': 1,
  'identity.captured': 1,
  'identity.failed': 1,
  'identity.redacted': 1,
  'business_request.status_changed': 1,
} as const;

/** File name of the JSON Schema of an event type in one version. */
export function eventSchemaName(type: string, version: number): string {
  return `${type}.v${version}.schema.json`;
}

/** `dataschema` of an event as it is made and stored: the path under which the API serves the schema of its data today. */
export function eventSchemaPath(type: keyof typeof eventVersions): string {
  return `/schemas/${eventSchemaName(type, eventVersions[type])}`;
}
