import { stripVTControlCharacters } from 'node:util';

/** Text from elsewhere as a terminal may show it: without control characters, so that it can't move or recolour anything. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\n\t])\p{Cc}/gu, '?');
}
