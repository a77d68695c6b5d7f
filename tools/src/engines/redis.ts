import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectByTls } from 'node:tls';
import { CACHE } from '../paths.ts';
import { freePort } from '../processes/free-port.ts';
import { findOnPath, run } from '../processes/programs.ts';
import { installDebianPackages } from './debian.ts';
import { hasDocker } from './docker.ts';
import { type Engine, type EngineSpec, type Log, processEngine } from './engine.ts';

const IMAGE = 'redis:7';
const READY_WITHIN_MS = 60_000;
const PING_TIMEOUT_MS = 1_000;
/** After so long without a word a node of a cluster is taken for dead; Redis' own default is 15 s. */
const NODE_TIMEOUT_MS = 2_000;

// As in production: every write is in the append-only file, and a full server refuses writes instead of dropping keys.
const SETTINGS = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'everysec',
  '--maxmemory-policy',
  'noeviction',
  '--save',
  '',
  // It keeps the arguments of slow commands: ids of people, sealed tokens.
  '--slowlog-log-slower-than',
  '-1',
  // Every test file has a database of its own.
  '--databases',
  '64',
];

/** Where an engine keeps its data and tells what it does. */
export type EngineOptions = {
  /** The engine makes its own folder in it. */
  readonly dataDir: string;
  readonly log: Log;
};

/** Files, PEM, of an engine that speaks TLS: whom it trusts, its own certificate, and that one's key. */
export type EngineTls = { readonly ca: string; readonly cert: string; readonly key: string };

/**
 * A Redis of our own that speaks TLS only, to clients with a certificate of the same authority; by `redis-server`, also where Docker
 * runs.
 */
export async function createTlsRedis({ dataDir, log }: EngineOptions, tls: EngineTls): Promise<Engine> {
  const folder = join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const files = ['--tls-ca-cert-file', tls.ca, '--tls-cert-file', tls.cert, '--tls-key-file', tls.key];
  const command = await redisServer(log);
  const listen = ['--bind', '127.0.0.1', '--port', '0', '--tls-port', String(port), '--dir', folder];
  return processEngine({
    name: 'Redis',
    address: `rediss://127.0.0.1:${port}`,
    runsAs: command,
    process: { command, args: [...listen, ...files, ...SETTINGS], logFile: join(dataDir, 'redis.log') },
    isReady: () => answersPing(port, tls),
    readyWithinMs: READY_WITHIN_MS,
    discard: () => rm(folder, { recursive: true, force: true }),
  });
}

/** A Redis of our own on free loopback ports that may be made a node of a cluster; by `redis-server`, also where Docker runs. */
export async function createClusterNode({
  dataDir,
  log,
}: EngineOptions): Promise<Engine & { readonly busPort: number }> {
  mkdirSync(dataDir, { recursive: true });
  const [port, busPort] = [await freePort(), await freePort()];
  const command = await redisServer(log);
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--cluster-port', String(busPort), '--dir', dataDir];
  const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--databases', '1'];
  const engine = processEngine({
    name: `Redis ${port}`,
    address: `redis://127.0.0.1:${port}`,
    runsAs: command,
    process: { command, args: [...place, ...SETTINGS, ...cluster], logFile: join(dataDir, 'redis.log') },
    isReady: () => answersPing(port),
    readyWithinMs: READY_WITHIN_MS,
    discard: () => rm(dataDir, { recursive: true, force: true }),
  });
  return { ...engine, busPort };
}

/** A Redis of our own on a free loopback port, not yet started: a container when Docker runs, else `redis-server`. */
export async function createRedis({ dataDir, log }: EngineOptions): Promise<Engine> {
  const folder = join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const common = {
    name: 'Redis',
    address: `redis://127.0.0.1:${port}`,
    isReady: () => answersPing(port),
    readyWithinMs: READY_WITHIN_MS,
    discard: () => rm(folder, { recursive: true, force: true }),
  };
  const logFile = join(dataDir, 'redis.log');
  return processEngine({
    ...common,
    ...((await hasDocker()) ? container(port, folder, logFile) : await program(port, folder, logFile, log)),
  });
}

type Runs = Pick<EngineSpec, 'runsAs' | 'process'>;

async function program(port: number, folder: string, logFile: string, log: Log): Promise<Runs> {
  const command = await redisServer(log);
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...SETTINGS];
  return { runsAs: command, process: { command, args, logFile } };
}

function container(port: number, folder: string, logFile: string): Runs {
  const name = `identity-events-redis-${port}`;
  const place = ['--name', name, '-p', `127.0.0.1:${port}:6379`, '-v', `${folder}:/data`];
  const args = ['run', '--rm', ...place, IMAGE, 'redis-server', ...SETTINGS];
  return {
    runsAs: `container of ${IMAGE}`,
    process: { command: 'docker', args, logFile, cleanup: { command: 'docker', args: ['rm', '-f', name] } },
  };
}

/**
 * Debian's `redis-server` package is a service around the program of `redis-tools`, which acts by the name it is called
 * by. Installing only the latter gives a server without leaving a service behind.
 */
async function redisServer(log: Log): Promise<string> {
  const onPath = findOnPath('redis-server');
  if (onPath) return onPath;
  if (!findOnPath('redis-check-rdb')) await installDebianPackages('Redis', ['redis-tools'], log);

  const target = findOnPath('redis-check-rdb');
  const link = join(CACHE, 'redis', 'redis-server');
  if (target) placeLink(link, target);
  const { ok, output } = await run(link, ['--version']);
  if (!ok || !output.startsWith('Redis server'))
    throw new Error('Redis is missing; install a redis-server of version 6.2 or newer.');
  return link;
}

function placeLink(link: string, target: string): void {
  const part = `${link}.${process.pid}`;
  mkdirSync(join(link, '..'), { recursive: true });
  rmSync(part, { force: true });
  symlinkSync(target, part);
  renameSync(part, link);
}

/** True when Redis has loaded its data and takes commands. */
function answersPing(port: number, tls?: EngineTls): Promise<boolean> {
  const place = { port, host: '127.0.0.1' };
  return new Promise((resolve) => {
    const socket: Socket = tls
      ? connectByTls({ ...place, ca: readFileSync(tls.ca), cert: readFileSync(tls.cert), key: readFileSync(tls.key) })
      : connect(place);
    const answer = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(PING_TIMEOUT_MS, () => answer(false));
    socket.once('error', () => answer(false));
    socket.once('close', () => resolve(false));
    socket.once('data', (data) => answer(data.toString().startsWith('+PONG')));
    socket.write('PING\r\n');
  });
}
