/** What the sandbox needs to know about an uploaded image. */
export interface ImageInfo {
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
  /** The scenario written into the image (`vlens-sandbox:<scenario>`), or null. */
  readonly scenario: string | null;
}
