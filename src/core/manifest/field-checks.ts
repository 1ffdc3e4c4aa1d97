import { oneLine } from '../text/literals.ts';
import { isKeyword, isTakenClassName, moduleNamePattern, whyNotModuleName } from '../text/names.ts';

/** A larger file is refused before it is parsed. */
export const maxManifestBytes = 1_000_000;

/** Resources of a module whose manifest does not set them. */
export const usualResources = { cpu: '1', memory: '512Mi', max_concurrent_jobs: 10 };

/** Returns why a value is invalid, as the end of a sentence, or `undefined` for a valid value. */
export type WhyNot = (value: string) => string | undefined;

/** Characters are code points, as in JSON Schema. */
const lengthOf = (value: string) => [...value].length;
const isLonger = (value: string, limit: number) => value.length > limit && lengthOf(value) > limit;

const unprintable =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const endpointPattern = new RegExp(
  `^(?:(${methods.join('|')}) )?((?:/(?:[A-Za-z0-9._~-]+|\\{[a-z][a-z0-9_]*\\}))+)$`,
);

/** Members of the base class of configurations. */
export const takenConfigKeys: ReadonlySet<string> = new Set(
  (
    'construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json update_forward_refs validate ' +
    'model_computed_fields model_config model_construct model_copy model_dump model_dump_json model_extra model_fields ' +
    'model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild model_validate ' +
    'model_validate_json model_validate_strings'
  ).split(' '),
);

/** The names in the braces of a path. */
export function parametersIn(path: string): string[] {
  return (path.match(/\{[^}]*\}/g) ?? []).map((found) => found.slice(1, -1));
}

/** Reasons that several checks share. */
export const reasons = {
  empty: 'is empty',
  control: 'contains a control character',
  half: 'contains an unpaired surrogate',
  dots: 'has a segment . or .., which no request can reach',
  twice: 'names a parameter twice',
  keyword: 'a keyword of Python or TypeScript',
} as const;

/** Checks of strings for which a pattern is not enough. */
export const whyNot = {
  name: whyNotModuleName,
  className: (value) => {
    if (!patterns.className[0].test(value)) return patterns.className[1];
    return isTakenClassName(value) ? 'is taken by the language or the host' : undefined;
  },
  description: prose(10_000),
  author: prose(200),
  endpoint: (value) => {
    if (value.length > 200) return 'has more than 200 characters';
    if (!endpointPattern.test(value)) return unknownMethod(value) ?? patterns.endpoint[1];
    const parameters = parametersIn(value);
    if (/\/\.{1,2}(\/|$)/.test(value)) return reasons.dots;
    if (new Set(parameters).size !== parameters.length) return reasons.twice;
    const keyword = parameters.find(isKeyword);
    return keyword === undefined ? undefined : `has the parameter ${keyword}, ${reasons.keyword}`;
  },
  configurationKey: (key) => {
    if (!patterns.configurationKey[0].test(key)) return patterns.configurationKey[1];
    return isKeyword(key) || takenConfigKeys.has(key) ? 'is taken by the language or the host' : undefined;
  },
  configurationText: (value) => {
    if (isLonger(value, 10_000)) return `has ${lengthOf(value)} characters: at most 10000`;
    return /\p{Surrogate}/u.test(value) ? reasons.half : undefined;
  },
  settingDescription: prose(1_000),
} satisfies Readonly<Record<string, WhyNot>>;

function prose(limit: number): WhyNot {
  return (value) => {
    if (!/[!-~]/.test(value) && oneLine(value) === '') return reasons.empty;
    if (isLonger(value, limit)) return `has ${lengthOf(value)} characters: at most ${limit}`;
    return unprintable.test(value) ? reasons.control : undefined;
  };
}

function unknownMethod(value: string): string | undefined {
  const method = /^([A-Za-z]+) +\//.exec(value)?.[1];
  if (method === undefined || (methods as readonly string[]).includes(method)) return undefined;
  return `has the method ${method}; the known methods are ${methods.join(', ')}`;
}

/** A pattern may take too long on a longer string. */
export const maxMatched = 200;

/** Patterns of strings, with the reason for a string that does not match. */
export const patterns = {
  name: [moduleNamePattern, 'must have 2 to 50 characters: a letter a to z, then a to z, 0 to 9 and _'],
  className: [/^[A-Z][A-Za-z0-9]{1,99}$/, 'must be PascalCase: a capital, then letters and digits'],
  endpoint: [endpointPattern, 'must be "METHOD /path", with {snake_case} for parameters'],
  configurationKey: [/^[a-z][a-z0-9_]{0,63}$/, 'must be snake_case: a letter a to z, then a to z, 0 to 9 and _'],
  version: [
    // The grammar of semver.org, without a separate group for build metadata.
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/,
    'must be a semantic version, like "1.0.0", in quotes',
  ],
  permission: [/^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$/, 'must be "namespace:verb", in lower case'],
  event: [/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'must be "namespace.verb", in lower case'],
  dependency: [
    /^(module:[a-z][a-z0-9_]*|(@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z0-9,_-]+\])?([@=<>~!^]+[A-Za-z0-9.*+!_,<>=~^-]+)?)$/,
    'must be a service, "module:<name>" or a package',
  ],
  cpu: [/^([1-9]\d*m|(?!0+(\.0+)?$)\d+(\.\d+)?)$/, 'must be a quantity of CPUs as in Kubernetes: "1", "0.5" or "500m"'],
  memory: [
    /^[1-9]\d*(\.\d+)?(Ei|Pi|Ti|Gi|Mi|Ki|E|P|T|G|M|k)?$/,
    'must be a quantity of bytes as in Kubernetes: "512Mi" or "2Gi"',
  ],
} as const satisfies Readonly<Record<string, readonly [pattern: RegExp, reason: string]>>;
