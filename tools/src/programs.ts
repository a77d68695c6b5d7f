import { join, resolve } from 'node:path';
import type { Command, CommandContext } from './command.ts';
import { FROM_SOURCE, ROOT, RUN } from './paths.ts';
import { startProcess } from './processes/process.ts';

const local = (program: string): string => join(ROOT, 'node_modules', '.bin', program);

/** `npm run format`: rewrites every file in the project's format, imports sorted. */
export const format: Command = runsProgram(local('biome'), ['check', '--write', '.']);

/** `npm run build`: compiles services and packages to their `dist/`, for images and publishing. */
export const build: Command = runsProgram(local('tsc'), ['-b', 'tsconfig.build.json']);

const packages = ['packages/sdk', 'packages/cli'];

/** `npm run pack [-- folder]`: the SDK and the CLI as packages for npm, in `.run/packages` or the folder. */
export const pack: Command = async (context) => {
  const [folder] = context.args;
  const target = folder === undefined ? join(RUN, 'packages') : resolve(callerFolder(), folder);
  const built = await build({ ...context, args: [] });
  if (built !== 0) return built;
  const pnpm = [join(ROOT, 'tools', 'bootstrap.mjs'), 'pnpm'];
  for (const name of packages) {
    const args = [...pnpm, '--dir', join(ROOT, name), 'pack', '--pack-destination', target];
    const code = await runInTerminal(context, process.execPath, args);
    if (code !== 0) return code;
  }
  return 0;
};

/** `npm run sandbox`: the stand-in for the provider alone, until Ctrl-C. */
export const sandbox: Command = runsProgram(process.execPath, [FROM_SOURCE, 'packages/vlens-sandbox/src/main.ts']);

/** `npm run cli`: the command line of other teams and operators, from source. */
export const cli: Command = runsProgram(
  process.execPath,
  [FROM_SOURCE, join(ROOT, 'packages/cli/src/main.ts')],
  callerFolder(),
);

/** `npm run prove:budget`: several workers, one budget, measured at the provider's door. */
export const proveBudget: Command = runsProgram(process.execPath, [FROM_SOURCE, 'e2e/budget/main.ts']);

/** `npm run prove:erasure`: captures erased in every state, then looked for everywhere. */
export const proveErasure: Command = runsProgram(process.execPath, [FROM_SOURCE, 'e2e/erasure/main.ts']);

/** `npm run reencrypt [-- --dry-run]`: what stands in Redis under an old key gets the first one of the ring. */
export const reencrypt: Command = runsProgram(process.execPath, [FROM_SOURCE, 'services/worker/src/reencrypt-main.ts']);

/** `npm run measure:durability`: what accepting costs under each of Redis' ways of flushing. */
export const measureDurability: Command = runsProgram(process.execPath, [FROM_SOURCE, 'e2e/durability/main.ts']);

/** `npm run prove:privacy`: planted values through everything, then looked for everywhere. */
export const provePrivacy: Command = runsProgram(process.execPath, [FROM_SOURCE, 'e2e/privacy/main.ts']);

/** `npm run fuzz`: every route of the API, from its OpenAPI document. */
export const fuzz: Command = runsProgram(process.execPath, [FROM_SOURCE, 'e2e/fuzz/main.ts']);

/** `npm run chaos`: kills, outages and other misfortunes, each held to what is promised. */
export const chaos: Command = runsProgram(process.execPath, [FROM_SOURCE, 'e2e/chaos/main.ts']);

/** `npm run e2e:cluster`: on a Redis Cluster and three brokers, machines lost under load. */
export const e2eCluster: Command = runsProgram(process.execPath, [FROM_SOURCE, 'e2e/cluster/main.ts']);

/** `npm run load`: drives this system, built as for images, or a deployment, and verifies its events. */
export const load: Command = builtFirst('load/src/main.ts');

/** `npm run bench`: the figures of docs/performance.md. */
export const bench: Command = builtFirst('load/bench/main.ts');

/** A program from source that runs services as images do, from their `dist/`, which is made anew: what is measured is what stands here. */
function builtFirst(entry: string): Command {
  return async (context) => {
    const built = await build({ ...context, args: ['--force'] });
    return built === 0 ? runInTerminal(context, process.execPath, [FROM_SOURCE, entry, ...context.args]) : built;
  };
}

/** A command that is a program with the terminal as its own, ended when we are asked to stop. */
function runsProgram(command: string, args: readonly string[], cwd = ROOT): Command {
  return (context) => runInTerminal(context, command, [...args, ...context.args], {}, cwd);
}

/** Where npm was called from; it runs scripts in the folder of package.json. */
function callerFolder(): string {
  return process.env['INIT_CWD'] ?? ROOT;
}

/** Runs a program with the terminal as its own; resolves with its exit code. Asked to stop, it is ended first. */
export async function runInTerminal(
  { signal }: Pick<CommandContext, 'signal'>,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = ROOT,
): Promise<number> {
  const program = await startProcess({ name: command, command, args, cwd, env: { ...process.env, ...env } });
  const stop = (): void => void program.stop();
  signal.addEventListener('abort', stop);
  const { code } = await program.exited;
  signal.removeEventListener('abort', stop);
  return code ?? 1;
}
