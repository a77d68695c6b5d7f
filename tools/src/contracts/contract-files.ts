import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { buildContractDocuments } from '@identity-events/api/documents/contract-documents';
import { ROOT } from '../paths.ts';
import type { DocumentFiles } from './find-breaks.ts';
import type { Json } from './json-schema.ts';

/** Where the documents are, and beside them the released ones. */
export const CONTRACTS = join(ROOT, 'docs', 'contracts');

/** The documents as of the last release: what clients and consumers rely on. */
export const BASELINE = join(CONTRACTS, 'baseline');

/** The documents as the schemas say now. */
export function buildFiles(): DocumentFiles {
  const { openapi, asyncapi, eventSchemas } = buildContractDocuments();
  const events = [...eventSchemas].map(([name, schema]) => [`events/${name}`, schema] as const);
  // Through text and back: what is compared is what stands in the file.
  return new Map(
    [['openapi.json', openapi] as const, ['asyncapi.json', asyncapi] as const, ...events].map(([name, document]) => [
      name,
      JSON.parse(toText(document)) as Json,
    ]),
  );
}

/** A document as its file holds it. */
export function toText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The texts of all documents in a folder, but for the baseline within it. */
export function readTexts(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  return new Map(
    names
      .filter((name) => !name.startsWith('baseline/'))
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** Makes the folder hold exactly these documents. */
export function writeFiles(folder: string, files: DocumentFiles): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readTexts(folder).keys()) if (!files.has(name)) rmSync(join(folder, name));
  for (const [name, document] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), toText(document));
  }
}
