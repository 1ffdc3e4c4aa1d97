/** A problem of a pack, in one of its files. */
export interface PackProblem {
  readonly rule: PackRule;
  /** Path in the pack. */
  readonly file: string;
  /** 1-based; absent if the problem is about the file itself. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint: string;
}

/** What `pack check` finds; docs/packs.md lists them. */
export const packRules = {
  'pack-meta': 'pack.yaml is invalid, or names files that the pack does not have.',
  'unknown-name': 'A template, a path or a condition uses a name or a helper that does not exist.',
  'missing-escape': "A user's text is written without the helper of the file's language.",
  'wrong-helper': 'A literal helper of another language is used.',
  'invalid-template': 'A template has invalid syntax or cannot be rendered.',
  'invalid-path': 'A path is illegal on an operating system, or leaves its folder.',
  'path-collision': 'Two files have the same path, at least on a case-insensitive file system.',
  'unused-file':
    'A file is not a part of the pack: of an editor, in an unknown folder, a link, or a partial that no template uses.',
  'unused-question': 'A question whose answer changes no file.',
  syntax: 'The output cannot be parsed.',
  format: 'The output is not formatted.',
  manifest: 'The rendered manifest differs from the answers.',
} as const;

export type PackRule = keyof typeof packRules;
