import type { ManifestFacts } from './rule.ts';

/** The text of a manifest and its location. */
export interface ManifestText extends Pick<ManifestFacts, 'file' | 'folder'> {
  readonly text: string;
  /** Its path relative to the host, if it has one. */
  readonly inHost?: string | undefined;
}
