import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ROOT } from '../paths.ts';
import { run } from '../processes/programs.ts';

interface Component {
  readonly purl: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[];
  readonly externalReferences?: readonly { readonly type: string; readonly hashes?: readonly object[] }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly components: readonly Component[];
}

beforeAll(async () => {
  const { ok, output } = await run('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, timeoutMs: 60_000 });
  if (!ok) throw new Error(output);
}, 60_000);

/** Licences under which a package may become part of a service or of the command line. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', '(MIT AND Zlib)'];
/** Their manifests name no licence in a form that counts today; the file LICENSE of each is the MIT licence. */
const readByHand = ['pkg:npm/busboy@1.6.0', 'pkg:npm/streamsearch@1.1.0'];

const licencesOf = ({ licenses = [] }: Component): string[] =>
  licenses.map(({ license, expression }) => expression ?? license?.id ?? 'unknown');

it.each([
  ['api', 'pkg:npm/express@'],
  ['worker', 'pkg:npm/kafkajs@'],
  ['cli', 'pkg:npm/commander@'],
])('every package in %s is listed with its hash and a licence that may be used', (part, known) => {
  const file = join(ROOT, 'sbom', `identity-events-${part}.cdx.json`);
  const { bomFormat, components } = JSON.parse(readFileSync(file, 'utf8')) as Bom;
  expect(bomFormat).toBe('CycloneDX');
  expect(components.some(({ purl }) => purl.startsWith(known))).toBe(true);
  const foreign = components.filter(({ purl }) => !purl.includes('%40identity-events/'));
  const isHashed = (one: Component): boolean => one.externalReferences?.some(({ hashes }) => hashes?.length) ?? false;
  const isAllowed = (one: Component): boolean => {
    const licences = licencesOf(one);
    return readByHand.includes(one.purl) || (licences.length > 0 && licences.every((id) => allowed.includes(id)));
  };
  expect(foreign.filter((one) => !isHashed(one) || !isAllowed(one)).map(({ purl }) => purl)).toEqual([]);
});
