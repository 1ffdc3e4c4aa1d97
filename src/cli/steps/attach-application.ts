import { basename, join } from 'node:path';
import { type AppFiles, frameworkTitles } from '../../core/attach/application.ts';
import type { DependencyChange, RuntimeArchive } from '../../core/attach/dependency-change.ts';
import type { AttachDraft } from '../../core/attach/draft.ts';
import type { Detected } from '../../core/attach/plan-attach.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { archiveOf } from '../../core/pack/render-host.ts';
import { runtimeContextOf, vendorFolder } from '../../core/pack/runtime/runtime.ts';
import { reportAttachment } from '../../core/report/attachment.ts';
import { countChanges } from '../../core/report/plan.ts';
import { relPath } from '../../core/tree/rel-path.ts';
import { textFile } from '../../core/tree/tree.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import { planAttachment } from '../../io/attach/plan-attachment.ts';
import { planRevisions, revisionTree } from '../../io/attach/plan-revisions.ts';
import { readApplication } from '../../io/attach/read-application.ts';
import {
  lockNotes,
  planLocks,
  pythonOf,
  type ResolvedLocks,
  resolveDependencies,
} from '../../io/attach/resolve-dependencies.ts';
import { hasChanges } from '../../io/git.ts';
import type { Io } from '../../io/io.ts';
import { applyUpdate } from '../../io/module/last-update.ts';
import { findPack } from '../../io/pack/find-pack.ts';
import { paintFor } from '../output/colors.ts';
import { withProgress } from '../output/progress.ts';
import { confirmPlan, printJson } from '../output/show-plan.ts';
import { programName } from '../output/version.ts';
import { type AttachFlags, chooseAttachment } from './choose-attachment.ts';
import { reportSteps } from './next-steps.ts';
import { reportVerification, verificationOf, verifyAttachment } from './verify-attachment.ts';

/** Attaches an application: reads it, asks what is unclear, shows the plan, writes. Returns whether it is attached now. */
export async function attachApplication(
  io: Io,
  root: string,
  flags: AttachFlags,
  isVerified = false,
): Promise<boolean> {
  const files = readApplication(root);
  const { changeWithoutTesting, detectApplication, planAttach, refusalOf, dependencyChange } = await import(
    '../../core/attach/plan-attach.ts'
  );
  const detected = detectApplication(files, flags.entry);
  if (detected === undefined) assertJson(root, files);
  if (detected === undefined) throw new Failure('attach-refused', unknownApplication);
  if (!flags.json) io.err.write(reportAttachment(detected.facts, paintFor(io, io.err)));
  if (detected.refusal) throw new Failure('attach-refused', detected.refusal);

  const { application, choices } = await chooseAttachment(io, detected, files, flags);
  const refusal = refusalOf(files, application, choices);
  if (refusal) throw new Failure('attach-refused', refusal);
  const pack = await findPack(application.stack, root, ['attach']);
  const vendored = flags.runtime !== 'registry';
  const archive = runtimeArchive(pack, vendored);
  const draft = planAttach(files, application, choices, archive.path);
  const changeBy = (plan: typeof dependencyChange) => plan(files, application, choices, archive, pythonOf(root));
  const { change, locks, left } = await resolveChange(
    changeBy(dependencyChange),
    () => changeBy(changeWithoutTesting),
    (one) => lockFiles(io, root, pack, one, vendored, flags),
  );
  const edits = mergedEdits(draft, change);
  const revisions =
    choices.migrations === 'app' ? await planRevisions(files, choices.dir) : { created: [], printed: [] };
  const isOwn = locks.root === root;
  const above = isOwn ? undefined : await planLocks(locks);
  const plan = await planAttachment(root, {
    pack,
    name: basename(root),
    vendored,
    attached: draft.attached,
    edits,
    read: files.read,
    locks: isOwn ? locks.files : new Map(),
    revisions: revisionTree(revisions.created),
  });

  const isDirty = hasChanges(root);
  const title = `Attach AI modules below ${choices.prefix} to the ${frameworkTitles[application.framework]} application in ${root}:`;
  if (isVerified && !flags.json)
    io.err.write(reportVerification(await verificationOf(root, files, choices.entry.file, `${choices.dir}/modules`)));
  const apply = await confirmPlan(io, plan, title, flags);
  if (apply) await withProgress(io, 'Writing', (onProgress) => applyUpdate(root, plan, { onProgress }));
  if (apply && above) await applyPlan(above.root, above.plan);
  const verified = apply && isVerified;
  const printed = [...draft.printed, ...change.printed, ...revisions.printed];
  const notes = [...draft.notes, ...left, ...lockNotes(above), ...(isDirty && apply ? [dirtyNote] : [])];
  if (flags.json) {
    if (verified) await verifyAttachment(io, root);
    const { facts, stack, framework } = application;
    const more = { host: root, stack, framework, facts, printed, notes, verified };
    await printJson(io, { command: 'host attach', plan, written: apply }, more);
    return apply;
  }
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  for (const { file, reason, lines } of printed)
    io.err.write(`Add to ${file} yourself (${reason}):\n${lines.map((line) => `    ${line}\n`).join('')}`);
  if (!apply) return false;
  io.out.write(`Attached ${root}: ${countChanges(plan, true)}\n`);
  if (verified) await verifyAttachment(io, root);
  io.err.write(reportSteps(nextSteps(io, application, draft, change, verified)));
  return true;
}

/** A package.json that cannot be read hides an application. */
function assertJson(root: string, { read }: AppFiles): void {
  const text = read('package.json');
  if (text === undefined) return;
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const reason = `it is not JSON: ${(error as Error).message}`;
    throw new Failure('file-unreadable', { file: join(root, 'package.json'), reason }, error);
  }
}

const dirtyNote = 'The working tree had uncommitted changes: review the diff of the attachment together with them.';

const unknownApplication = {
  reason: 'no FastAPI, Fastify, Express or NestJS application was found',
  alternative:
    'Pass the folder with its package.json or pyproject.toml. Starlette, Koa and Hono are attached by hand, as docs/attach-by-hand.md describes',
};

function runtimeArchive({ meta: { runtime, name, host } }: Pack, vendored: boolean): RuntimeArchive {
  if (runtime === undefined) throw new Error(`the pack ${name} has no runtime`);
  const { archive, version, range } = runtimeContextOf(runtime);
  return {
    name: runtime.package,
    path: vendored ? `${vendorFolder}/${archive}` : undefined,
    version,
    range,
    others: host.attached_dependencies,
    testing: host.attached_dev_dependencies,
  };
}

/** One edit for each file: those of the dependency file come last. */
function mergedEdits({ edits }: AttachDraft, change: DependencyChange): AttachDraft['edits'] {
  const clash = change.edits.find(({ file }) => edits.some((one) => one.file === file));
  if (clash) throw new Error(`${clash.file} is edited twice`);
  return [...edits, ...change.edits];
}

/** Resolves all dependencies. If only what tests of modules need conflicts with the application, that is left out. */
async function resolveChange(
  complete: DependencyChange,
  reduced: () => DependencyChange,
  resolve: (change: DependencyChange) => Promise<ResolvedLocks>,
): Promise<{ readonly change: DependencyChange; readonly locks: ResolvedLocks; readonly left: readonly string[] }> {
  try {
    return { change: complete, locks: await resolve(complete), left: [] };
  } catch (error) {
    if (!isFailure(error, 'dependencies-unresolved')) throw error;
    const change = reduced();
    if (change.printed.length === complete.printed.length) throw error;
    const locks = await resolve(change).catch(() => {
      throw error;
    });
    return {
      change,
      locks,
      left: [`Tests of modules need packages that conflict with the application: ${error.args.reason}`],
    };
  }
}

async function lockFiles(
  io: Io,
  root: string,
  pack: Pack,
  change: DependencyChange,
  vendored: boolean,
  { resolve: isResolved = true }: AttachFlags,
): Promise<ResolvedLocks> {
  if (!isResolved || change.resolve === undefined) return { root, files: new Map() };
  const changed = new Map(change.edits.map(({ file, after }) => [relPath(file), textFile(after)] as const));
  const archive = vendored ? archiveOf(pack) : new Map();
  return withProgress(io, 'Resolving dependencies', () =>
    resolveDependencies(root, change, new Map([...changed, ...archive])),
  );
}

/** The steps after `host attach`. */
function nextSteps(
  io: Io,
  application: Detected,
  { attached }: AttachDraft,
  change: DependencyChange,
  isInstalled: boolean,
): string[] {
  return [
    ...(isInstalled ? [] : [change.install ?? application.installs]),
    `open ${attached.dir}/${application.language === 'python' ? 'host.py' : `host.${attached.extension ?? 'ts'}`}: it says who the users are`,
    `${programName(io)} new`,
  ];
}
