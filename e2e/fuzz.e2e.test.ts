import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchSchemathesis } from '@identity-events/tools/engines/schemathesis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fuzzRoutes } from './fuzz/fuzz-routes.ts';
import { fuzzSystem, openFuzzSystem } from './fuzz/fuzz-system.ts';
import type { TestSystem } from './support/test-system.ts';

// The same requests in every run: one that fails is about what was changed. `npm run fuzz` sends others each time.
// One worker: with two, Python 3.11 mixes up their depths of recursion when the machine is busy ("AST constructor recursion depth mismatch").
const asAlways = ['--generation-deterministic', '--max-examples', '25', '--workers', '1', '--no-shrink'];

let system: TestSystem;
let broken: Server;
beforeAll(async () => {
  await fetchSchemathesis(() => undefined);
  system = await openFuzzSystem(54);
  broken = createServer((request, response) => {
    response.statusCode = request.url === '/openapi.json' ? 200 : 503;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(documentOfBroken));
  });
  await new Promise<void>((resolve) => void broken.listen(0, '127.0.0.1', resolve));
}, 300_000);
afterAll(async () => {
  broken?.close();
  await system?.close();
});

it('every route answers whatever is sent to it as its document says, and never with a server error', async () => {
  const { ok, text } = await fuzzSystem(system, asAlways);
  expect(text).toMatch(/Selected: (\d+)\/\1\s+Tested: \1\n/);
  expect(ok, text).toBe(true);
  expect(Number(/Test cases:\s+(\d+) generated/.exec(text)?.[1])).toBeGreaterThan(500);
});

it('a server error is told, though the document allows it', async () => {
  const { port } = broken.address() as AddressInfo;
  const { ok, text } = await fuzzRoutes({ apiUrl: `http://127.0.0.1:${port}`, apiKey: 'any', args: asAlways });
  expect(text).toContain('Server error');
  expect(ok).toBe(false);
});

const documentOfBroken = {
  openapi: '3.1.0',
  info: { title: 'broken', version: '1' },
  paths: { '/x': { get: { responses: { 503: { description: 'away', content: { 'application/json': {} } } } } } },
};
