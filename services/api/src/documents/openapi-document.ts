import { contractVersion } from '@identity-events/shared/contracts/contract-version';
import { createDocument } from 'zod-openapi';
import { capturePaths } from './capture-paths.ts';
import { identityPaths } from './identity-paths.ts';
import { openPaths } from './open-paths.ts';
import { opsPaths } from './ops-paths.ts';
import { writePlainly } from './plain-schema.ts';
import { webhookPaths } from './webhook-paths.ts';

const description = `Captures in over HTTP, outcomes out through Kafka: [AsyncAPI](/asyncapi.json).

Every answer that is not a success is a problem (RFC 9457); its \`type\` leads to a page that says what to do. Fields may be
added to answers, and values where \`x-open-enum\` stands; anything else raises the version.`;

/** The OpenAPI 3.1 document of every route (https://spec.openapis.org/oas/v3.1.1.html). */
export function buildOpenApi(): object {
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'identity-events',
        version: contractVersion,
        description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ apiKey: [] }],
      tags: [
        { name: 'captures', description: 'Submit captures and see where they stand.' },
        { name: 'evidence', description: 'What the provider holds of verified persons.' },
        { name: 'operations', description: 'Dead letters, for whoever operates the service.' },
        { name: 'webhooks', description: 'What Vlens posts.' },
        { name: 'documents', description: 'The contracts themselves.' },
        { name: 'health', description: 'For whoever runs the service.' },
      ],
      paths: { ...capturePaths, ...identityPaths, ...opsPaths, ...webhookPaths, ...openPaths },
      components: {
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'Your API key (RFC 6750).' } },
      },
    },
    { override: writePlainly },
  );
}
