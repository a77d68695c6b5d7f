import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const secret = 'Aisha 29901011234567';

interface Service {
  readonly child: ChildProcess;
  /** Lines up to and with the next one that has this message. */
  readonly until: (message: string) => Promise<Record<string, unknown>[]>;
}

function startService(): Service {
  const program = fileURLToPath(new URL('logging-service.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', program], {
    env: { ...process.env, SECRET: secret },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const texts = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async until(message) {
      const lines: Record<string, unknown>[] = [];
      while (lines.at(-1)?.['message'] !== message) {
        const { value, done } = await texts.next();
        if (done) throw new Error(`it ended before ${message}`);
        expect(value).not.toContain(secret);
        lines.push(JSON.parse(value) as Record<string, unknown>);
      }
      return lines;
    },
  };
}

it('a line says when, how bad, who and what, and nothing that is not meant for it', async () => {
  const { until } = startService();
  const [refused, hostile, bug, odd] = await until('example.spoken');
  const line = { time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), service: 'example' };
  expect(refused).toEqual({ ...line, level: 'info', message: 'log.message_refused', code: 'named' });
  expect(hostile).toEqual({ ...line, level: 'info', message: 'example.hostile', code: 'hostile', droppedFields: 3 });
  expect(bug).toMatchObject({ level: 'error', error: 'Error', stack: expect.stringContaining('fixture.ts') });
  expect(odd).toMatchObject({ error: 'Error' });
});

it('SIGUSR2 turns debug lines on and off again, and the service goes on', async () => {
  const { child, until } = startService();
  const messages = async (last: string): Promise<unknown[]> => (await until(last)).map(({ message }) => message);
  const speak = async (): Promise<unknown[]> => {
    child.stdin?.write('.');
    return messages('example.spoken');
  };
  expect(await messages('example.spoken')).not.toContain('example.detail');
  child.kill('SIGUSR2');
  expect(await until('log.level')).toMatchObject([{ level: 'debug', to: 'debug' }]);
  expect(await speak()).toContain('example.detail');
  child.kill('SIGUSR2');
  expect(await until('log.level')).toMatchObject([{ level: 'info', to: 'info' }]);
  expect(await speak()).not.toContain('example.detail');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
