import { join } from 'node:path';
import type { AppCommand, AppCommands, AppFiles } from '../../core/attach/application.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { type Host, importSpecifiers } from '../../core/host/host.ts';
import { manifestFromAnswers } from '../../core/manifest/answers.ts';
import { contextOf } from '../../core/pack/context/context.ts';
import { shellLine } from '../../core/text/display.ts';
import { joinPath } from '../../core/tree/rel-path.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import { runCheckJob, type StartedApp, waitForGuest } from '../../io/attach/check-guest.ts';
import { keepFiles } from '../../io/attach/keep-files.ts';
import { readApplication } from '../../io/attach/read-application.ts';
import { interpreterOf } from '../../io/attach/resolve-dependencies.ts';
import { hostAt, type OpenedHost } from '../../io/host/open-host.ts';
import { Cancelled, type Io, isCancelled } from '../../io/io.ts';
import { planModule } from '../../io/module/plan-module.ts';
import { findPack } from '../../io/pack/find-pack.ts';
import type { Argv } from '../../io/run-commands.ts';
import { findFreePort, noteInterrupt, randomToken, startCommand } from '../../io/start-command.ts';
import { paintFor } from '../output/colors.ts';
import { withProgress } from '../output/progress.ts';
import { runShown } from './verify.ts';

/** The module that exists while its job runs. */
const checkModule = 'attachment_check';

/** The commands that a verification runs in an application whose files are given, and where it is attached. */
export async function verificationOf(
  root: string,
  files: AppFiles,
  entry: string,
  modulesDir: string,
  given?: Host['commands'],
): Promise<AppCommands | undefined> {
  const { commandsOf, detectApplication } = await import('../../core/attach/plan-attach.ts');
  const application = detectApplication(files);
  return application && commandsOf(files, application, { entry, modulesDir }, interpreterOf(root), given);
}

/** The commands in the order in which they run, one a line. */
export function reportVerification(commands: AppCommands | undefined): string {
  const start = commands?.start === undefined ? [] : [commands.start];
  const all = commands && [...commands.install, ...commands.build, ...commands.migrate, ...start, ...commands.test];
  return `To verify it, these commands run:\n${(all ?? []).map((one) => `  ${lineOf(one)}\n`).join('')}`;
}

function lineOf({ argv, cwd }: AppCommand): string {
  return `${cwd === '' ? '' : `${shellLine(['cd', cwd])} && `}${shellLine(argv)}`;
}

/**
 * Installs and builds an attached application, migrates its database, starts it, runs a job of a module that exists only
 * for this, and runs the application's own tests. Throws `verification-failed` at the first step that fails.
 */
export async function verifyAttachment(io: Io, root: string): Promise<void> {
  const opened = (await hostAt(root)) as OpenedHost;
  const { host } = opened;
  const { attached } = host;
  if (attached === undefined) throw new Failure('not-attached', { root });
  const commands = await verificationOf(root, readApplication(root), attached.entry, host.modulesDir, host.commands);
  if (commands?.start === undefined) {
    const reason = 'the command that starts the application was not found';
    throw new Failure('verification-failed', {
      step: 'start',
      reason,
      advice: 'Set commands.start in ai-modules.yaml',
    });
  }
  const passed = (text: string) => io.err.write(`${paintFor(io, io.err).green('passed')} ${text}\n`);
  await explainCancel(async () => {
    await runStep(io, root, 'install', commands.install);
    await withCheckModule(opened, commands, async () => {
      await runStep(io, root, 'build', commands.build);
      if (commands.isMigrationUnclear)
        io.err.write('Note: no command for the migrations was found. Set commands.migrate in ai-modules.yaml.\n');
      await runStep(io, root, 'migrate', commands.migrate);
      await checkGuest(io, root, attached.prefix, commands, passed);
    });
    await runStep(io, root, 'test', commands.test, { CI: 'true' });
    if (commands.test.length === 0) io.err.write('Note: no tests of the application were found.\n');
  });
}

async function runStep(
  io: Io,
  root: string,
  step: string,
  commands: readonly AppCommand[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const { argv, cwd } of commands)
    await runShown(io, join(root, cwd), argv as unknown as Argv, env).catch((error: unknown) => {
      if (!isFailure(error, 'command-failed')) throw error;
      const { command, reason } = error.args;
      const advice = `Remove the cause, or set commands.${step} in ai-modules.yaml`;
      throw new Failure('verification-failed', { step, reason: `${command} failed: ${reason}`, advice }, error);
    });
}

/** Adds a module for the time of `work`. Afterwards the folder of the modules is as before. */
async function withCheckModule(
  { host, meta, stack }: OpenedHost,
  { builtModules }: AppCommands,
  work: () => Promise<void>,
): Promise<void> {
  const folder = joinPath(host.modulesDir, checkModule);
  const places = [folder, joinPath(host.modulesDir, 'manifest.schema.json')];
  const built = builtModules === undefined ? [] : [`${builtModules}/${checkModule}`];
  const pack = await findPack(stack, host.root, ['module', 'edits']);
  const description = 'Exists while create-ai-module verifies the attachment; may be deleted.';
  const answers = { name: checkModule, description };
  const manifest = manifestFromAnswers(answers, { author: 'create-ai-module', dependencies: [] });
  await keepFiles(host.root, places, built, description, async () => {
    const { plan } = await planModule(host, pack, contextOf(manifest, meta, importSpecifiers(host, meta, checkModule)));
    await applyPlan(host.root, plan);
    await work();
  });
}

async function checkGuest(
  io: Io,
  root: string,
  prefix: string,
  { start, portVariables }: AppCommands,
  passed: (text: string) => void,
): Promise<void> {
  const { argv, cwd } = start as AppCommand;
  const port = await findFreePort();
  const token = randomToken();
  const filled = argv.map((argument) => argument.replaceAll('{port}', String(port))) as unknown as Argv;
  const line = shellLine(filled);
  io.err.write(`$ ${line}\n`);
  const interrupt = noteInterrupt();
  const env = {
    ...Object.fromEntries(portVariables.map((name) => [name, String(port)])),
    AI_ROLE: 'all',
    AI_CHECK_TOKEN: token,
  };
  const command = startCommand(filled, { cwd: join(root, cwd), env });
  const app: StartedApp = { command, port, prefix, isInterrupted: interrupt.happened };
  try {
    const base = await withProgress(io, line, () => waitForGuest(app));
    passed(`the application starts, and the modules answer below ${prefix}`);
    await withProgress(io, 'Running a job', () => runCheckJob(app, base, checkModule, token));
    passed('a job of a module is completed');
  } finally {
    await command.stop();
    interrupt.forget();
  }
}

async function explainCancel(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!isCancelled(error)) throw error;
    throw new Cancelled('Cancelled. The application is attached; it was not verified completely.');
  });
}
