import type { FileMode } from '../tree/tree.ts';
import type { PackMeta } from './pack-meta.ts';

/** What becomes of a file on update: merged, left to the user after the first time, or always rewritten. */
export type Policy = 'managed' | 'owned' | 'generated';
export type Section = 'module' | 'host' | 'edits';

/** `source` is the path inside the pack; `target` the path of what comes out, with `{{name}}` still in it. */
export interface PackFile {
  readonly source: string;
  readonly target: string;
  readonly mode: FileMode;
  readonly policy: Policy;
  readonly when: Readonly<Record<string, string | number | boolean>>;
  /** A copied file's content, or the function of a template; the context is whatever the section's templates see. */
  readonly content: string | Uint8Array | ((context: object) => string);
}

/** A pack ready to render: data and templates, never code of its own. */
export interface Pack {
  readonly meta: PackMeta;
  readonly files: Readonly<Record<Section, readonly PackFile[]>>;
}
