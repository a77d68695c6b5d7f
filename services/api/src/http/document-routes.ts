import type { RequestHandler } from 'express';
import { HttpProblem } from './problem.ts';

/** The documents of the contracts, as JSON values. */
export interface DocumentRoutesDeps {
  readonly documents: {
    readonly openapi: object;
    readonly asyncapi: object;
    /** By file name. */
    readonly eventSchemas: ReadonlyMap<string, object>;
  };
}

const cacheControl = 'public, max-age=300';

/** `GET /openapi.json` and `GET /asyncapi.json`: the document, for anybody. */
export function documentRoute(document: object): RequestHandler {
  const body = JSON.stringify(document);
  return (_request, response) => {
    response.set('cache-control', cacheControl).type('application/json').send(body);
  };
}

/** `GET /schemas/{name}`: the JSON Schema of an event type in one version, for anybody. */
export function schemaRoute(schemas: ReadonlyMap<string, object>): RequestHandler<{ name: string }> {
  return (request, response) => {
    const schema = schemas.get(request.params.name);
    if (!schema) throw new HttpProblem('not-found');
    response.set('cache-control', cacheControl).type('application/schema+json').send(JSON.stringify(schema));
  };
}
