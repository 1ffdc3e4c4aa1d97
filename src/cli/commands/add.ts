import { relative } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Addition, addEntry, type ListKey } from '../../core/manifest/add-entry.ts';
import { type AnswerId, answerKinds, readConfigEntry } from '../../core/manifest/answers.ts';
import { findManifest } from '../../core/manifest/parse.ts';
import type { Io } from '../../io/io.ts';
import type { ExitCode } from '../output/exit.ts';
import { carryOutUpdate, conflictStyle, type UpdateFlags } from '../steps/carry-out-update.ts';
import { openModules } from '../steps/open-modules.ts';
import { readManifestText } from '../steps/read-manifest.ts';

export interface AddFlags extends UpdateFlags {
  readonly module?: string;
}

const kinds: Readonly<Record<string, { readonly list: ListKey | 'configuration'; readonly answer: AnswerId }>> = {
  event: { list: 'events_emitted', answer: 'emit' },
  subscription: { list: 'events_subscribed', answer: 'subscribe' },
  permission: { list: 'permissions_required', answer: 'permissions' },
  endpoint: { list: 'endpoints', answer: 'endpoints' },
  dependency: { list: 'dependencies', answer: 'dependencies' },
  config: { list: 'configuration', answer: 'config' },
};

/** Adds entries to a module's manifest and updates its code, in one plan. */
export async function add(
  io: Io,
  kind: string | undefined,
  values: readonly string[],
  flags: AddFlags,
): Promise<ExitCode> {
  const additions = await additionsOf(kind, values);
  const { style, aborts } = conflictStyle(io, flags);
  const editManifest = (text: string, file: string) => edit(io, text, file, additions);
  const given = flags.module === undefined ? [] : [flags.module];
  const planned = await openModules(io, given, style, flags, { editManifest, isOne: true });
  // Compare with the manifest on disk, so that errors in it count as existing.
  return carryOutUpdate(io, 'add', { ...planned, lastManifests: new Map() }, aborts, flags);
}

async function additionsOf(kind: string | undefined, values: readonly string[]): Promise<Addition[]> {
  const known = Object.hasOwn(kinds, kind ?? '') ? kinds[kind as string] : undefined;
  if (known === undefined || values.length === 0)
    throw new Failure('usage', { message: usageOf(kind, known !== undefined) });
  const invalid = (value: string, reason: string) =>
    new Failure('answer-invalid', { flag: `add ${kind}`, value, reason });
  const additions: Addition[] = [];
  for (const value of values) {
    if (known.list === 'configuration') {
      const read = await readConfigEntry(value);
      if (typeof read === 'string') throw invalid(value, read);
      additions.push({ list: known.list, key: read[0], value: read[1] });
    } else {
      const reason = answerKinds[known.answer].check(value);
      if (reason !== undefined) throw invalid(value, reason);
      additions.push({ list: known.list, entry: value });
    }
  }
  return additions;
}

function usageOf(kind: string | undefined, isKnown: boolean): string {
  const names = Object.keys(kinds).join(', ');
  if (kind === undefined) return `Pass what to add (${names}) and its value.`;
  return isKnown ? `Pass the value after add ${kind}.` : `Cannot add ${JSON.stringify(kind)}. Pass one of ${names}.`;
}

async function edit(io: Io, text: string, file: string, additions: readonly Addition[]): Promise<string> {
  let edited = text;
  for (const addition of additions) {
    const next = await addEntry(edited, addition);
    if (next === undefined) throw await whyNotAdded(edited, file, addition);
    edited = next;
  }
  await readManifestText(io, edited, relative(io.cwd, file), file);
  return edited;
}

/** Explains why an entry was not added: the setting has another value, or the YAML style is not supported. */
async function whyNotAdded(text: string, file: string, addition: Addition): Promise<Failure> {
  const manifest = addition.list === 'configuration' ? await findManifest(text) : undefined;
  const value = addition.list === 'configuration' ? manifest?.configuration[addition.key] : undefined;
  if (addition.list !== 'configuration' || value === undefined)
    return new Failure('manifest-not-editable', { file, key: addition.list });
  const message = `${addition.key} is already in configuration, with the value ${JSON.stringify(value)}. Change it in ${file}.`;
  return new Failure('usage', { message });
}
