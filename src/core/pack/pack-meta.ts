import * as z from 'zod/mini';
import { Failure } from '../failure.ts';
import { readYaml } from '../text/yaml-value.ts';
import { questionIds } from './questions.ts';

const Text = z.string().check(z.minLength(1), z.maxLength(500));
const Command = z.array(Text).check(z.minLength(1));

const PackMetaSchema = z.strictObject({
  name: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,49}$/)),
  version: z.string().check(z.regex(/^\d+\.\d+\.\d+$/)),
  title: Text,
  description: Text,
  /** In the order in which they are asked. */
  questions: z.array(z.enum(questionIds)),
  /** Only the exceptions: a file that is not listed is managed and always rendered. */
  files: z._default(
    z.array(
      z.strictObject({
        path: Text,
        policy: z.optional(z.enum(['managed', 'owned', 'generated'])),
        when: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
      }),
    ),
    [],
  ),
  host: z.strictObject({
    /** All must hold for a folder to be a host of this pack. */
    detect: z.array(z.strictObject({ file: Text, contains: z.optional(Text), evidence: Text })).check(z.minLength(1)),
    modules_dir: Text,
    import_style: z.enum(['relative', 'dotted']),
    imports: z.record(z.string(), Text),
  }),
  commands: z.strictObject({
    /** Run after `host init`, by hand; shown to the user. */
    install: z.array(Command),
    start: z.array(Command),
    /** Adds packages that a manifest depends on to the host; their names are appended. */
    add: Command,
    /** Run by `--verify` in the host's folder; `{{name}}` and `{{module_dir}}` may stand in an argument. */
    verify: z.array(Command),
    format: z._default(z.array(Command), []),
  }),
});

export type PackMeta = z.output<typeof PackMetaSchema>;

/** pack.yaml → meta. Throws `pack-invalid`. */
export function parsePackMeta(text: string, pack: string): PackMeta {
  const invalid = (reason: string, cause?: unknown) =>
    new Failure('pack-invalid', { pack, file: 'pack.yaml', reason }, cause);
  let value: unknown;
  try {
    value = readYaml(text);
  } catch (error) {
    throw invalid((error as Error).message.split('\n')[0] ?? 'not YAML', error);
  }
  const parsed = PackMetaSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${issue?.path.join('.') || 'pack'}: ${issue?.code.replaceAll('_', ' ')}`);
}
