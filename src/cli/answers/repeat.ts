import { type Answers, isListText, scalarOf } from '../../core/manifest/answers.ts';
import type { ConfigurationValue } from '../../core/manifest/schema.ts';
import { printTypeAnswer, type Schema, type TypeAnswer } from '../../core/manifest/type-answer.ts';
import { maskSecrets, secretsIn } from '../../core/report/mask-secrets.ts';
import { shellLine } from '../../core/text/display.ts';
import { jsonLiteral, yamlLiteral } from '../../core/text/literals.ts';

/** Flags of `new` that are not answers. */
export interface RepeatedFlags {
  readonly host?: string | undefined;
  readonly dryRun?: boolean;
  readonly verify?: boolean;
}

/** The command that gives the same answers without prompts, quoted for a POSIX shell. */
export function repeatCommand(
  program: string,
  answers: Answers & { readonly name: string },
  stack: string,
  flags: RepeatedFlags,
): string {
  const words = [
    ...valued('--stack', stack),
    ...valued('--host', flags.host),
    ...valued('--module-version', answers.version),
    ...valued('--description', answers.description),
    ...valued('--author', answers.author),
    ...valued('--class-name', answers.class_name),
    ...each('--type', Object.entries(answers.types ?? {}).map(namedType)),
    ...(['input', 'options', 'output'] as const).flatMap((id) => typeFlag(id, answers[id])),
    ...each('--endpoint', answers.endpoints),
    ...each('--permission', answers.permissions),
    ...each('--emit', answers.emit),
    ...each('--subscribe', answers.subscribe),
    ...each('--without', answers.without),
    ...each('--dependency', answers.dependencies),
    ...valued('--cpu', answers.cpu),
    ...valued('--memory', answers.memory),
    ...valued('--max-concurrent-jobs', answers.max_concurrent_jobs),
    ...each('--config', Object.entries(answers.config ?? {}).map(configEntry)),
    ...valued('--provider', answers.provider),
    ...(flags.verify ? ['--verify'] : []),
    ...(flags.dryRun ? ['--dry-run'] : []),
    '--yes',
  ];
  return maskSecrets(`${program} ${shellLine(['new', answers.name, ...words])}`, secretsIn({ ...answers, stack: '' }));
}

function namedType([name, schema]: readonly [string, Schema]): string {
  return `${name}=${printTypeAnswer(schema)}`;
}

function typeFlag(id: string, answer: TypeAnswer | undefined): string[] {
  if (answer === undefined) return [];
  return answer.from === undefined ? [`--${id}`, printTypeAnswer(answer.schema)] : [`--${id}-from`, answer.from];
}

function valued(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

function each(flag: string, values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => [flag, value]);
}

/** The inverse of `readConfigEntry`. Quotes a string only if it would be read as another type. */
function configEntry([key, value]: readonly [string, ConfigurationValue]): string {
  if (typeof value === 'object') return `${key}=${yamlLiteral(value)}`;
  const text = String(value);
  const isPlain = !/^\s*\{/.test(text) && !isListText(text) && scalarOf(key, text) === value;
  return isPlain ? `${key}=${value}` : `${key}=${jsonLiteral(value)}`;
}
