import { Failure } from '../failure.ts';
import type { RelPath } from '../text/rel-path.ts';
import type { Tree, TreeFile } from '../tree/tree.ts';
import { helpers } from './helpers.ts';
import type { Pack, PackFile, Section } from './pack.ts';
import { type PackMeta, parsePackMeta } from './pack-meta.ts';

/** What turns a template into a function of its context. */
export interface Engine {
  registerHelper(name: string, helper: (...args: never[]) => unknown): void;
  registerPartial(name: string, render: (context: object) => string): void;
  prepare(path: string, text: string): (context: object) => string;
}

const suffix = '.hbs';

/** A pack folder's files → pack. `meta` is given where pack.yaml was read before. */
export function buildPack(tree: Tree, name: string, engine: Engine, meta?: PackMeta): Pack {
  const known = meta ?? parsePackMeta(textOf(tree, 'pack.yaml', name), name);
  for (const [helper, run] of Object.entries(helpers))
    engine.registerHelper(helper, run as (...args: never[]) => unknown);
  for (const [path, file] of tree) {
    if (!path.startsWith('partials/') || !path.endsWith(suffix) || typeof file.content !== 'string') continue;
    engine.registerPartial(path.slice('partials/'.length, -suffix.length), engine.prepare(path, file.content));
  }
  const filesOf = (section: Section) =>
    [...tree]
      .filter(([path]) => path.startsWith(`${section}/`))
      .map(([path, file]) => packFile(path, file, section, known, engine));
  return { meta: known, files: { module: filesOf('module'), host: filesOf('host'), edits: filesOf('edits') } };
}

function packFile(path: RelPath, file: TreeFile, section: Section, meta: PackMeta, engine: Engine): PackFile {
  const exception = meta.files.find((entry) => entry.path === path);
  const isTemplate = path.endsWith(suffix) && typeof file.content === 'string';
  const below = path.slice(section.length + 1);
  return {
    source: path,
    target: isTemplate ? below.slice(0, -suffix.length) : below,
    mode: file.mode,
    policy: exception?.policy ?? 'managed',
    when: exception?.when ?? {},
    content: isTemplate ? lazily(() => engine.prepare(path, file.content as string)) : file.content,
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
