import * as z from 'zod/mini';
import { Failure } from '../failure.ts';
import { explainIssues } from '../manifest/explain.ts';
import { moduleNamePattern } from '../text/names.ts';
import { readYaml } from '../yaml/fast.ts';

/** Everything that `new` may ask, by the name it has in an answers file and in a pack's `questions:`. */
export const questionIds = [
  'name',
  'description',
  'author',
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
  /** What `--stack` and a host's ai-modules.yaml call it. */
  name: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,49}$/, 'must be in kebab-case')),
  /** Written into every module, so that `update` knows what rendered it. */
  version: Version,
  /** For people: `Fastify`. */
  title: Text,
  /** One sentence. */
  description: Text,
  /** What `new` asks on a terminal, in this order. */
  questions: z.array(z.enum(questionIds)),
  /** Only the exceptions: a file that is not listed is managed and always rendered. */
  files: z._default(
    z.array(
      z.strictObject({
        /** The file inside the pack: `module/README.md.hbs`. */
        path: Text,
        /** What becomes of it on update; `managed` unless said otherwise. */
        policy: z.optional(z.enum(['managed', 'owned', 'generated'])),
        /** Rendered only where these fields of the context have these values; `true` stands for anything there. */
        when: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
      }),
    ),
    [],
  ),
  /** Names that no module may have, with the reason as a sentence: tools of the stack skip folders of these names. */
  reserved_names: z._default(
    z.record(z.string().check(z.regex(moduleNamePattern, 'is not a valid module name')), Text),
    {},
  ),
  /** Files of a module that had another name in an older version: what users wrote into them comes along. */
  renames: z._default(
    z.array(
      z.strictObject({
        /** What it was called, in the module's folder; `{{name}}` may stand in it. */
        from: Text,
        /** What it is called now. */
        to: Text,
      }),
    ),
    [],
  ),
  /** What the manifests of older modules need, oldest version first. */
  manifest_changes: z._default(
    z.array(
      z.strictObject({
        /** The version that needs it: it is done for modules that an older one rendered. */
        version: Version,
        /** Keys of `configuration` with their new names. */
        rename: z._default(z.record(z.string(), Text), {}),
        /** Keys of `configuration` that are gone. */
        remove: z._default(z.array(Text), []),
        /** Keys of `configuration` that are needed, with the value they get where they are missing. */
        add: z._default(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])), {}),
      }),
    ),
    [],
  ),
  /** The applications that modules of this pack run in. */
  host: z.strictObject({
    /** Evidence; all must hold for a folder to be a host of this pack. */
    detect: z
      .array(
        z.strictObject({
          /** Relative to the host. */
          file: Text,
          /** What it must contain; absent, it is enough that it is there. */
          contains: z.optional(Text),
          /** The same in words for the user. */
          evidence: Text,
        }),
      )
      .check(z.minLength(1)),
    /** Folder of the modules, relative to the host. */
    modules_dir: Text,
    /** `relative`: paths below the host, written relative to the importing file; `verbatim`: written as they stand. */
    import_style: z.enum(['relative', 'verbatim']),
    /** Where a host keeps what modules use, by names that templates write as `imports.<name>`. */
    imports: z.record(z.string(), Text),
    /** Names that a host's project may not have, such as those of packages that it depends on: it is called `<name>-host`. */
    reserved_names: z._default(z.array(Text), []),
    /** Files of a host that had another name in an older version. */
    renames: z._default(z.array(z.strictObject({ from: Text, to: Text })), []),
  }),
  /** Programs with their arguments; no shell reads them. */
  commands: z.strictObject({
    /** Shown after `host init`, for the user to run. */
    install: z.array(Command),
    /** Likewise: starts the host. */
    start: z.array(Command),
    /** Adds packages that a manifest depends on to the host; their names are appended. */
    add: Command,
    /** Run by `--verify` in the host's folder; `{{name}}` and `{{module_dir}}` may stand in an argument. */
    verify: z.array(Command),
    /** How a host formats its files. */
    format: z._default(z.array(Command), []),
  }),
});

export type PackMeta = z.output<typeof PackMetaSchema>;

/** Why the stack reserves a module name; `undefined` where it does not. */
export function reservedReason({ reserved_names: names }: PackMeta, name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

/** pack.yaml → meta. Throws `pack-invalid`. */
export async function parsePackMeta(text: string, pack: string): Promise<PackMeta> {
  const invalid = (reason: string, cause?: unknown) =>
    new Failure('pack-invalid', { pack, file: 'pack.yaml', reason }, cause);
  let value: unknown;
  try {
    value = await readYaml(text);
  } catch (error) {
    throw invalid((error as Error).message, error);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid('it is not a mapping');
  const parsed = PackMetaSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problem = explainIssues(parsed.error.issues, knownKeys)[0];
  throw invalid([problem?.message ?? 'it is not valid', problem?.hint].filter(Boolean).join('. ').replace(/\.$/, ''));
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const { files, manifest_changes: changes, host, commands } = PackMetaSchema.shape;
  const places: Readonly<Record<string, object>> = {
    '': PackMetaSchema.shape,
    files: files.def.innerType.def.element.shape,
    manifest_changes: changes.def.innerType.def.element.shape,
    host: host.shape,
    'host.detect': host.shape.detect.def.element.shape,
    'host.renames': host.shape.renames.def.innerType.def.element.shape,
    commands: commands.shape,
  };
  return Object.keys(places[path.filter((part) => typeof part === 'string').join('.')] ?? {});
}
