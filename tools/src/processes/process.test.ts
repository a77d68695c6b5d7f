import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../../bootstrap/lock.mjs';
import { lastLogLines, type ManagedProcess, startProcess } from './process.ts';
import { waitFor } from './wait-for.ts';

const DEADLINE_MS = 8_000;
const FOR_EVER = 'setInterval(() => undefined, 1000);';
const DEAF = `process.on('SIGTERM', () => undefined); ${FOR_EVER}`;
const WITH_GRANDCHILD = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(FOR_EVER)}], { stdio: 'ignore' });
  console.log('grandchild ' + child.pid); ${FOR_EVER}`;

let folder: string;
let logFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'process-test-'));
  logFile = join(folder, 'child.log');
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(script: string, graceMs = 5_000): Promise<ManagedProcess> {
  return startProcess({ name: 'child', command: process.execPath, args: ['-e', script], logFile, graceMs });
}

async function loggedPid(): Promise<number> {
  const read = (): string | undefined =>
    existsSync(logFile) ? /(\d+)\n/.exec(readFileSync(logFile, 'utf8'))?.[1] : undefined;
  return Number(await waitFor(read, { what: 'a process id in the log', deadlineMs: DEADLINE_MS }));
}

const gone = (pid: number) => waitFor(() => !isAlive(pid), { what: `the end of ${pid}`, deadlineMs: DEADLINE_MS });

test('a child that ends by itself reports its code and its output is in the log', async () => {
  const child = await run("console.log('hello'); process.exitCode = 7;");

  expect(await child.exited).toEqual({ code: 7, signal: null });
  expect(lastLogLines(logFile)).toBe('hello');
});

test('a program that does not exist is told by name', async () => {
  await expect(startProcess({ name: 'ghost', command: join(folder, 'ghost'), args: [], logFile })).rejects.toThrow(
    'ghost',
  );
});

test('a child that is deaf to SIGTERM is gone after its grace', async () => {
  const child = await run(`console.log(process.pid); ${DEAF}`, 200);
  await loggedPid();

  expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(isAlive(child.pid)).toBe(false);
});

test('what a child started is gone with it', async () => {
  const child = await run(WITH_GRANDCHILD);
  const grandchild = await loggedPid();

  await child.stop();

  await gone(grandchild);
});

test('stopping twice and stopping what has ended are harmless', async () => {
  const child = await run(FOR_EVER);

  expect(await Promise.all([child.stop(), child.stop()])).toHaveLength(2);
  expect(await child.stop()).toEqual(await child.kill());
});

test('a parent that dies by kill -9 leaves neither child nor grandchild', async () => {
  const script = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
    const args = ['-e', ${JSON.stringify(WITH_GRANDCHILD)}];
    const child = await startProcess({ name: 'child', command: process.execPath, args, logFile: ${JSON.stringify(logFile)} });
    console.log(child.pid);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const grandchild = await loggedPid();
  expect([Number(line), grandchild].every(isAlive)).toBe(true);

  parent.kill('SIGKILL');

  await Promise.all([gone(Number(line)), gone(grandchild)]);
});

test('the clean-up of a child runs although its parent died by kill -9', async () => {
  const mark = join(folder, 'cleaned');
  const script = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
    await startProcess({
      name: 'child', command: process.execPath, args: ['-e', ${JSON.stringify(FOR_EVER)}], logFile: ${JSON.stringify(logFile)},
      cleanup: { command: 'touch', args: [${JSON.stringify(mark)}] },
    });
    console.log('ready');
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface(parent.stdout), 'line');

  parent.kill('SIGKILL');

  await waitFor(() => existsSync(mark), { what: 'the clean-up', deadlineMs: DEADLINE_MS });
});
