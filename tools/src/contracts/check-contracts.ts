import { BASELINE, buildFiles, CONTRACTS, readTexts, toText } from './contract-files.ts';
import { type DocumentFiles, findBreaks } from './find-breaks.ts';
import type { Json } from './json-schema.ts';

/** Fails when a committed document is not what the schemas say, or when they break what was released. */
export function checkContracts(): { readonly ok: boolean; readonly output: string } {
  const built = buildFiles();
  const stale = findStale(readTexts(CONTRACTS), built).map(
    (name) => `docs/contracts/${name} is stale: npm run contracts`,
  );
  const broken = findBreaks(toFiles(readTexts(BASELINE)), built).map(
    (sentence) => `breaks clients or consumers: ${sentence}`,
  );
  const faults = [...stale, ...broken];
  return { ok: faults.length === 0, output: faults.join('\n') };
}

/** Names of the files that are missing, differ or should not be there. */
export function findStale(texts: ReadonlyMap<string, string>, built: DocumentFiles): string[] {
  const names = new Set([...texts.keys(), ...built.keys()]);
  return [...names].filter((name) => {
    const document = built.get(name);
    return document === undefined || texts.get(name) !== toText(document);
  });
}

function toFiles(texts: ReadonlyMap<string, string>): DocumentFiles {
  return new Map([...texts].map(([name, text]) => [name, JSON.parse(text) as Json]));
}
