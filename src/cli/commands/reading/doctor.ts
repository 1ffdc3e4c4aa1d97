import type { Paint } from '../../../core/report/check-report.ts';
import { jsonDocument } from '../../../core/report/json.ts';
import { counted, printable } from '../../../core/text/display.ts';
import { checkDatabase, checkEngine, checkMigrations, checkPort } from '../../../io/doctor/check-services.ts';
import { checkTools, checkVersions } from '../../../io/doctor/check-tools.ts';
import type { Check, HealthCheck } from '../../../io/doctor/health-check.ts';
import type { Io } from '../../../io/io.ts';
import { findPack } from '../../../io/pack/find-pack.ts';
import { paintFor } from '../../output/colors.ts';
import { type ExitCode, exit } from '../../output/exit.ts';
import { type ModuleFlags, openHostOf } from '../../steps/open-modules.ts';

/** Checks what a host needs to run. Returns exit code 1 if there are problems. */
export async function doctor(io: Io, flags: ModuleFlags): Promise<ExitCode> {
  const found = await openHostOf(io, undefined, flags);
  const pack = await findPack(found.stack, found.host.root, ['module']);
  const env = io.env.PATH === undefined ? {} : { PATH: io.env.PATH };
  const areas: readonly (readonly [HealthCheck['area'], Promise<Check | Check[]>])[] = [
    ['tools', checkTools(found, env)],
    ['versions', checkVersions(found, pack, env)],
    ['database', checkDatabase(found, io.env)],
    ['engine', checkEngine(found, io.env)],
    ['migrations', checkMigrations(found)],
    ['ports', checkPort(found, io.env)],
  ];
  await Promise.allSettled(areas.map(([, work]) => work));
  const checks: HealthCheck[] = [];
  for (const [area, work] of areas) checks.push(...[await work].flat().map((check) => ({ area, ...check })));
  const problems = checks.filter(({ state }) => state === 'problem').length;
  if (flags.json) io.out.write(jsonDocument('doctor', { host: found.host.root, problems, checks }));
  else {
    const paint = paintFor(io, io.out);
    for (const check of checks) io.out.write(printable(lineOf(check, paint)));
    io.out.write(problems === 0 ? 'No problems were found.\n' : `${counted(problems, 'problem')}.\n`);
  }
  return problems === 0 ? exit.done : exit.diagnostics;
}

function lineOf({ area, state, message, fix }: HealthCheck, paint: Paint): string {
  const color = state === 'ok' ? paint.green : state === 'problem' ? paint.red : paint.dim;
  const advice = fix === undefined ? '' : `${' '.repeat(21)}${paint.cyan(fix)}\n`;
  return `${color(state.padEnd(7))}  ${area.padEnd(10)}  ${message}\n${advice}`;
}
