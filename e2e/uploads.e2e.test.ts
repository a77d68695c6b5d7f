import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

const mebibyte = 1024 * 1024;
const uploads = 200;
const inFlightMiB = 64;
/** Beyond what the process takes at rest: the bodies, a sealed copy of each, and what the collector has not come to yet. */
const growthMiBMax = 6 * inFlightMiB;
const database = 53;

let system: TestSystem;
let form: { body: Buffer; type: string };
beforeAll(async () => {
  const env = { api: { BODY_BYTES_IN_FLIGHT_MAX: String(inFlightMiB * mebibyte) } };
  system = await openTestSystem({ name: 'uploads', database, env });
  // What is accepted here is of no interest later.
  await system.system.parts.worker.stop();
  form = await tenMebibytes();
});
afterAll(() => system?.close());

async function tenMebibytes(): Promise<typeof form> {
  const data = new FormData();
  for (const [name, value] of Object.entries({ kind: 'national_id_ocr', subject: 'upload' })) data.set(name, value);
  for (const name of ['front', 'back', 'face1', 'face2', 'face3']) {
    data.set(name, new Blob([new Uint8Array(sampleImage({ seed: name, bytesMin: 2 * mebibyte }))]), 'image.jpg');
  }
  const whole = new Response(data);
  const type = whole.headers.get('content-type') ?? '';
  return { body: Buffer.from(await whole.arrayBuffer()), type };
}

/** The status of the answer; 0 when the connection ended without one. */
function upload(): Promise<number> {
  const headers = {
    authorization: `Bearer ${system.apiKey}`,
    'idempotency-key': randomUUID(),
    'content-type': form.type,
    'content-length': form.body.length,
  };
  return new Promise((resolve) => {
    const sent = request(`${system.system.apiUrl}/v1/captures`, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', () => resolve(0));
    sent.end(form.body);
  });
}

/** Memory of the API that is not on disk: the most so far, or now. */
async function memoryMiB(field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${system.system.parts.api.pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

it(`of ${uploads} uploads of 10 MiB at one time some are taken, the others told to come back, and memory stays bounded`, async () => {
  const before = await memoryMiB('VmRSS');
  let healthy = 0;
  const asking = setInterval(() => {
    void fetch(`${system.system.apiUrl}/healthz`).then(({ ok }) => {
      if (ok) healthy += 1;
    });
  }, 200);
  const statuses = await Promise.all(Array.from({ length: uploads }, upload));
  clearInterval(asking);
  const grown = (await memoryMiB('VmHWM')) - before;
  const count = (status: number): number => statuses.filter((one) => one === status).length;
  const counts = { accepted: count(202), refused: count(503), cutShort: count(0) };
  expect(counts.accepted + counts.refused + counts.cutShort).toBe(uploads);
  expect(counts.accepted).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
  expect(healthy).toBeGreaterThan(0);
  expect(grown).toBeLessThan(growthMiBMax);
  expect((await system.storedImages()).length).toBe(counts.accepted);
  expect(await upload()).toBe(202);
});
