import { findMisfits, type Misfit } from './find-misfits.ts';
import { type Json, tagOf, toObject, valuesOf, variantsOf } from './json-schema.ts';

const ofRequests: Readonly<Record<Misfit['what'], string>> = {
  type: 'no longer takes the type',
  value: 'no longer takes the value',
  limit: 'has a narrower',
  required: 'is newly required',
  unknown: 'is no longer known',
  open: 'no longer takes other fields',
};

const ofAnswers: Readonly<Record<Misfit['what'], string>> = {
  type: 'may now have the type',
  value: 'may now have the value',
  limit: 'has a wider',
  required: 'is no longer always there',
  unknown: 'is a new field where none was allowed',
  open: 'may now have other fields',
};

/** What of the earlier requests the later schema refuses: clients that send them break. */
export function findRequestBreaks(before: Json, after: Json, path: string): string[] {
  return toSentences(findMisfits(before, after, path), ofRequests);
}

/**
 * What a reader of the earlier answers or events can not rely on any more: values that were not promised, and fields,
 * values or variants that are gone. New fields, and new values of an open enumeration, break nobody.
 */
export function findAnswerBreaks(before: Json, after: Json, path: string): string[] {
  return [...findDropped(before, after, path), ...toSentences(findMisfits(after, before, path), ofAnswers)];
}

function toSentences(misfits: readonly Misfit[], words: Readonly<Record<Misfit['what'], string>>): string[] {
  return misfits.map(({ path, what, which }) => `${path} ${words[what]}${which === undefined ? '' : ` ${which}`}`);
}

function findDropped(before: Json, after: Json, path: string): string[] {
  const left = variantsOf(after);
  const gone = variantsOf(before);
  return gone.flatMap((variant) => {
    const alike = left.filter((other) => tagOf(other) === tagOf(variant));
    const heirs = alike.length === 0 && left.length === 1 && gone.length === 1 ? left : alike;
    const [fewest] = heirs.map((heir) => droppedOfVariant(variant, heir, path)).toSorted((a, b) => a.length - b.length);
    if (fewest) return fewest;
    return variant['type'] === 'null' ? [] : [`${path} no longer has the variant ${tagOf(variant)}`];
  });
}

function droppedOfVariant(before: Json, after: Json, path: string): string[] {
  const values = valuesOf(after);
  const dropped = (values ? (valuesOf(before) ?? []) : [])
    .filter((value) => !values?.includes(value))
    .map((value) => `${path} no longer has the value ${JSON.stringify(value)}`);
  const members = toObject(after['properties']);
  for (const [name, schema] of Object.entries(toObject(before['properties']))) {
    const at = `${path}/${name}`;
    if (name in members) dropped.push(...findDropped(toObject(schema), toObject(members[name]), at));
    else dropped.push(`${at} was removed`);
  }
  const items = toObject(before['items']);
  return [...dropped, ...('items' in after ? findDropped(items, toObject(after['items']), `${path}/*`) : [])];
}
