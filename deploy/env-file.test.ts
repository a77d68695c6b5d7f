import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readConfig } from '@identity-events/shared/runtime/config';
import { createSealer } from '@identity-events/shared/store/seal';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apiConfig } from '../services/api/src/config.ts';
import { workerConfig } from '../services/worker/src/config.ts';
import { root, secrets, type Variable, variablesIn, variablesOfSchemas } from './env-file.ts';

const example = readFileSync(join(root, '.env.example'), 'utf8');
/** Without the values that the example is free to choose. */
const held = (variables: readonly Variable[]): Variable[] =>
  variables.map((one) => (one.required && !secrets.includes(one.name) ? { ...one, value: '' } : one));

describe('.env.example', () => {
  it('names every setting of both services with its comment and default, no other, and no secret', () => {
    expect(held(variablesIn(example))).toEqual(held(variablesOfSchemas()));
  });

  it.each([
    ['a setting is missing', /\n#PORT=.*/],
    ['a comment is missing', /\n# Port to listen on.*/],
    ['a default differs', /#PORT=8080/, '#PORT=8081'],
    ['a default is set', /#PORT=/, 'PORT='],
    ['a secret is filled in', /ENCRYPTION_KEYS=\n/, 'ENCRYPTION_KEYS=k1:secret\n'],
    ['a setting is unknown', /\n## worker/, '\n# Nobody reads it.\n#POTR=1\n\n## worker'],
  ])('is refused when %s', (_fault, part, instead = '') => {
    const faulty = example.replace(part, instead);
    expect(faulty).not.toBe(example);
    expect(held(variablesIn(faulty))).not.toEqual(held(variablesOfSchemas()));
  });
});

/** The command in the head of the example: its lines are indented by three spaces. */
const command = [...example.matchAll(/^# {3}(.*)$/gm)].map(([, line]) => line).join('\n');
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.runIf(hasOpenssl)('the command in .env.example', () => {
  it('makes a .env with which both services start, and prints the key of the caller', () => {
    const { folder, output } = runCommand();
    const env = { ...parseEnv(readFileSync(join(folder, '.env'), 'utf8')), VLENS_BASE_URL: 'http://127.0.0.1:8090' };
    const { API_CLIENTS, ENCRYPTION_KEYS } = readConfig(apiConfig, env);
    const key = /^Authorization: Bearer (\S+)\n$/.exec(output)?.[1] ?? '';
    expect(API_CLIENTS).toBe(`demo:${createHash('sha256').update(key).digest('hex')}`);
    expect(() => createSealer(ENCRYPTION_KEYS)).not.toThrow();
    expect(readConfig(workerConfig, env).ENCRYPTION_KEYS).toBe(ENCRYPTION_KEYS);
    expect(statSync(join(folder, '.env')).mode & 0o077).toBe(0);
  });

  it('never replaces a .env', () => {
    const { folder } = runCommand();
    const before = readFileSync(join(folder, '.env'), 'utf8');
    expect(spawnSync('sh', ['-c', command], { cwd: folder }).status).not.toBe(0);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
  });
});

function runCommand(): { folder: string; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'env-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyFileSync(join(root, '.env.example'), join(folder, '.env.example'));
  return { folder, output: execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' }) };
}
