import { Failure } from '../failure.ts';
import type { RelPath } from '../tree/rel-path.ts';
import type { FileMode, Tree, TreeFile } from '../tree/tree.ts';
import { helpers, helpersAcceptingUndefined } from './helpers.ts';
import type { PackMeta } from './pack-meta.ts';
import { isEditorFile } from './source/editor-files.ts';

/** How `update` treats a file: docs/packs.md explains the policies. */
export type Policy = 'managed' | 'draft' | 'owned' | 'generated';
export type Section = 'module' | 'host' | 'edits' | 'attach';

/** `source` is the path in the pack; `target` the path of the rendered file, which may contain `{{name}}`. */
export interface PackFile {
  readonly source: string;
  readonly target: string;
  readonly mode: FileMode;
  readonly policy: Policy;
  readonly when: Readonly<Record<string, string | number | boolean>>;
  /** The content of a file that is copied, or the render function of a template. */
  readonly content: string | Uint8Array | ((context: object) => string);
}

/** A template pack that is ready to render. */
export interface Pack {
  readonly meta: PackMeta;
  readonly files: Readonly<Record<Section, readonly PackFile[]>>;
  /** Reads the archive of the runtime; absent in a pack without a runtime. */
  readonly readArchive?: () => TreeFile;
}

/** Compiles templates to functions of their context. */
export interface Engine {
  registerHelper(name: string, helper: (...args: never[]) => unknown): void;
  registerPartial(name: string, render: (context: object) => string): void;
  prepare(path: string, text: string): (context: object) => string;
}

const suffix = '.hbs';

/** Makes a pack from the files of its folder and its parsed pack.yaml. */
export function buildPack(given: Tree, meta: PackMeta, engine: Engine): Pack {
  const tree = new Map([...given].filter(([path]) => !isEditorFile(path)));
  for (const [helper, run] of Object.entries(helpers))
    engine.registerHelper(helper, strictHelper(helper, run as Helper));
  const template = (path: string, text: string) => templateOf(meta.name, path, () => engine.prepare(path, text));
  for (const [path, file] of tree) {
    if (!path.startsWith('partials/') || !path.endsWith(suffix) || typeof file.content !== 'string') continue;
    engine.registerPartial(path.slice('partials/'.length, -suffix.length), template(path, file.content));
  }
  const filesOf = (section: Section) =>
    [...tree]
      .filter(([path]) => path.startsWith(`${section}/`))
      .map(([path, file]) => packFile(path, file, section, meta, template));
  const sections = ['module', 'host', 'edits', 'attach'] as const;
  const files = Object.fromEntries(sections.map((section) => [section, filesOf(section)])) as unknown as Pack['files'];
  return { meta, files };
}

type Helper = (...args: unknown[]) => unknown;

/** Adds the check that the engine lacks: a missing first argument is an error, with its position in the template. */
function strictHelper(name: string, run: Helper): Helper {
  const acceptsUndefined = helpersAcceptingUndefined.has(name);
  return (...args) => {
    if (args[0] === undefined && !acceptsUndefined)
      throw new Error(`the argument of ${name} is undefined: check its name${placeOf(args)}`);
    try {
      return run(...args);
    } catch (error) {
      const reason = `invalid argument for ${name}: ${(error as Error).message}`;
      throw new Error(`${reason}${placeOf(args)}`, { cause: error });
    }
  };
}

function placeOf(args: readonly unknown[]): string {
  const { loc } = args.at(-1) as { loc?: { start: { line: number; column: number } } };
  return loc === undefined ? '' : ` - ${loc.start.line}:${loc.start.column}`;
}

type Render = (context: object, ...internal: unknown[]) => string;

function packFile(
  path: RelPath,
  file: TreeFile,
  section: Section,
  meta: PackMeta,
  template: (path: string, text: string) => Render,
): PackFile {
  const exception = meta.files.find((entry) => entry.path === path);
  const isTemplate = path.endsWith(suffix) && typeof file.content === 'string';
  const below = path.slice(section.length + 1);
  return {
    source: path,
    target: isTemplate ? below.slice(0, -suffix.length) : below,
    mode: file.mode,
    // The manifest contains the user's decisions and is never merged.
    policy: path === 'module/manifest.yaml.hbs' ? 'owned' : (exception?.policy ?? 'managed'),
    when: exception?.when ?? {},
    content: isTemplate ? template(path, file.content as string) : file.content,
  };
}

/**
 * Compiles a template when it is first used, because most runs render one section. Errors name the template or partial
 * that they are in.
 */
function templateOf(pack: string, path: string, prepare: () => Render): Render {
  let render: Render | undefined;
  return (context, ...internal) => {
    try {
      render ??= prepare();
      return render(context, ...internal);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure('pack-check-failed', { pack, template: path, ...errorAt(error as Error) }, error);
    }
  };
}

/** Handlebars reports the line in a field, at the start of the message, or at its end as ` - line:column`. */
function errorAt({ message, lineNumber }: Error & { lineNumber?: number }): { line: number; reason: string } {
  const syntax = /^Parse error on line (\d+):\n(.*)/.exec(message);
  if (syntax) return { line: Number(syntax[1]), reason: `invalid syntax: ${syntax[2]}` };
  const placed = /^(.*?)(?: - (\d+):\d+)?$/s.exec(message);
  return { line: lineNumber ?? Number(placed?.[2] ?? 1), reason: placed?.[1] ?? message };
}
