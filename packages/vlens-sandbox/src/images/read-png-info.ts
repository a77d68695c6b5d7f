import type { ImageInfo } from './image-info.ts';
import { readScenarioMark } from './scenario-mark.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HEADER_END = 33;

/** Reads a PNG's size and scenario from the chunks before its image data; null if it is no PNG. */
export function readPngInfo(bytes: Buffer): ImageInfo | null {
  if (bytes.length < HEADER_END || !bytes.subarray(0, 8).equals(SIGNATURE)) return null;
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
  let scenario: string | null = null;
  for (const text of texts(bytes)) scenario ??= readScenarioMark(text);
  return { format: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), scenario };
}

/** A `tEXt` chunk holds a keyword, a zero byte and the text. */
function* texts(bytes: Buffer): Generator<string> {
  let offset = 8;
  while (offset + 8 <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    if (type === 'IDAT' || type === 'IEND') return;
    if (type === 'tEXt') {
      const content = bytes.toString('latin1', offset + 8, offset + 8 + length);
      yield content.slice(content.indexOf('\0') + 1);
    }
    offset += 12 + length;
  }
}
