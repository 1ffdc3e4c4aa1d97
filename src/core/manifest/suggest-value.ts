import { pascalCase, snakeCase, suggestModuleName } from '../text/names.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { methods, patterns, whyNot } from './schema.ts';

interface Field {
  /** The value that the author probably meant; it may be invalid. */
  readonly guess: (given: string) => string | undefined;
  readonly isValid: (value: string) => boolean;
}

const matching = (kind: keyof typeof patterns) => (value: string) => patterns[kind][0].test(value);

const endpointField: Field = { guess: endpoint, isValid: (value) => whyNot.endpoint(value) === undefined };
const permission: Field = { guess: (given) => joined(given, ':'), isValid: matching('permission') };
const event: Field = { guess: (given) => joined(given, '.'), isValid: matching('event') };

const fields: Readonly<Record<string, Field>> = {
  name: { guess: suggestModuleName, isValid: (value) => whyNot.name(value) === undefined },
  version: { guess: threeNumbers, isValid: matching('version') },
  class_name: { guess: pascalCase, isValid: (value) => whyNot.className(value) === undefined },
  dependencies: {
    guess: (given) => (given.startsWith('module:') ? `module:${snakeCase(given.slice(7))}` : undefined),
    isValid: matching('dependency'),
  },
  endpoints: endpointField,
  'endpoints.endpoint': endpointField,
  'endpoints.permission': permission,
  permissions_required: permission,
  events_emitted: event,
  'events_emitted.event': event,
  events_subscribed: event,
  'events_subscribed.event': event,
  'resources.cpu': { guess: (given) => given.replace(/\s/g, ''), isValid: matching('cpu') },
  'resources.memory': { guess: memory, isValid: matching('memory') },
};

/** A valid value close to an invalid one, for the field at `path`; `undefined` if there is none. */
export function suggestValue(path: readonly PropertyKey[], given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > 200) return undefined;
  const name = path.filter((part) => typeof part === 'string').join('.');
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const guess = field?.guess(given.trim());
  return guess !== undefined && guess !== given && field?.isValid(guess) ? guess : undefined;
}

function joined(given: string, mark: string): string | undefined {
  const words = given.split(/[.:/]/).map((word) => snakeCase(word));
  return words.length === 2 || (mark === '.' && words.length > 2) ? words.join(mark) : undefined;
}

function threeNumbers(given: string): string {
  const numbers = given.replace(/^v/i, '');
  return /^\d+$/.test(numbers) ? `${numbers}.0.0` : numbers.replace(/^(\d+\.\d+)$/, '$1.0');
}

/** `gte status/:jobId/` → `GET /status/{job_id}` */
function endpoint(given: string): string {
  const [, method = '', path = ''] = /^(?:([a-z]+)(?:\s+|(?=\/)))?(.*)$/i.exec(given) ?? [];
  const segments = path.split('/').filter((segment) => segment !== '');
  const written = segments.map((segment) => {
    const parameter = /^(?::(\w+)|<(\w+)>|\{(\w+)\})$/.exec(segment);
    return parameter ? `{${snakeCase(parameter.slice(1).join(''))}}` : segment;
  });
  return `${nearestWord(method, methods) ?? method} /${written.join('/')}`.trim();
}

/** `512 MB` → `512Mi` */
function memory(given: string): string {
  return given.replace(/^(\d+)\s*([kmgt])i?b?$/i, (_, number, unit: string) => `${number}${unit.toUpperCase()}i`);
}
