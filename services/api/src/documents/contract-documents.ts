import { buildAsyncApi } from './asyncapi-document.ts';
import { buildEventSchemas } from './event-schemas.ts';
import { buildOpenApi } from './openapi-document.ts';

/** Every document of the service's contracts, as JSON values. */
export interface ContractDocuments {
  readonly openapi: object;
  readonly asyncapi: object;
  /** JSON Schemas by file name. */
  readonly eventSchemas: ReadonlyMap<string, object>;
}

/** Makes every document from the schemas of the contracts. The same code makes the same documents. */
export function buildContractDocuments(): ContractDocuments {
  return { openapi: buildOpenApi(), asyncapi: buildAsyncApi(), eventSchemas: buildEventSchemas() };
}
