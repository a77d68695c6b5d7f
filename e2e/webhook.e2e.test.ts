import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

const topic = 'business_request.status_changed';
const secret = 'e2e-webhook-secret';
const signingKey = 'e2e signing key';
let system: TestSystem;

beforeAll(async () => {
  const secretHash = createHash('sha256').update(secret).digest('hex');
  system = await openTestSystem({
    name: 'webhook',
    database: 41,
    env: {
      api: {
        VLENS_WEBHOOK_SECRETS: secretHash,
        VLENS_WEBHOOK_SIGNING_KEY: signingKey,
        VLENS_WEBHOOK_SOURCES: '127.0.0.0/8',
      },
    },
  });
});
afterAll(() => system?.close());

const send = (webhook: Record<string, unknown>): Promise<unknown> =>
  system.sandbox.sendWebhook({
    url: `${system.system.apiUrl}/v1/webhooks/vlens/demo`,
    headers: { 'x-webhook-secret': secret },
    signingKey,
    waitMs: 20,
    ...webhook,
  });
const outcomeOf = async (id: string) => (await system.sandbox.webhooks()).find((webhook) => webhook.id === id);
const recordsOf = (id: string) =>
  system.events.records.filter((record) => record.topic === topic && record.data['notificationId'] === id);

it("changes of one business request arrive in Kafka in order, under its key, each once whatever the provider's attempts", async () => {
  const businessRequestId = randomUUID();
  const [first, second] = [randomUUID(), randomUUID()];
  await send({ id: first, businessRequestId, repeats: 3 });
  await system.until(
    () => outcomeOf(first),
    (webhook) => webhook?.outcome === 'delivered',
  );
  await send({ id: second, businessRequestId, newStatus: 'CustomerSigned' });
  await system.until(
    () => recordsOf(second),
    (records) => records.length > 0,
  );
  const records = system.events.records.filter(({ data }) => data['businessRequestId'] === businessRequestId);
  expect(records.map(({ data }) => [data['notificationId'], data['status']])).toEqual([
    [first, 'PendingApproval'],
    [second, 'CustomerSigned'],
  ]);
  const [record] = records;
  expect(record?.key).toBe(`demo:${businessRequestId}`);
  expect(record?.headers).toMatchObject({ ce_type: topic, ce_id: `vlens.${first}`, ce_subject: businessRequestId });
});

it('a webhook that the provider sends again while the API is away is taken when it is back', async () => {
  const id = randomUUID();
  await system.system.parts.api.stop();
  await send({ id, attemptsMax: 10, waitMs: 1_000 });
  await system.until(
    async () => (await outcomeOf(id))?.attempts.length,
    (attempts = 0) => attempts > 0,
  );
  await system.system.restart('api');
  await system.until(
    () => recordsOf(id),
    (records) => records.length === 1,
  );
  const delivered = await system.until(
    () => outcomeOf(id),
    (webhook) => webhook?.outcome === 'delivered',
  );
  const statuses = delivered?.attempts.map(({ status }) => status) ?? [];
  expect(statuses).toEqual([...statuses.slice(1).map(() => null), 200]);
});

it('a webhook without the secret or the signature is refused, and nothing comes of it', async () => {
  const [strange, unsigned] = [randomUUID(), randomUUID()];
  await send({ id: strange, headers: {}, attemptsMax: 1 });
  await send({ id: unsigned, signingKey: 'another', attemptsMax: 1 });
  for (const id of [strange, unsigned]) {
    const refused = await system.until(
      () => outcomeOf(id),
      (webhook) => webhook?.outcome === 'given_up',
    );
    expect(refused?.attempts).toMatchObject([{ status: 404 }]);
    expect(recordsOf(id)).toEqual([]);
  }
});
