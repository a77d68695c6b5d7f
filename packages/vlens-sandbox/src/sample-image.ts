import { encodeJpeg } from './images/encode-jpeg.ts';
import { encodePng } from './images/encode-png.ts';
import { scenarioMark } from './images/scenario-mark.ts';
import { SeededRandom } from './random.ts';

/** What a sample image shall be. */
export interface SampleImageOptions {
  /** Images of different seeds differ in their bytes; the same options always give the same bytes. */
  readonly seed: string | number;
  /** Scenario that the sandbox meets when it sees this image: a name or number of the scenario table. Default: none. */
  readonly scenario?: string;
  /** Default `jpeg`. */
  readonly format?: 'jpeg' | 'png';
  /** Pixels. Default 64. */
  readonly width?: number;
  /** Pixels. Default 64. */
  readonly height?: number;
  /** Pads the file with comments up to at least this many bytes. Default 0. */
  readonly bytesMin?: number;
}

const PADDING_BYTES = 60_000;

/** Makes a small, valid greyscale JPEG or PNG of a synthetic pattern, which may carry a scenario for the sandbox. */
export function sampleImage(options: SampleImageOptions): Buffer {
  const { seed, scenario, format = 'jpeg', width = 64, height = 64, bytesMin = 0 } = options;
  const random = new SeededRandom(`image:${seed}`);
  const marks = scenario === undefined ? [] : [Buffer.from(scenarioMark(scenario), 'latin1')];
  const identity = Buffer.from(`sample image ${seed}`.slice(0, 200), 'latin1');
  const padding = new Array<Buffer>(Math.ceil(bytesMin / PADDING_BYTES)).fill(Buffer.alloc(PADDING_BYTES, 0x20));
  const encode = format === 'jpeg' ? encodeJpeg : encodePng;
  return encode({ width, height, shade: () => random.integer(0, 255), comments: [...marks, identity, ...padding] });
}
