import type { Answers } from '../core/manifest/answers.ts';
import type { ConfigurationValue } from '../core/manifest/schema.ts';

/** The command that gives the same answers without a question. */
export function repeatCommand(
  answers: Answers & { readonly name: string },
  stack: string,
  host: string | undefined,
): string {
  const pairs: (readonly [flag: string, value: string | number | undefined])[] = [
    ['--stack', stack],
    ['--host', host],
    ['--module-version', answers.version],
    ['--description', answers.description],
    ['--author', answers.author],
    ['--class-name', answers.class_name],
    ...each('--endpoint', answers.endpoints),
    ...each('--permission', answers.permissions),
    ...each('--emit', answers.emit),
    ...each('--subscribe', answers.subscribe),
    ...each('--dependency', answers.dependencies),
    ['--cpu', answers.cpu],
    ['--memory', answers.memory],
    ['--max-concurrent-jobs', answers.max_concurrent_jobs],
    ...Object.entries(answers.config ?? {}).map(([key, value]) => ['--config', `${key}=${configText(value)}`] as const),
    ['--provider', answers.provider],
  ];
  const flags = pairs.flatMap(([flag, value]) =>
    value === undefined ? [] : [`${flag} ${quoteForShell(String(value))}`],
  );
  return ['create-ai-module new', answers.name, ...flags, '--yes'].join(' ');
}

/** As a POSIX shell reads it back. */
export function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function each(flag: string, values: readonly string[] | undefined): (readonly [string, string])[] {
  return (values ?? []).map((value) => [flag, value]);
}

function configText(value: ConfigurationValue): string {
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
