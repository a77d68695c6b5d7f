import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type AuditEntry, openAuditLog } from './audit-log.ts';
import { createLifecycle } from './lifecycle.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const entry: AuditEntry = {
  action: 'capture.submit',
  tenant: 'demo',
  client: 'portal',
  object: 'cap_1',
  requestId: 'request-1',
  outcome: 'done',
  status: 202,
};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'audit-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Runs a process's life with the log, as long as it takes to write these. */
async function life(file: string, entries: readonly AuditEntry[]): Promise<void> {
  const lifecycle = createLifecycle(silent);
  const log = await openAuditLog({ service: 'api', file, logger: silent, releases: lifecycle });
  for (const one of entries) log.write(one);
  expect(await lifecycle.stop(5_000)).toBe(true);
}

it('every entry is one line in the file after the stop, and another process adds to it', async () => {
  const file = join(await folder(), 'audit.log');
  const many = Array.from({ length: 2_000 }, (_, i) => ({ ...entry, object: `cap_${i}` }));
  await life(file, many);
  await life(file, [{ ...entry, object: 'cap_later' }]);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(2_001);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    ...many[0],
    message: 'audit',
    level: 'info',
    service: 'api',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  expect(lines.at(-1)).toContain('cap_later');
});

it('nobody else may read the file', async () => {
  const file = join(await folder(), 'audit.log');
  await life(file, [entry]);
  expect((await stat(file)).mode & 0o077).toBe(0);
});

it('there is no log where there can be no file', async () => {
  const file = join(await folder(), 'nowhere', 'audit.log');
  const opening = openAuditLog({ service: 'api', file, logger: silent, releases: createLifecycle(silent) });
  await expect(opening).rejects.toMatchObject({ code: 'audit_log_unwritable', retriable: false });
});
