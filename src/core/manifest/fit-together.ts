import type { RuleProblem } from '../diagnostic.ts';
import { Failure } from '../failure.ts';
import { type Answers, answerKinds, manifestFromAnswers } from './answers.ts';
import { checkManifestValue } from './parse.ts';
import type { Manifest } from './schema.ts';

const flagOf: Readonly<Record<string, string>> = {
  version: answerKinds.version.flag,
  description: answerKinds.description.flag,
  author: answerKinds.author.flag,
  class_name: answerKinds.class_name.flag,
  dependencies: answerKinds.dependencies.flag,
  types: answerKinds.types.flag,
  input: answerKinds.input.flag,
  options: answerKinds.options.flag,
  output: answerKinds.output.flag,
  endpoints: answerKinds.endpoints.flag,
  permissions_required: answerKinds.permissions.flag,
  events_emitted: answerKinds.emit.flag,
  events_subscribed: answerKinds.subscribe.flag,
  configuration: answerKinds.config.flag,
};

/** Checks all answers together, after each one was validated by itself. Throws `answer-invalid`. */
export function assertFitsTogether(manifest: Manifest): Manifest {
  const { manifest: checked, problems } = checkManifestValue(manifest);
  if (checked !== undefined) return checked;
  const problem = problems[0];
  const [field = '', key] = problem?.path ?? [];
  const value = valueAt(manifest, problem?.path ?? []);
  const isSetting = field === 'configuration' && key !== undefined;
  throw new Failure('answer-invalid', {
    flag: flagOf[field] ?? String(field),
    value: isSetting ? `${key}=${textOf(manifest.configuration[key])}` : textOf(value),
    reason: [problem?.message, hintOf(problem)?.replace(/\.$/, '')].filter(Boolean).join('. '),
  });
}

function hintOf(problem: RuleProblem | undefined): string | undefined {
  const missing = /: there is no type (\w+)$/.exec(problem?.message ?? '')?.[1];
  const isSure = problem?.hint?.startsWith('Did you mean') === true;
  return missing === undefined || isSure
    ? problem?.hint
    : `Add it with ${answerKinds.types.flag} '${missing}=name:string'`;
}

/** The value at a path, or the last one above it. */
function valueAt(manifest: Manifest, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, part) => {
    const inner = typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[part] : undefined;
    return inner ?? at;
  }, manifest);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Checks that the chosen provider can work on the module's types. Throws `answer-invalid`. */
export function assertFitsProvider({ provider }: Answers, { input, output }: Manifest): void {
  const isTyped = (input ?? output) !== undefined;
  const reason =
    provider === 'local' && isTyped
      ? 'local works on any JSON object, but the module has types. Use sample or openai'
      : provider === 'sample' && !isTyped
        ? 'sample returns an example of the types, but the module has none. Pass --input or --output, or use local'
        : undefined;
  if (reason !== undefined) throw new Failure('answer-invalid', { flag: '--provider', value: provider ?? '', reason });
}

/** Checks incomplete answers together: returns why they conflict, as a sentence, or `undefined`. */
export function whyNotTogether(answers: Answers): string | undefined {
  const manifest = manifestFromAnswers({ name: 'example', ...answers }, { author: 'unknown', dependencies: [] });
  const problem = checkManifestValue(manifest).problems[0];
  return problem && [`${problem.message}.`, problem.hint].filter(Boolean).join(' ');
}
