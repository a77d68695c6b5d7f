import { inlineRefs, type Json, toObject } from './json-schema.ts';
import { findOpenApiBreaks } from './openapi-breaks.ts';
import { findAnswerBreaks } from './schema-breaks.ts';

/** Documents by their path within the folder of the contracts. */
export type DocumentFiles = ReadonlyMap<string, Json>;

/**
 * Every way in which later documents break a client or consumer of the earlier ones; empty when none does. A higher major
 * version of a document, or a higher version of an event, may break what it likes.
 */
export function findBreaks(earlier: DocumentFiles, later: DocumentFiles): string[] {
  const pair = (name: string) => [earlier.get(name) ?? {}, later.get(name) ?? {}] as const;
  const breaks = [
    ...unlessRaised(...pair('openapi.json'), findOpenApiBreaks),
    ...unlessRaised(...pair('asyncapi.json'), findChannelBreaks),
    ...findEventBreaks(earlier, later),
  ];
  return [...new Set(breaks)];
}

function majorOf(document: Json): number {
  return Number(String(toObject(document['info'])['version']).split('.')[0]);
}

function unlessRaised(before: Json, after: Json, find: (before: Json, after: Json) => string[]): string[] {
  return majorOf(after) > majorOf(before) ? [] : find(before, after);
}

function findChannelBreaks(earlier: Json, later: Json): string[] {
  const after = toObject(inlineRefs(later)['channels']);
  return Object.entries(toObject(inlineRefs(earlier)['channels'])).flatMap(([name, channel]) => {
    const before = toObject(channel);
    const heir = toObject(after[name]);
    if (heir['address'] !== before['address']) return [`channel ${name} was removed or moved`];
    return messageBreaks(toObject(before['messages']), toObject(heir['messages']), `channel ${name}`);
  });
}

/** Headers only: the values are in the schemas of the events, which have versions of their own. */
function messageBreaks(before: Json, after: Json, path: string): string[] {
  return Object.entries(before).flatMap(([name, message]) =>
    name in after
      ? findAnswerBreaks(
          toObject(toObject(message)['headers']),
          toObject(toObject(after[name])['headers']),
          `${path} headers`,
        )
      : [`${path} no longer has the message ${name}`],
  );
}

const eventFile = /^events\/(.+)\.v(\d+)\.schema\.json$/;

function findEventBreaks(earlier: DocumentFiles, later: DocumentFiles): string[] {
  return [...earlier].flatMap(([file, schema]) => {
    const [, type, version] = eventFile.exec(file) ?? [];
    if (!type) return [];
    const heir = later.get(file);
    if (heir) return findAnswerBreaks(inlineRefs(schema), inlineRefs(heir), `${type} v${version}`);
    const raised = [...later.keys()].some((name) => {
      const [, otherType, otherVersion] = eventFile.exec(name) ?? [];
      return otherType === type && Number(otherVersion) > Number(version);
    });
    return raised ? [] : [`${type} v${version} was removed`];
  });
}
