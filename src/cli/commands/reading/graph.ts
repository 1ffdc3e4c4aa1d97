import { extname } from 'node:path';
import { Failure } from '../../../core/failure.ts';
import { hostConfigFile } from '../../../core/host/host.ts';
import { graphToDot } from '../../../core/report/graph/dot.ts';
import { graphToMermaid } from '../../../core/report/graph/mermaid.ts';
import { graphOf, graphProblems, graphToJson, type ModuleGraph } from '../../../core/report/graph/module-graph.ts';
import { graphToSvg } from '../../../core/report/graph/svg.ts';
import { jsonDocument } from '../../../core/report/json.ts';
import { moduleManifests } from '../../../io/host/module-manifests.ts';
import { readHostRules } from '../../../io/host/read-checkup.ts';
import type { Io } from '../../../io/io.ts';
import { type ExitCode, exit } from '../../output/exit.ts';
import { printJson } from '../../output/show-plan.ts';
import { openHostOf } from '../../steps/open-modules.ts';
import { type OutputFlags, writeOutput } from '../../steps/write-output.ts';

export interface GraphFlags extends OutputFlags {
  readonly format?: string;
}

const formats: Readonly<Record<string, (graph: ModuleGraph) => string>> = {
  svg: graphToSvg,
  mermaid: graphToMermaid,
  dot: graphToDot,
};

const formatOfEnding: Readonly<Record<string, string>> = {
  '.svg': 'svg',
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
  '.dot': 'dot',
  '.gv': 'dot',
};

/** Draws the modules of the host with their events, permissions and dependencies. */
export async function graph(io: Io, flags: GraphFlags): Promise<ExitCode> {
  const { output, json } = flags;
  const draw = drawerOf(flags);
  const { host } = await openHostOf(io, undefined, flags);
  const [modules, rules] = [await moduleManifests(host), await readHostRules(host.root, hostConfigFile)];
  const drawn = graphOf(modules, rules.events);
  const notes = graphProblems(drawn);
  const more = { host: host.root, ...graphToJson(drawn), notes };
  if (!json) for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (output !== undefined) {
    const { plan, written } = await writeOutput(io, host.root, output, draw(drawn), flags);
    if (json) await printJson(io, { command: 'graph', plan, written }, more);
  } else io.out.write(json ? jsonDocument('graph', more) : draw(drawn));
  return exit.done;
}

/** The format of `--format`, else that of the file name, else SVG. Throws `usage`. */
function drawerOf({ format, output }: GraphFlags): (graph: ModuleGraph) => string {
  const ending = output === undefined ? '.svg' : extname(output).toLowerCase();
  const name = format ?? (Object.hasOwn(formatOfEnding, ending) ? formatOfEnding[ending] : undefined);
  const names = Object.keys(formats).join(', ');
  if (name === undefined)
    throw new Failure('usage', { message: `--output ${output}: the ending names no format. Add --format: ${names}.` });
  const draw = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (draw === undefined) throw new Failure('usage', { message: `--format must be one of ${names}, not ${name}.` });
  return draw;
}
