import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ComposeFile } from './compose-faults.ts';
import { buildStage, dockerfileFaults } from './dockerfile-faults.ts';
import { root } from './env-file.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const nodeVersion = read('.node-version').trim();
const compose = parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;
const built = Object.values(compose.services).flatMap(({ build }) => (build ? [build.dockerfile] : []));
const api = read('services/api/Dockerfile');

describe.each(built)('%s', (path) => {
  const text = read(path);

  it('is pinned, lean, not root, watched, and free of faults that a linter knows', () => {
    expect(dockerfileFaults(text, nodeVersion)).toEqual([]);
  });

  it('shares its first stage, so that it is built once', () => {
    expect(buildStage(text)).toMatch(/^FROM .+ AS build\n/);
    expect(buildStage(text)).toBe(buildStage(api));
  });

  it('deploys the package beside it', () => {
    const { name } = JSON.parse(read(path.replace('Dockerfile', 'package.json'))) as { name: string };
    expect(text).toContain(`pnpm --filter ${name} deploy --prod /app`);
  });
});

it('every service of ours has a Dockerfile', () => {
  expect(built).toEqual(['packages/vlens-sandbox/Dockerfile', 'services/api/Dockerfile', 'services/worker/Dockerfile']);
});

it.each([
  ['does not run on the Node of .node-version', /FROM node:[\d.]+-bookworm-slim\n/, 'FROM node:latest\n'],
  ['may run as root', 'USER 1000:1000\n', ''],
  ['may run as root', 'USER 1000:1000', 'USER 0:0'],
  ['has no health check over HTTP', /HEALTHCHECK .*/, 'HEALTHCHECK NONE'],
  ['does not say that it is production', 'NODE_ENV=production ', ''],
  ['does not start the built program as process 1', 'CMD ["node", "dist/main.js"]', 'CMD node dist/main.js'],
  ['copies more into the image than the deployed package', 'COPY --from=deploy /app ./', 'COPY --from=build /build ./'],
  ['uses ADD', 'COPY . .', 'ADD . .'],
  ['takes settings or secrets at build time', 'WORKDIR /app', 'ARG TOKEN\nWORKDIR /app'],
  ['does not install exactly what the lock file says', ' --frozen-lockfile', ''],
  ['Unknown instruction: RUM', 'RUN pnpm fetch', 'RUM pnpm fetch'],
])('a Dockerfile is refused that %s', (sentence, part, instead) => {
  const faulty = api.replace(part, instead);
  expect(faulty).not.toBe(api);
  expect(dockerfileFaults(faulty, nodeVersion)).toContain(sentence);
});
