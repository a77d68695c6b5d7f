/** A JSON object, as documents are made of. */
export type Json = Readonly<Record<string, unknown>>;

/** The value if it is an object, else an empty one: what a document does not say is not there. */
export function toObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The value if it is a list, else an empty one. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** The document with every local `$ref` replaced by what it points at. Throws when one points nowhere or into itself. */
export function inlineRefs(document: Json): Json {
  const inline = (value: unknown, via: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((one) => inline(one, via));
    if (typeof value !== 'object' || value === null) return value;
    const { $ref } = value as { $ref?: unknown };
    if (typeof $ref !== 'string') {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inline(member, via)]));
    }
    if (via.includes($ref)) throw new Error(`${$ref} points into itself`);
    return inline(pointTo(document, $ref), [...via, $ref]);
  };
  return inline(document, []) as Json;
}

function pointTo(document: Json, ref: string): unknown {
  const names = ref.replace(/^#\//, '').split('/');
  const found = names.reduce<unknown>(
    (value, name) => toObject(value)[name.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  );
  if (!ref.startsWith('#/') || found === undefined) throw new Error(`${ref} points nowhere`);
  return found;
}

/** The variants of a schema: of `anyOf` and `oneOf`, and one for each type of a list of types. */
export function variantsOf(schema: Json): readonly Json[] {
  const united = [...toList(schema['anyOf']), ...toList(schema['oneOf'])];
  if (united.length > 0) return united.flatMap((one) => variantsOf(toObject(one)));
  const types = toList(schema['type']);
  return types.length > 0 ? types.map((type) => ({ ...schema, type })) : [schema];
}

/** What tells a variant from its siblings: its type and its constant members, such as `kind`. */
export function tagOf(variant: Json): string {
  const constants = Object.entries(toObject(variant['properties']))
    .map(([name, schema]) => [name, toObject(schema)['const']] as const)
    .filter(([, value]) => value !== undefined);
  return JSON.stringify([variant['type'], ...constants.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The values that a schema is limited to; undefined when it is not. */
export function valuesOf(schema: Json): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return 'enum' in schema ? toList(schema['enum']) : undefined;
}
