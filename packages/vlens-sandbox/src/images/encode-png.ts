import { crc32, deflateSync } from 'node:zlib';
import type { Drawing } from './drawing.ts';

/**
 * Encodes a drawing as an 8-bit greyscale PNG in which every row has one shade, with each comment in a `tEXt` chunk.
 */
export function encodePng({ width, height, shade, comments }: Drawing): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits per sample; the zeros that follow: greyscale, deflate, no filter, no interlace
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row += 1) {
    const start = row * (width + 1);
    rows.fill(shade(), start + 1, start + 1 + width);
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...comments.map((comment) => chunk('tEXt', Buffer.concat([Buffer.from('Comment\0', 'latin1'), comment]))),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
