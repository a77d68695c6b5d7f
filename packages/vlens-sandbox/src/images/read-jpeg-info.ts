import type { ImageInfo } from './image-info.ts';
import { readScenarioMark } from './scenario-mark.ts';

const START_OF_IMAGE = 0xffd8;
const START_OF_SCAN = 0xda;
const COMMENT = 0xfe;
/** C4, C8 and CC lie in the same range but define tables, not frames (ITU-T T.81, table B.1). */
const NOT_A_FRAME = new Set([0xc4, 0xc8, 0xcc]);

/** Reads a JPEG's size and scenario from the segments before its first scan; null if it is no JPEG. */
export function readJpegInfo(bytes: Buffer): ImageInfo | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== START_OF_IMAGE) return null;
  let size: { width: number; height: number } | null = null;
  let scenario: string | null = null;
  for (const { marker, content } of segments(bytes)) {
    if (marker === COMMENT) scenario ??= readScenarioMark(content.toString('latin1'));
    if (isFrame(marker) && content.length >= 5) {
      size = { height: content.readUInt16BE(1), width: content.readUInt16BE(3) };
    }
  }
  return size && { format: 'jpeg', ...size, scenario };
}

function* segments(bytes: Buffer): Generator<{ marker: number; content: Buffer }> {
  let offset = 2;
  while (offset + 4 <= bytes.length && bytes[offset] === 0xff) {
    const marker = bytes[offset + 1] as number;
    if (marker === START_OF_SCAN) return;
    if (marker === 0xff) {
      offset += 1; // fill byte
      continue;
    }
    const length = bytes.readUInt16BE(offset + 2);
    if (length < 2) return;
    yield { marker, content: bytes.subarray(offset + 4, offset + 2 + length) };
    offset += 2 + length;
  }
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NOT_A_FRAME.has(marker);
}
