import * as z from 'zod/mini';
import { Failure } from '../failure.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { invalidPathReason } from '../tree/rel-path.ts';
import { readYaml } from '../yaml/fast.ts';

export const HostConfigSchema = z.strictObject({
  /** Name of a bundled pack, path of a pack's folder, or npm:<package>@<version>. */
  stack: z.optional(z.string().check(z.minLength(1))),
  /** Folder of the modules, relative to the host. */
  modules_dir: z.optional(z.string()),
  /** Where modules import parts of this host from, by the names in the pack's `imports`. */
  imports: z._default(z.record(z.string(), z.string().check(z.regex(/^[@#A-Za-z0-9_./-]+$/))), {}),
  /** For an attached application, written by `host attach`: where the guest is. */
  attached: z.optional(
    z.strictObject({
      /** The framework of the application. */
      framework: z.enum(['fastapi', 'fastify', 'express', 'nestjs']),
      /** The file that makes the application. */
      entry: z.string().check(z.minLength(1)),
      /** Folder of the ports file and the modules. */
      dir: z.string().check(z.minLength(1)),
      /** The path that everything is served below. */
      prefix: z.string().check(z.regex(/^(\/[A-Za-z0-9_.~-]+)+$/)),
      /** What creates the tables: the runtime, or revisions of the application's migration tool. */
      migrations: z._default(z.enum(['runtime', 'app']), 'runtime'),
      /** For Node: how the application's files import each other. */
      module_kind: z._default(z.enum(['esm', 'commonjs']), 'esm'),
      /** For Node: the extension of the generated files. */
      extension: z._default(z.enum(['ts', 'mts', 'js', 'mjs', 'cjs']), 'ts'),
      /** For Node: what imports of own files end in, such as `.js`. */
      import_ending: z._default(z.enum(['', '.js', '.ts', '.mjs', '.mts', '.cjs', '.cts']), ''),
    }),
  ),
  /** For an attached application: commands that `host attach --verify` runs instead of those that it finds. */
  commands: z.optional(
    z.strictObject({
      /** Installs the dependencies. Each command is a list of arguments; an empty list leaves the step out. */
      install: z.optional(z.array(z.string())),
      /** Builds the application. */
      build: z.optional(z.array(z.string())),
      /** Migrates its database. */
      migrate: z.optional(z.array(z.string())),
      /** Starts it, where `{port}` is the port that it has to listen on. */
      start: z.optional(z.array(z.string())),
      /** Runs its own tests. */
      test: z.optional(z.array(z.string())),
    }),
  ),
  /** Events that the host itself emits, such as user.deleted. */
  host_events: z._default(z.array(z.string()), []),
  /** Severities of rules: off, warning or error. docs/rules.md lists the rules. */
  rules: z._default(z.record(z.string(), z.enum(['off', 'warning', 'error'])), {}),
  /** Diagnostics to ignore: of a rule, in a file or folder of the host. */
  ignore: z._default(z.array(z.strictObject({ rule: z.string(), path: z.string() })), []),
});

/** The contents of ai-modules.yaml. */
export type HostConfig = z.output<typeof HostConfigSchema>;

/** Throws `host-invalid`, with the key in the message. */
export async function parseHostConfig(text: string, file: string): Promise<HostConfig> {
  const parsed = HostConfigSchema.safeParse(await read(text, file));
  if (parsed.success) {
    const reason = parsed.data.modules_dir === undefined ? undefined : invalidPathReason(parsed.data.modules_dir);
    if (reason === undefined) return parsed.data;
    throw new Failure('host-invalid', { file, reason: `modules_dir is refused: ${reason}` });
  }
  const issue = parsed.error.issues[0] as (typeof parsed.error.issues)[number];
  if (issue.code !== 'unrecognized_keys')
    throw new Failure('host-invalid', { file, reason: `${issue.path.join('.') || 'the file'} has the wrong type` });
  const key = String(issue.keys[0]);
  const near = nearestWord(key, Object.keys(HostConfigSchema.shape));
  throw new Failure('host-invalid', {
    file,
    reason: `unknown key ${key}${near === undefined ? '' : `; did you mean ${near}?`}`,
  });
}

async function read(text: string, file: string): Promise<unknown> {
  try {
    return (await readYaml(text)) ?? {};
  } catch (error) {
    throw new Failure('host-invalid', { file, reason: (error as Error).message }, error);
  }
}
