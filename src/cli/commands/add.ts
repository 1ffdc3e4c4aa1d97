import { relative } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { type Addition, addEntry, type ListKey } from '../../core/manifest/add-entry.ts';
import { type AnswerId, answerKinds, readConfigEntry } from '../../core/manifest/answers.ts';
import type { Io } from '../../io/io.ts';
import { moduleMeant } from '../../io/read-module.ts';
import { mustBeManifest } from '../answers/read-manifest.ts';
import { carryOutUpdate, conflictStyle, type UpdateFlags } from '../carry-out-update.ts';
import type { ExitCode } from '../exit.ts';
import { openModules } from '../open-modules.ts';

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

/** An entry more in a module's manifest, and the code that follows from it, as one plan. */
export async function add(
  io: Io,
  kind: string | undefined,
  values: readonly string[],
  flags: AddFlags,
): Promise<ExitCode> {
  const additions = additionsOf(kind, values);
  const { style, aborts } = conflictStyle(io, flags);
  const editManifest = (text: string, file: string) => edit(io, text, file, additions);
  const pick = async (host: Host) => [flags.module ?? (await moduleMeant(host, io.cwd))];
  const planned = await openModules(io, pick, style, flags, { editManifest });
  // What is wrong in the manifest already is not what was added.
  return carryOutUpdate(io, { ...planned, manifestsThen: new Map() }, aborts, flags);
}

function additionsOf(kind: string | undefined, values: readonly string[]): Addition[] {
  const known = Object.hasOwn(kinds, kind ?? '') ? kinds[kind as string] : undefined;
  if (known === undefined || values.length === 0)
    throw new Failure('usage', { message: `Say what to add: ${Object.keys(kinds).join(', ')}, and then its value.` });
  return values.map((value) => {
    const reason = answerKinds[known.answer].check(value);
    if (reason !== undefined) throw new Failure('answer-invalid', { flag: `add ${kind}`, value, reason });
    if (known.list !== 'configuration') return { list: known.list, entry: value };
    const [key, setting] = readConfigEntry(value);
    return { list: known.list, key, value: setting };
  });
}

async function edit(io: Io, text: string, file: string, additions: readonly Addition[]): Promise<string> {
  let edited = text;
  for (const addition of additions) {
    const next = addEntry(edited, addition);
    if (next === undefined) throw new Failure('manifest-not-editable', { file, key: addition.list });
    edited = next;
  }
  await mustBeManifest(io, edited, relative(io.cwd, file), file);
  return edited;
}
