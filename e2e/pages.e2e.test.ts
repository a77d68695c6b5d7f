import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestBrowser, type TestBrowser } from './support/browser.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

let system: TestSystem;
let browser: TestBrowser;
beforeAll(async () => {
  browser = await openTestBrowser();
  system = await openTestSystem({ name: 'pages', database: 9 });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

it('the HTTP interface is shown, with each of its calls', async () => {
  const { page, faults, screenshot } = await browser.open(`${system.system.apiUrl}/docs`);
  const submit = page.locator('#operations-captures-post_v1_captures, .opblock', { hasText: '/v1/captures' }).first();
  await submit.waitFor();
  await submit.locator('button').first().click();
  await page.getByText('Idempotency-Key').first().waitFor();
  await screenshot('docs');
  expect(faults).toEqual([]);
});

it('the events are shown, each with its fields, headers and an example', async () => {
  const { page, faults, screenshot } = await browser.open(`${system.system.apiUrl}/docs/events`, {
    colorScheme: 'dark',
  });
  await page.getByRole('heading', { name: 'identity.failed', exact: true }).waitFor();
  const value = page.getByRole('table', { name: 'Fields of the value of identity.failed' });
  await value.getByRole('cell', { name: 'reason.code', exact: true }).waitFor();
  await value.getByText('face_mismatch').waitFor();
  await screenshot('events');
  await page.getByRole('link', { name: 'AsyncAPI document' }).click();
  await page.waitForURL('**/asyncapi.json');
  expect(faults).toEqual([]);
});
