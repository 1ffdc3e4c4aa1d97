import type { ManifestFacts } from './rule.ts';

/** A manifest's file: its text, and where it is. */
export interface ManifestText extends Pick<ManifestFacts, 'file' | 'folder'> {
  readonly text: string;
  /** Its path from the folder of its host, where it has one. */
  readonly inHost?: string | undefined;
}
