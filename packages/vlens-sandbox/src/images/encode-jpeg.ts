import type { Drawing } from './drawing.ts';

/** The luminance DC table of ITU-T T.81, annex K.3: code lengths, then the categories they stand for. */
const DC_LENGTHS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_CODES: readonly (readonly [code: number, bits: number])[] = [
  [0b00, 2],
  [0b010, 3],
  [0b011, 3],
  [0b100, 3],
  [0b101, 3],
  [0b110, 3],
  [0b1110, 4],
  [0b11110, 5],
  [0b111110, 6],
];
const COMMENT_BYTES_MAX = 65_533;

/**
 * Encodes a drawing as a baseline greyscale JPEG in which every block of 8 x 8 pixels has one shade: only DC
 * coefficients are coded, and the AC table knows nothing but "end of block".
 */
export function encodeJpeg({ width, height, shade, comments }: Drawing): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    ...comments.map((comment) => segment(0xfe, comment.subarray(0, COMMENT_BYTES_MAX))),
    segment(0xdb, Buffer.alloc(65, 16).fill(0, 0, 1)),
    segment(0xc0, Buffer.concat([Buffer.from([8]), size, Buffer.from([1, 1, 0x11, 0])])),
    segment(0xc4, Buffer.from([0x00, ...DC_LENGTHS, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
    segment(0xc4, Buffer.from([0x10, 1, ...new Array<number>(15).fill(0), 0])),
    segment(0xda, Buffer.from([1, 1, 0x00, 0, 63, 0])),
    scan(Math.ceil(width / 8) * Math.ceil(height / 8), shade),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** Writes each block's shade as the difference from the one before, then one zero bit for "end of block". */
function scan(blocks: number, shade: () => number): Buffer {
  const bytes: number[] = [];
  let pending = 0;
  let pendingBits = 0;
  let previous = 0;
  const put = (value: number, bits: number) => {
    for (let bit = bits - 1; bit >= 0; bit -= 1) {
      pending = (pending << 1) | ((value >> bit) & 1);
      pendingBits += 1;
      if (pendingBits < 8) continue;
      bytes.push(pending);
      if (pending === 0xff) bytes.push(0); // byte stuffing, T.81 F.1.2.3
      pending = 0;
      pendingBits = 0;
    }
  };
  for (let block = 0; block < blocks; block += 1) {
    const level = Math.floor(shade() / 2) - 64;
    putDifference(level - previous, put);
    put(0, 1);
    previous = level;
  }
  if (pendingBits > 0) put(0xff, 8 - pendingBits);
  return Buffer.from(bytes);
}

function putDifference(difference: number, put: (value: number, bits: number) => void): void {
  const category = 32 - Math.clz32(Math.abs(difference));
  const [code, bits] = DC_CODES[category] as readonly [number, number];
  put(code, bits);
  put(difference < 0 ? difference + 2 ** category - 1 : difference, category);
}
