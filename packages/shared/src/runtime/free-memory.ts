import { isMarkedAsUntransferable } from 'node:worker_threads';

/** Less is not worth it. */
const bytesMin = 16 * 1024;

/**
 * Gives the memory of large buffers back at once: they are empty afterwards, and so is whatever else looks into the same memory. For
 * whoever alone holds them; nothing may be reading them any more. Small ones and those in Node's pool are left to the collector.
 *
 * The collector does not see images in its heap: it looks through all of it whenever some 64 MiB of buffers have been made.
 */
export function freeMemory(buffers: Iterable<Uint8Array>): void {
  // Moving nothing to a new place leaves the old one to nobody, and it goes now (ECMA-262, ArrayBuffer.prototype.transfer).
  for (const memory of largeMemoryOf(buffers)) memory.transfer(0);
}

/** The memory of those that {@link freeMemory} would free, and for whom it would: it can be moved to another thread in place of a copy. */
export function largeMemoryOf(buffers: Iterable<Uint8Array>): Set<ArrayBuffer> {
  const found = new Set<ArrayBuffer>();
  for (const { buffer } of buffers) {
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < bytesMin || isMarkedAsUntransferable(buffer)) continue;
    found.add(buffer);
  }
  return found;
}
