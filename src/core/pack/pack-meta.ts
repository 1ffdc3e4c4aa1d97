import * as z from 'zod/mini';
import type { RuleProblem } from '../diagnostic.ts';
import { Failure } from '../failure.ts';
import { explainIssues } from '../manifest/explain.ts';
import { moduleNamePattern } from '../text/names.ts';
import { readYaml } from '../yaml/fast.ts';
import { runtimeVersionPattern, toolVersion } from './runtime.ts';

/** All questions of `new`, by their names in an answers file and in `questions:` of a pack. */
export const questionIds = [
  'name',
  'description',
  'author',
  'input',
  'output',
  'endpoints',
  'permissions',
  'emit',
  'subscribe',
  'dependencies',
  'resources',
  'config',
  'provider',
] as const;

export type QuestionId = (typeof questionIds)[number];

const Text = z.string().check(z.minLength(1), z.maxLength(500));
const Version = z.string().check(z.regex(/^\d+\.\d+\.\d+$/, 'must be three numbers, like 1.0.0'));
const Command = z.array(Text).check(z.minLength(1));

export const PackMetaSchema = z.strictObject({
  /** The name for `--stack` and ai-modules.yaml. */
  name: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,49}$/, 'must be in kebab-case')),
  /** Stored in every module, so that `update` knows which version rendered it. */
  version: Version,
  /** Display name: `Fastify`. */
  title: Text,
  /** One sentence. */
  description: Text,
  /** The bundled pack that this one extends: then it only has the files and keys that differ. */
  extends: z.optional(Text),
  /** Files of the extended pack to leave out; a path that ends with a slash stands for a folder. */
  removed: z._default(z.array(Text), []),
  /** The questions that `new` asks on a terminal, in this order. */
  questions: z.array(z.enum(questionIds)),
  /** Exceptions: files that are not listed are managed and always rendered. */
  files: z._default(
    z.array(
      z.strictObject({
        /** Path in the pack: `module/README.md.hbs`. */
        path: Text,
        /** How `update` treats the file; the default is `managed`. */
        policy: z.optional(z.enum(['managed', 'draft', 'owned', 'generated'])),
        /** Render only if these fields of the context have these values; `true` matches any non-empty value. */
        when: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
      }),
    ),
    [],
  ),
  /** Names that modules cannot have, with the reason: for example, tools of the stack skip such folders. */
  reserved_names: z._default(
    z.record(z.string().check(z.regex(moduleNamePattern, 'is not a valid module name')), Text),
    {},
  ),
  /** The library that modules and hosts import, which the tool delivers to hosts. */
  runtime: z.optional(
    z.strictObject({
      /** Its name in package.json or pyproject.toml. */
      package: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,99}$/, 'must be in kebab-case')),
      /** Its form: `node` for a tarball of npm, `python` for a wheel. */
      archive: z.enum(['node', 'python']),
      /** Its version, like 0.2.0-dev.2; the default is the version of create-ai-module. */
      version: z._default(
        z.string().check(z.regex(runtimeVersionPattern, 'must be like 1.2.3 or 1.2.3-dev.4')),
        toolVersion,
      ),
    }),
  ),
  /** Files of a module that were renamed since an older version: `update` moves the user's edits to the new name. */
  renames: z._default(
    z.array(
      z.strictObject({
        /** The old path in the module's folder; may contain `{{name}}`. */
        from: Text,
        /** The new path. */
        to: Text,
      }),
    ),
    [],
  ),
  /** Removed files of a module, or names as in `dependencies.ts#can`: what replaces them, in a sentence for the user. */
  replaced: z._default(z.record(Text, Text), {}),
  /** Changes to the manifests of older modules, oldest version first. */
  manifest_changes: z._default(
    z.array(
      z.strictObject({
        /** The version that needs the change, which `update` makes in modules rendered by an older version. */
        version: Version,
        /** Keys of `configuration` with their new names. */
        rename: z._default(z.record(z.string(), Text), {}),
        /** Keys of `configuration` that were removed. */
        remove: z._default(z.array(Text), []),
        /** Required keys of `configuration`, with the value to add if they are missing. */
        add: z._default(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])), {}),
      }),
    ),
    [],
  ),
  /** Changes to files of older modules that belong to the user, such as their imports, oldest version first. */
  code_changes: z._default(
    z.array(
      z.strictObject({
        /** The version that needs the change, which `update` makes in modules rendered by an older version. */
        version: Version,
        /** Texts to replace exactly as written, in order. */
        replace: z._default(
          z.array(
            z.strictObject({
              /** The only file, relative to the module; by default all files that the pack does not manage. */
              file: z.optional(Text),
              /** The old text; may have several lines. */
              from: Text,
              /** The new text. */
              to: z.string().check(z.maxLength(500)),
            }),
          ),
          [],
        ),
        /** Texts that files may still contain, each with a sentence for the user that says what to write instead. */
        report: z._default(z.record(Text, Text), {}),
      }),
    ),
    [],
  ),
  /** The hosts that modules of this pack run in. */
  host: z.strictObject({
    /** How a host of this pack is detected: all conditions must hold. */
    detect: z
      .array(
        z.strictObject({
          /** A file, relative to the host. */
          file: Text,
          /** Text that the file must contain; by default the file only has to exist. */
          contains: z.optional(Text),
          /** The condition in words, for the user. */
          evidence: Text,
        }),
      )
      .check(z.minLength(1)),
    /** Folder of the modules, relative to the host. */
    modules_dir: Text,
    /** `relative`: imports are paths below the host, written relative to the importing file; `verbatim`: unchanged. */
    import_style: z.enum(['relative', 'verbatim']),
    /** Where modules import parts of the host from; templates use `imports.<name>`. */
    imports: z.record(z.string(), Text),
    /** Names of `imports` that older hosts may have in ai-modules.yaml. */
    removed_imports: z._default(z.array(Text), []),
    /** Packages that an attached application needs besides the runtime, with their versions. */
    attached_dependencies: z._default(z.record(Text, Text), {}),
    /** The same for the tests of modules. The runtime with extras stands for its archive. */
    attached_dev_dependencies: z._default(z.record(Text, Text), {}),
    /** Names that a host's project cannot have, such as those of its dependencies: it is named `<name>-host` instead. */
    reserved_names: z._default(z.array(Text), []),
    /** Files of a host that were renamed since an older version. */
    renames: z._default(z.array(z.strictObject({ from: Text, to: Text })), []),
    /** The same for files of a host; `src/platform/` stands for a whole folder. */
    replaced: z._default(z.record(Text, Text), {}),
  }),
  /** Programs with arguments, which are run without a shell. */
  commands: z.strictObject({
    /** Shown after `host init`: installs dependencies. */
    install: z.array(Command),
    /** Shown after `host init`: starts the host. */
    start: z.array(Command),
    /** Adds dependencies of a module to the host; the names of the packages are appended. */
    add: Command,
    /** Run by `--verify` in the host's folder; arguments may contain `{{name}}` and `{{module_dir}}`. */
    verify: z.array(Command),
    /** The same in attached applications; the default is `verify`. Arguments may contain `{{modules_dir}}` as well. */
    verify_attached: z.optional(z.array(Command)),
    /** Formats the host's files. */
    format: z._default(z.array(Command), []),
  }),
});

export type PackMeta = z.output<typeof PackMetaSchema> & Origin;

/** What pack.yaml itself does not contain. */
interface Origin {
  /** The extended pack. */
  readonly base?: PackMeta;
  /** The checksum of the files; absent for a bundled pack, which has the version of the tool. */
  readonly checksum?: string;
  /** What a host declares as `stack` to use the pack; the default is the name. */
  readonly stack?: string;
  /** The folder of a copy that this tool downloaded. */
  readonly cachedIn?: string;
}

/** Finds a bundled pack to extend. */
export type FindBase = (name: string) => Promise<PackMeta | undefined>;

/** Why the stack reserves a module name; `undefined` if it does not. */
export function reservedReason({ reserved_names: names }: PackMeta, name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

/** Parses pack.yaml, with the keys of the pack that it extends. Throws `pack-invalid`. */
export async function parsePackMeta(text: string, pack: string, findBase?: FindBase): Promise<PackMeta> {
  const invalid = (reason: string, cause?: unknown) =>
    new Failure('pack-invalid', { pack, file: 'pack.yaml', reason }, cause);
  let value: unknown;
  try {
    value = await readYaml(text);
  } catch (error) {
    throw invalid((error as Error).message, error);
  }
  const { meta, problems } = await checkPackMeta(value, findBase);
  if (meta !== undefined) return meta;
  const problem = problems[0];
  throw invalid([problem?.message ?? 'it is not valid', problem?.hint].filter(Boolean).join('. ').replace(/\.$/, ''));
}

/** The parsed value of pack.yaml, or its problems. */
export async function checkPackMeta(
  value: unknown,
  findBase?: FindBase,
): Promise<{ readonly meta?: PackMeta; readonly problems: readonly RuleProblem[] }> {
  if (!isMapping(value))
    return { problems: [{ rule: 'wrong-type', path: [], at: 'value', message: 'it is not a mapping' }] };
  const base = typeof value.extends === 'string' ? await findBase?.(value.extends) : undefined;
  if (typeof value.extends === 'string' && base === undefined) {
    const message = `extends: there is no bundled pack ${value.extends}`;
    return { problems: [{ rule: 'invalid-value', path: ['extends'], at: 'value', message }] };
  }
  const whole = base === undefined ? value : extendMeta(value, base);
  const parsed = PackMetaSchema.safeParse(whole, { reportInput: true });
  if (parsed.success) return { meta: { ...parsed.data, ...(base && { base }) }, problems: [] };
  return { problems: explainIssues(parsed.error.issues, knownKeys) };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The keys of a pack.yaml, completed with those of the pack that it extends. Invalid values stay, to be reported. */
function extendMeta(value: Record<string, unknown>, base: PackMeta): Record<string, unknown> {
  const list = (given: unknown, inherited: readonly unknown[]) =>
    given === undefined ? inherited : Array.isArray(given) ? [...inherited, ...given] : given;
  const mapping = (given: unknown, inherited: object) =>
    given === undefined ? inherited : isMapping(given) ? { ...inherited, ...given } : given;
  const own = Array.isArray(value.files) ? value.files.map((file) => (file as { path?: unknown } | null)?.path) : [];
  const { host } = base;
  const ownHost = isMapping(value.host) ? value.host : {};
  return {
    title: base.title,
    description: base.description,
    questions: base.questions,
    runtime: base.runtime,
    ...value,
    files: list(
      value.files,
      base.files.filter(({ path }) => !own.includes(path)),
    ),
    reserved_names: mapping(value.reserved_names, base.reserved_names),
    renames: list(value.renames, base.renames),
    replaced: mapping(value.replaced, base.replaced),
    host: isMapping(value.host ?? {})
      ? {
          ...host,
          ...ownHost,
          renames: list(ownHost.renames, host.renames),
          replaced: mapping(ownHost.replaced, host.replaced),
        }
      : value.host,
    commands: mapping(value.commands, base.commands),
  };
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const { files, runtime, manifest_changes: changes, code_changes: code, host, commands } = PackMetaSchema.shape;
  const places: Readonly<Record<string, object>> = {
    '': PackMetaSchema.shape,
    files: files.def.innerType.def.element.shape,
    runtime: runtime.def.innerType.shape,
    manifest_changes: changes.def.innerType.def.element.shape,
    code_changes: code.def.innerType.def.element.shape,
    'code_changes.replace': code.def.innerType.def.element.shape.replace.def.innerType.def.element.shape,
    host: host.shape,
    'host.detect': host.shape.detect.def.element.shape,
    'host.renames': host.shape.renames.def.innerType.def.element.shape,
    commands: commands.shape,
  };
  return Object.keys(places[path.filter((part) => typeof part === 'string').join('.')] ?? {});
}
