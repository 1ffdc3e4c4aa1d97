import { Failure } from '../failure.ts';
import type { RelPath } from '../text/rel-path.ts';
import type { Tree, TreeFile } from '../tree/tree.ts';
import { helpers } from './helpers.ts';
import type { Pack, PackFile, Section } from './pack.ts';
import { type PackMeta, parsePackMeta } from './pack-meta.ts';

/** The part of Handlebars that renders; templates compiled beforehand need no more of it. */
export interface Engine {
  registerHelper(name: string, helper: (...args: never[]) => unknown): void;
  registerPartial(name: string, partial: unknown): void;
  template(spec: unknown): (context: object, options?: object) => string;
}

/** A template as a function of its text, or as what the build made of it. */
export type Precompiled = Readonly<Record<string, unknown>>;

/** The options that every template is compiled with, at build time and at run time. */
export const compileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
};

const suffix = '.hbs';
const sections: readonly Section[] = ['module', 'host', 'edits'];

/** A pack folder's files → pack. `load` turns a template's path and text into something the engine can run. */
export function buildPack(
  tree: Tree,
  name: string,
  engine: Engine,
  load: (path: string, text: string) => unknown,
  meta?: PackMeta,
): Pack {
  const known = meta ?? parsePackMeta(textOf(tree, 'pack.yaml', name), name);
  for (const [helper, run] of Object.entries(helpers))
    engine.registerHelper(helper, run as (...args: never[]) => unknown);
  for (const [path, file] of tree) {
    if (!path.startsWith('partials/') || !path.endsWith(suffix) || typeof file.content !== 'string') continue;
    engine.registerPartial(path.slice('partials/'.length, -suffix.length), engine.template(load(path, file.content)));
  }
  const filesOf = (section: Section) =>
    [...tree]
      .filter(([path]) => path.startsWith(`${section}/`))
      .map(([path, file]) => packFile(path, file, section, known, engine, load));
  return {
    meta: known,
    files: Object.fromEntries(sections.map((section) => [section, filesOf(section)])) as unknown as Pack['files'],
  };
}

function packFile(
  path: RelPath,
  file: TreeFile,
  section: Section,
  meta: PackMeta,
  engine: Engine,
  load: (path: string, text: string) => unknown,
): PackFile {
  const exception = meta.files.find((entry) => entry.path === path);
  const isTemplate = path.endsWith(suffix) && typeof file.content === 'string';
  const below = path.slice(section.length + 1);
  return {
    source: path,
    target: isTemplate ? below.slice(0, -suffix.length) : below,
    mode: file.mode,
    policy: exception?.policy ?? 'managed',
    when: exception?.when ?? {},
    content: isTemplate ? lazily(() => engine.template(load(path, file.content as string))) : file.content,
  };
}

/** Most runs render one section: a template is made ready when it is first used. */
function lazily(make: () => (context: object) => string): (context: object) => string {
  let ready: ((context: object) => string) | undefined;
  return (context) => {
    ready ??= make();
    return ready(context);
  };
}

function textOf(tree: Tree, path: string, pack: string): string {
  const file = tree.get(path as RelPath);
  if (typeof file?.content !== 'string')
    throw new Failure('pack-invalid', { pack, file: path, reason: 'it is missing' });
  return file.content;
}
