import { type Json, tagOf, toList, toObject, valuesOf, variantsOf } from './json-schema.ts';

/** A way in which a value of one schema may be none of another. */
export interface Misfit {
  readonly path: string;
  readonly what: 'type' | 'value' | 'limit' | 'required' | 'unknown' | 'open';
  /** Which value or limit. */
  readonly which?: string;
}

/**
 * Why a value of the inner schema may not be one of the outer; empty when each is. Knows what zod writes for our contracts.
 * An enumeration of the outer schema that is open to additions (`x-open-enum`) takes any value.
 */
export function findMisfits(inner: Json, outer: Json, path = ''): Misfit[] {
  const outers = variantsOf(outer);
  return variantsOf(inner).flatMap((variant) => {
    const alike = outers.length === 1 ? outers : outers.filter((other) => tagOf(other) === tagOf(variant));
    // An integer is a number, and a variant without type takes any: what is not alike may fit all the same.
    if (outers.some((other) => misfitsOfVariant(variant, other, path).length === 0)) return [];
    const [fewest] = alike
      .map((other) => misfitsOfVariant(variant, other, path))
      .toSorted((a, b) => a.length - b.length);
    return fewest ?? [{ path, what: 'type', which: tagOf(variant) }];
  });
}

function misfitsOfVariant(inner: Json, outer: Json, path: string): Misfit[] {
  const type = outer['type'];
  const sameType = type === undefined || inner['type'] === type || (inner['type'] === 'integer' && type === 'number');
  if (!sameType) return [{ path, what: 'type', which: JSON.stringify(inner['type'] ?? 'any') }];
  return [
    ...misfitsOfValues(inner, outer, path),
    ...misfitsOfLimits(inner, outer, path),
    ...misfitsOfMembers(inner, outer, path),
    ...('items' in outer ? findMisfits(toObject(inner['items']), toObject(outer['items']), `${path}/*`) : []),
  ];
}

function misfitsOfValues(inner: Json, outer: Json, path: string): Misfit[] {
  const allowed = valuesOf(outer);
  if (!allowed || outer['x-open-enum'] === true) return [];
  const values = valuesOf(inner);
  if (!values) return [{ path, what: 'value', which: 'any' }];
  return values
    .filter((value) => !allowed.includes(value))
    .map((value) => ({ path, what: 'value', which: JSON.stringify(value) }));
}

const upper = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems'];
const lower = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems'];
const exact = ['pattern', 'format', 'contentEncoding', 'contentMediaType'];

function misfitsOfLimits(inner: Json, outer: Json, path: string): Misfit[] {
  const within = (name: string): boolean => {
    if (outer[name] === undefined || inner[name] === outer[name]) return true;
    if (inner[name] === undefined || exact.includes(name)) return false;
    const difference = Number(inner[name]) - Number(outer[name]);
    return upper.includes(name) ? difference <= 0 : difference >= 0;
  };
  return [...upper, ...lower, ...exact]
    .filter((name) => !within(name))
    .map((name) => ({ path, what: 'limit', which: name }));
}

function misfitsOfMembers(inner: Json, outer: Json, path: string): Misfit[] {
  const always = toList(inner['required']);
  const known = toObject(outer['properties']);
  const others = outer['additionalProperties'];
  const misfits: Misfit[] = toList(outer['required'])
    .filter((name) => !always.includes(name))
    .map((name) => ({ path: `${path}/${String(name)}`, what: 'required' }));
  for (const [name, schema] of Object.entries(toObject(inner['properties']))) {
    const at = `${path}/${name}`;
    if (name in known) misfits.push(...findMisfits(toObject(schema), toObject(known[name]), at));
    else if (others === false) misfits.push({ path: at, what: 'unknown' });
    else misfits.push(...findMisfits(toObject(schema), toObject(others), at));
  }
  if (others === false && inner['additionalProperties'] !== false) misfits.push({ path, what: 'open' });
  else misfits.push(...findMisfitsOfOthers(inner['additionalProperties'], others, `${path}/*`));
  return misfits;
}

/** Members that are not named, when both schemas say what they are. */
function findMisfitsOfOthers(inner: unknown, outer: unknown, path: string): Misfit[] {
  if (typeof inner !== 'object' || typeof outer !== 'object') return [];
  return findMisfits(toObject(inner), toObject(outer), path);
}
