import { relative } from 'node:path';
import { Failure, isFailure } from '../../core/failure.ts';
import { type Addition, addEntry, type ListKey } from '../../core/manifest/add-entry.ts';
import { type AnswerId, answerKinds, readConfigEntry } from '../../core/manifest/answers.ts';
import { fields } from '../../core/manifest/schema.ts';
import { suggestValue } from '../../core/manifest/suggest-value.ts';
import {
  readNamedType,
  readObjectAnswer,
  readTypeAnswer,
  type Schema,
  type TypeAnswer,
  typeNameReason,
} from '../../core/manifest/type-answer.ts';
import { nearestWord } from '../../core/text/nearest-word.ts';
import type { Io } from '../../io/io.ts';
import { importType } from '../answers/import-types.ts';
import type { ExitCode } from '../output/exit.ts';
import { mayAsk } from '../output/show-plan.ts';
import type { Entry } from '../prompts/entry.ts';
import { carryOutUpdate, conflictStyle, type UpdateFlags } from '../steps/carry-out-update.ts';
import { openModules } from '../steps/open-modules.ts';
import { readManifestText } from '../steps/read-manifest.ts';

export interface AddFlags extends UpdateFlags {
  readonly module?: string;
  readonly input?: string;
  readonly output?: string;
  readonly payload?: string;
  readonly permission?: string;
  readonly summary?: string;
  readonly from?: string;
  readonly type?: readonly string[];
}

type Detail = 'input' | 'output' | 'payload' | 'permission' | 'summary' | 'from' | 'type';

interface Kind {
  /** The flags that it takes. */
  readonly details?: readonly Detail[];
  readonly read: (values: readonly string[], flags: AddFlags, io: Io) => Promise<Addition[]>;
}

const kinds: Readonly<Record<string, Kind>> = {
  input: { details: ['from', 'type'], read: (values, flags, io) => readFields('input', values, flags, io) },
  option: { details: ['from', 'type'], read: (values, flags, io) => readFields('options', values, flags, io) },
  output: { details: ['from', 'type'], read: (values, flags, io) => readFields('output', values, flags, io) },
  type: { details: ['from', 'type'], read: readType },
  endpoint: {
    details: ['input', 'output', 'permission', 'summary', 'type'],
    read: entries('endpoint', 'endpoints', 'endpoints'),
  },
  event: { details: ['payload', 'type'], read: entries('event', 'events_emitted', 'emit') },
  subscription: { details: ['payload', 'type'], read: entries('subscription', 'events_subscribed', 'subscribe') },
  payload: { details: ['from', 'type'], read: readPayload },
  permission: { read: entries('permission', 'permissions_required', 'permissions') },
  dependency: { read: entries('dependency', 'dependencies', 'dependencies') },
  config: { read: readSettings },
};

/** Adds entries to a module's manifest and updates its code, in one plan. */
export async function add(
  io: Io,
  kind: string | undefined,
  values: readonly string[],
  flags: AddFlags,
): Promise<ExitCode> {
  const additions = await givenOrAsked(io, kind, values, flags);
  const { style, aborts } = conflictStyle(io, flags);
  const editManifest = (text: string, file: string) => edit(io, text, file, additions);
  const given = flags.module === undefined ? [] : [flags.module];
  const open = (names: readonly string[]) => openModules(io, names, style, flags, { editManifest, isOne: true });
  const planned = await open(given).catch(async (error: unknown) => open([await askModule(io, flags, error)]));
  // Compare with the manifest on disk, so that errors in it count as existing.
  return carryOutUpdate(io, 'add', { ...planned, lastManifests: new Map() }, aborts, flags);
}

/** On a terminal, asks for what is missing. */
async function givenOrAsked(
  io: Io,
  kind: string | undefined,
  values: readonly string[],
  flags: AddFlags,
): Promise<Addition[]> {
  const isKnown = kind === undefined || Object.hasOwn(kinds, kind);
  if (!mayAsk(io, flags) || !isKnown || values.length > 0 || flags.from !== undefined)
    return additionsOf(io, kind, values, flags);
  const { askEntry } = await import('../prompts/entry.ts');
  const check = (entry: Entry) => additionsOf(io, entry.kind, entry.values, flags).then(() => undefined, reasonOrThrow);
  const entry = await askEntry(await io.prompter(), kind, check);
  return additionsOf(io, entry.kind, entry.values, flags);
}

function reasonOrThrow(error: unknown): string {
  if (isFailure(error, 'answer-invalid')) return error.args.reason;
  throw error;
}

/** The module to change, if there are several. */
async function askModule(io: Io, flags: AddFlags, error: unknown): Promise<string> {
  if (!isFailure(error, 'module-unclear') || error.args.known.length === 0 || !mayAsk(io, flags)) throw error;
  const prompter = await io.prompter();
  return prompter.select(
    'Module',
    error.args.known.map((name) => ({ value: name, label: name })),
  );
}

async function additionsOf(
  io: Io,
  kind: string | undefined,
  values: readonly string[],
  flags: AddFlags,
): Promise<Addition[]> {
  const known = Object.hasOwn(kinds, kind ?? '') ? kinds[kind as string] : undefined;
  if (known === undefined) throw usage(unknownKind(kind));
  const misplaced = details.find((detail) => flags[detail] !== undefined && !known.details?.includes(detail));
  if (misplaced !== undefined) throw usage(`--${misplaced} has no meaning for add ${kind}: ${ownersOf(misplaced)}.`);
  if (values.length === 0 && flags.from === undefined) throw usage(`Pass the value after add ${kind}.`);
  return [...(await readTypes(flags)), ...(await known.read(values, flags, io))];
}

/** The types of `--type`, which the added fields refer to. */
async function readTypes({ type = [] }: AddFlags): Promise<Addition[]> {
  const additions: Addition[] = [];
  for (const text of type) {
    const read = await readNamedType(text);
    if (typeof read === 'string') throw invalid('--type', text, read);
    additions.push({ list: 'types', key: read[0], schema: read[1] });
  }
  return additions;
}

const details: readonly Detail[] = ['input', 'output', 'payload', 'permission', 'summary', 'from', 'type'];

function ownersOf(detail: Detail): string {
  const owners = Object.keys(kinds).filter((kind) => kinds[kind]?.details?.includes(detail));
  return `it is for add ${owners.join(', add ')}`;
}

function unknownKind(kind: string | undefined): string {
  const names = Object.keys(kinds);
  if (kind === undefined) return `Pass what to add (${names.join(', ')}) and its value.`;
  const near = nearestWord(kind, names);
  const advice = near === undefined ? '' : ` Did you mean ${near}?`;
  return `Cannot add ${JSON.stringify(kind)}.${advice} Pass one of ${names.join(', ')}.`;
}

function usage(message: string): Failure {
  return new Failure('usage', { message });
}

function invalid(flag: string, value: string, reason: string): Failure {
  return new Failure('answer-invalid', { flag, value, reason });
}

/** Entries of a list. With details there may be only one. */
function entries(kind: string, list: ListKey, answer: AnswerId): Kind['read'] {
  return async (values, flags) => {
    for (const value of values) {
      const reason = answerKinds[answer].check(value);
      if (reason !== undefined)
        throw invalid(`add ${kind}`, value, withSuggestion(reason, suggestValue([list], value)));
    }
    const more = await readDetails(flags);
    if (Object.keys(more).length === 0) return values.map((entry) => ({ list, entry }));
    const [entry = ''] = values;
    if (values.length > 1)
      throw usage(`--${Object.keys(more)[0]} describes one value, but there are ${values.length}.`);
    const { permission } = flags;
    const required: Addition[] = permission === undefined ? [] : [{ list: 'permissions_required', entry: permission }];
    return [...required, { list, entry, more }];
  };
}

function withSuggestion(reason: string, near: string | undefined): string {
  return near === undefined ? reason : `${reason}. Did you mean ${near}?`;
}

async function readDetails(flags: AddFlags): Promise<Record<string, unknown>> {
  const more: Record<string, unknown> = {};
  for (const key of ['input', 'output', 'payload'] as const) {
    const text = flags[key];
    if (text !== undefined) more[key] = await objectIn(`--${key}`, text);
  }
  for (const key of ['permission', 'summary'] as const) {
    const text = flags[key];
    if (text === undefined) continue;
    const reason = fields[key].safeParse(text).error?.issues[0]?.message;
    if (reason !== undefined) throw invalid(`--${key}`, text, reason);
    more[key] = text;
  }
  return more;
}

async function objectIn(flag: string, text: string, read = readObjectAnswer): Promise<Schema> {
  const schema = await read(text);
  if (typeof schema === 'string') throw invalid(flag, text, schema);
  return schema;
}

/** The schema of the given fields, or of a file. */
async function schemaIn(
  kind: string,
  values: readonly string[],
  { from }: AddFlags,
  io: Io,
  read = readObjectAnswer,
): Promise<TypeAnswer> {
  if (from === undefined) return { schema: await objectIn(`add ${kind}`, values.join(' '), read) };
  if (values.length > 0) throw usage(`Pass fields or --from, not both.`);
  return importType(io, from);
}

/** The types that an imported schema refers to, each as a whole. */
function importedTypes({ types = {} }: TypeAnswer): Addition[] {
  return Object.entries(types).map(([key, schema]) => ({ list: 'types', key, schema }));
}

async function readFields(
  list: 'input' | 'options' | 'output',
  values: readonly string[],
  flags: AddFlags,
  io: Io,
): Promise<Addition[]> {
  const answer = await schemaIn(list === 'options' ? 'option' : list, values, flags, io);
  return [...importedTypes(answer), { list, schema: answer.schema }];
}

async function readType([key = '', ...rest]: readonly string[], flags: AddFlags, io: Io): Promise<Addition[]> {
  if (typeNameReason(key) !== undefined)
    throw invalid(
      'add type',
      key,
      "must be the name of the type in PascalCase, then its fields: add type Line 'text:string'",
    );
  if (rest.length === 0 && flags.from === undefined)
    throw usage(`Pass the fields of ${key}, like add type ${key} 'text:string', or --from.`);
  const answer = await schemaIn('type', rest, flags, io, readTypeAnswer);
  return [...importedTypes(answer), { list: 'types', key, schema: answer.schema }];
}

async function readPayload([event = '', ...rest]: readonly string[], flags: AddFlags, io: Io): Promise<Addition[]> {
  const reason = answerKinds.emit.check(event);
  if (reason !== undefined) throw invalid('add payload', event, `the event ${reason}`);
  if (rest.length === 0 && flags.from === undefined)
    throw usage(`Pass the fields after the event, like add payload ${event} 'text:string', or --from.`);
  const answer = await schemaIn('payload', rest, flags, io);
  return [...importedTypes(answer), { list: 'payload', event, schema: answer.schema }];
}

async function readSettings(values: readonly string[]): Promise<Addition[]> {
  const additions: Addition[] = [];
  for (const value of values) {
    const read = await readConfigEntry(value);
    if (typeof read === 'string') throw invalid('add config', value, read);
    additions.push({ list: 'configuration', key: read[0], value: read[1] });
  }
  return additions;
}

async function edit(io: Io, text: string, file: string, additions: readonly Addition[]): Promise<string> {
  let edited = text;
  for (const addition of additions) {
    const result = await addEntry(edited, addition);
    if ('reason' in result) throw new Failure('manifest-differs', { file, ...result });
    if ('key' in result) throw new Failure('manifest-not-editable', { file, key: result.key });
    edited = result.text;
  }
  await readManifestText(io, edited, relative(io.cwd, file), file);
  return edited;
}
