import { inlineRefs, type Json, toList, toObject } from './json-schema.ts';
import { findAnswerBreaks, findRequestBreaks } from './schema-breaks.ts';

/** What of the earlier OpenAPI document a client can not rely on any more. Other statuses than successes may go. */
export function findOpenApiBreaks(earlier: Json, later: Json): string[] {
  const after = toObject(inlineRefs(later)['paths']);
  return Object.entries(toObject(inlineRefs(earlier)['paths'])).flatMap(([path, operations]) =>
    Object.entries(toObject(operations)).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const heir = toObject(after[path])[method];
      return heir ? operationBreaks(toObject(operation), toObject(heir), name) : [`${name} was removed`];
    }),
  );
}

function operationBreaks(before: Json, after: Json, name: string): string[] {
  return [
    ...parameterBreaks(before, after, name),
    ...bodyBreaks(toObject(before['requestBody']), toObject(after['requestBody']), name),
    ...Object.entries(toObject(before['responses'])).flatMap(([status, answer]) => {
      const heir = toObject(after['responses'])[status];
      if (heir) return answerBreaks(toObject(answer), toObject(heir), `${name} ${status}`);
      return status.startsWith('2') ? [`${name} no longer answers ${status}`] : [];
    }),
  ];
}

function schemaOf(media: unknown): Json {
  return toObject(toObject(media)['schema']);
}

function parametersOf(operation: Json): Map<string, Json> {
  const all = toList(operation['parameters']).map(toObject);
  return new Map(all.map((parameter) => [`${String(parameter['in'])} ${String(parameter['name'])}`, parameter]));
}

function parameterBreaks(before: Json, after: Json, name: string): string[] {
  const earlier = parametersOf(before);
  const later = parametersOf(after);
  const gone = [...earlier.keys()].filter((key) => !later.has(key));
  const breaks = gone.map((key) => `${name} ${key} was removed`);
  for (const [key, parameter] of later) {
    const old = earlier.get(key);
    const at = `${name} ${key}`;
    if (parameter['required'] === true && old?.['required'] !== true) breaks.push(`${at} is newly required`);
    if (old) breaks.push(...findRequestBreaks(schemaOf(old), schemaOf(parameter), at));
  }
  return breaks;
}

function bodyBreaks(before: Json, after: Json, name: string): string[] {
  const later = toObject(after['content']);
  const breaks = Object.entries(toObject(before['content'])).flatMap(([type, media]) =>
    type in later
      ? findRequestBreaks(schemaOf(media), schemaOf(later[type]), `${name} ${type}`)
      : [`${name} no longer takes ${type}`],
  );
  const newlyRequired = after['required'] === true && before['required'] !== true;
  return newlyRequired ? [...breaks, `${name} newly requires a body`] : breaks;
}

function answerBreaks(before: Json, after: Json, name: string): string[] {
  const later = toObject(after['content']);
  const headers = toObject(after['headers']);
  const isCertain = (header: unknown): boolean => toObject(header)['required'] === true;
  return [
    ...Object.entries(toObject(before['headers']))
      .filter(([header, value]) => isCertain(value) && !isCertain(headers[header]))
      .map(([header]) => `${name} no longer always has the header ${header}`),
    ...Object.entries(toObject(before['content'])).flatMap(([type, media]) =>
      type in later
        ? findAnswerBreaks(schemaOf(media), schemaOf(later[type]), `${name} ${type}`)
        : [`${name} is no longer answered as ${type}`],
    ),
  ];
}
