import { basename, relative, resolve } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import { copyOfPack, extensionOfPack, isPackFile, packNameOf } from '../../../core/pack/source/start-pack.ts';
import { countChanges } from '../../../core/report/plan.ts';
import { shellWord } from '../../../core/text/display.ts';
import { nearestWord } from '../../../core/text/nearest-word.ts';
import type { Tree } from '../../../core/tree/tree.ts';
import { applyPlan } from '../../../io/apply/apply-plan.ts';
import { planHost } from '../../../io/host/plan-host.ts';
import type { Io } from '../../../io/io.ts';
import { bundledNames, bundledTree } from '../../../io/pack/bundled-pack.ts';
import { type ExitCode, exit } from '../../output/exit.ts';
import { confirmPlan, type PlanFlags, printJson } from '../../output/show-plan.ts';
import { programName } from '../../output/version.ts';
import { chooseStack } from '../../steps/find-host.ts';
import { reportSteps } from '../../steps/next-steps.ts';

export interface PackInitFlags extends PlanFlags {
  readonly from?: string;
  readonly name?: string;
  readonly extends?: boolean;
  readonly copy?: readonly string[];
}

/** Creates a template pack to start from: a copy of a bundled one, or one that extends it. */
export async function packInit(io: Io, dir: string, flags: PackInitFlags): Promise<ExitCode> {
  const target = resolve(io.cwd, dir);
  if (flags.from !== undefined && !bundledNames.includes(flags.from))
    throw new Failure('usage', { message: `--from must be ${bundledNames.join(' or ')}, not ${flags.from}.` });
  const name = nameOf(flags.name, target);
  const stack = await chooseStack(io, flags.from, flags);
  const bundled = await bundledTree(stack);
  const copied = copiedFiles(bundled, stack, flags);
  const tree = flags.extends ? extensionOfPack(bundled, name, stack, copied) : copyOfPack(bundled, name);
  const { root, plan } = await planHost(target, tree);
  const kind = flags.extends ? `which extends ${stack}` : `a copy of ${stack}`;
  const apply = await confirmPlan(io, plan, `Template pack ${name}, ${kind}, in ${target}:`, flags);
  if (apply) await applyPlan(root, plan, {});
  if (flags.json)
    await printJson(io, { command: 'pack init', plan, written: apply }, { pack: name, from: stack, root });
  else if (apply) {
    io.out.write(`Created the pack ${name} in ${target}: ${countChanges(plan, true)}\n`);
    const [place, tool] = [shellWord(placeOf(io.cwd, target)), programName(io)];
    io.err.write(reportSteps([`${tool} pack check ${place}`, `${tool} host init my-host --stack ${place}`]));
  }
  return exit.done;
}

/** The files of --copy. Throws `usage` for files that the bundled pack does not have. */
function copiedFiles(
  bundled: Tree,
  stack: string,
  { extends: isExtension, copy = [] }: PackInitFlags,
): readonly string[] {
  if (copy.length > 0 && !isExtension)
    throw new Failure('usage', { message: '--copy needs --extends: without it, all files are copied.' });
  const paths = [...bundled.keys()].filter(isPackFile);
  const unknown = copy.find((path) => !paths.some((one) => one === path));
  if (unknown === undefined) return copy;
  const near = nearestWord(unknown, paths);
  const advice =
    near === undefined ? `Its files start with module/ or host/, such as ${paths[0]}.` : `Did you mean ${near}?`;
  throw new Failure('usage', { message: `--copy ${unknown}: the pack ${stack} has no such file. ${advice}` });
}

function nameOf(given: string | undefined, target: string): string {
  const name = given ?? packNameOf(basename(target));
  if (!/^[a-z][a-z0-9-]{0,49}$/.test(name))
    throw new Failure('usage', { message: `--name must be in kebab-case, like my-pack, not ${name || 'empty'}.` });
  if (bundledNames.includes(name))
    throw new Failure('usage', { message: `${name} is the name of a bundled pack. Pass --name with another one.` });
  return name;
}

/** The folder as a value of `--stack`, which needs a dot or a slash to differ from a name. */
function placeOf(cwd: string, target: string): string {
  const place = (relative(cwd, target) || '.').replaceAll('\\', '/');
  return /[./]/.test(place) ? place : `./${place}`;
}
