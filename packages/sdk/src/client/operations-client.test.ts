import { expect, it } from 'vitest';
import { json, startServer } from './local-server.fixture.ts';
import { OperationsClient } from './operations-client.ts';

const letter = (captureId: string) => ({
  ...{ captureId, cause: 'bug', failedAt: '2026-01-01T00:00:00.000Z', queuedAt: '2026-01-01T00:00:00.000Z' },
  ...{ starts: 1, stalls: 0, record: 'missing' },
});

it('letters are fetched page by page, with the filter on each', async () => {
  const { baseUrl, requests } = await startServer(
    json(200, { deadLetters: [letter('a')], nextCursor: '1', links: {} }),
    json(200, { deadLetters: [letter('b')], links: {} }),
  );
  const client = new OperationsClient({ baseUrl, apiKey: 'k' });
  const letters = await Array.fromAsync(client.deadLetters({ cause: 'bug', failedAfter: new Date(0) }));
  expect(letters.map(({ captureId }) => captureId)).toEqual(['a', 'b']);
  const query = 'cause=bug&failedAfter=1970-01-01T00%3A00%3A00.000Z&limit=100';
  expect(requests.map(({ url }) => url)).toEqual([
    `/v1/ops/dead-letters?${query}`,
    `/v1/ops/dead-letters?${query}&cursor=1`,
  ]);
});

it('a selection is sent as it is, and again when the service was away', async () => {
  const answer = {
    dryRun: false,
    results: [{ captureId: 'a', result: 'redriven' }],
    counts: { redriven: 1 },
    complete: true,
  };
  const { baseUrl, requests } = await startServer(json(503, {}), json(200, answer));
  const selection = { captureIds: ['a'], perSecond: 5 };
  expect(await new OperationsClient({ baseUrl, apiKey: 'k' }).redrive(selection)).toEqual(answer);
  expect(requests.map(({ url }) => url)).toEqual(['/v1/ops/dead-letters/redrive', '/v1/ops/dead-letters/redrive']);
  expect(JSON.parse(String(requests[1]?.body))).toEqual(selection);
});
