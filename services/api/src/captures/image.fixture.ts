/** The first bytes of a PNG of the given size, made unlike others by `seed`. Enough for whoever reads headers only. */
export function pngOf(width: number, height: number, seed = 0): Buffer {
  const header = Buffer.alloc(33);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(header);
  header.writeUInt32BE(13, 8);
  header.write('IHDR', 12, 'latin1');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return Buffer.concat([header, Buffer.from(`seed ${seed}`)]);
}

/** The first bytes of a baseline JPEG of the given size. */
export function jpegOf(width: number, height: number, seed = 0): Buffer {
  const frame = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  const size = Buffer.from([0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
  return Buffer.concat([frame, size, Buffer.from([0xff, 0xd9]), Buffer.from(`seed ${seed}`)]);
}
