import { eventContracts } from '@identity-events/shared/contracts/event-contracts';
import { eventSchemaName } from '@identity-events/shared/contracts/event-versions';
import { z } from 'zod';
import { writePlainly } from './plain-schema.ts';

/** The JSON Schema (2020-12) of the value of each event type, by file name. */
export function buildEventSchemas(): ReadonlyMap<string, object> {
  return new Map(
    Object.entries(eventContracts).map(([type, { version, summary, data }]) => {
      const { $schema, ...schema } = z.toJSONSchema(data, { override: writePlainly });
      const name = eventSchemaName(type, version);
      return [name, { $schema, $id: `/schemas/${name}`, title: type, description: summary, ...schema }];
    }),
  );
}
