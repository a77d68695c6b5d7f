import { statfs } from 'node:fs/promises';
import { metricsPrefix } from '@identity-events/shared/runtime/metrics';
import { Gauge, type Registry } from 'prom-client';

/** Tells how much room the volume of the images has, as the file system counts it: nothing is walked through. */
export function watchImageStore(registry: Registry, folder: string): void {
  const size = new Gauge({
    name: `${metricsPrefix}image_store_size_bytes`,
    help: 'Size of the volume that holds the images.',
    registers: [registry],
  });
  const free: Gauge = new Gauge({
    name: `${metricsPrefix}image_store_free_bytes`,
    help: 'Room left for this service on the volume that holds the images.',
    registers: [registry],
    async collect(): Promise<void> {
      const volume = await statfs(folder).catch(() => undefined);
      if (!volume) return [size, free].forEach((gauge) => gauge.remove());
      size.set(volume.blocks * volume.bsize);
      free.set(volume.bavail * volume.bsize);
    },
  });
}
