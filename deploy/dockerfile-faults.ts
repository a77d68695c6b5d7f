import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

/** What must hold for every Dockerfile, each as the sentence that says it does not. */
const rules: Readonly<Record<string, (file: ReadonlyDockerfile) => boolean>> = {
  'does not run on the Node of .node-version': ({ bases, nodeVersion }) =>
    bases.every((base) => base === `node:${nodeVersion}-bookworm-slim`),
  'may run as root': ({ last }) => /^[1-9]\d*:[1-9]\d*$/.test(last('USER')),
  'has no health check over HTTP': ({ last }) =>
    /CMD \["node", ("-e", "fetch\('http:\/\/127\.0\.0\.1:.+"|"dist\/health-check\.js")\]$/.test(last('HEALTHCHECK')),
  'does not say that it is production': ({ last }) => /^NODE_ENV=production\b/.test(last('ENV')),
  'does not start the built program as process 1': ({ last }) => last('CMD') === '["node", "dist/main.js"]',
  'copies more into the image than the deployed package': ({ all }) => all('COPY').join() === '--from=deploy /app ./',
  'uses ADD': ({ everywhere }) => everywhere('ADD').length === 0,
  'takes settings or secrets at build time': ({ everywhere }) => everywhere('ARG').length === 0,
  'does not install exactly what the lock file says': ({ everywhere }) =>
    everywhere('RUN').some((run) => run.includes('pnpm install --frozen-lockfile &&')),
};

/** A Dockerfile by the arguments of its instructions. */
interface ReadonlyDockerfile {
  readonly nodeVersion: string;
  /** Images from outside. */
  readonly bases: readonly string[];
  /** All of a kind, in every stage. */
  readonly everywhere: (keyword: string) => string[];
  /** All of a kind in the stage that becomes the image. */
  readonly all: (keyword: string) => string[];
  /** The one of a kind that counts in the image; empty without one. */
  readonly last: (keyword: string) => string;
}

/** Every rule that the Dockerfile breaks, and whatever the linter has to say about it. */
export function dockerfileFaults(text: string, nodeVersion: string): string[] {
  const file = readDockerfile(text, nodeVersion);
  const broken = Object.entries(rules).flatMap(([sentence, holds]) => (holds(file) ? [] : [sentence]));
  return [...broken, ...validate(text).map(({ message }) => (typeof message === 'string' ? message : message.value))];
}

function readDockerfile(text: string, nodeVersion: string): ReadonlyDockerfile {
  const parsed = DockerfileParser.parse(text);
  const instructions = parsed.getInstructions().map((instruction) => ({
    keyword: instruction.getKeyword(),
    argument: String(instruction).slice(instruction.getKeyword().length).trim(),
    line: instruction.getRange().start.line,
  }));
  const stages = parsed.getFROMs();
  const names = stages.map((stage) => stage.getBuildStage());
  const finalLine = stages.at(-1)?.getRange().start.line ?? 0;
  const everywhere = (keyword: string): string[] =>
    instructions.filter((one) => one.keyword === keyword).map(({ argument }) => argument);
  const all = (keyword: string): string[] =>
    instructions.filter((one) => one.keyword === keyword && one.line > finalLine).map(({ argument }) => argument);
  return {
    nodeVersion,
    bases: stages.map((stage) => stage.getImage() ?? '').filter((image) => !names.includes(image)),
    everywhere,
    all,
    last: (keyword) => all(keyword).at(-1) ?? '',
  };
}

/** The lines of the first stage, up to the second `FROM`, without the comments above the first one. */
export function buildStage(text: string): string {
  const [, first = ''] = text.split(/^(?=FROM )/m);
  return first;
}
