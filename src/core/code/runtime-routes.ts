import { readEndpoint } from '../manifest/endpoints.ts';
import { endpointPattern } from '../manifest/schema.ts';
import type { Call, CodeFile } from './expression.ts';
import type { Place, Route } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

/** Functions of the runtime that make routes. Methods, paths and permissions are those of the manifest. */
const makers = { one: 'endpoint', standard: new Set(['jobRoutes', 'job_routes']) };

export interface RuntimeRoutes {
  readonly routes: readonly Route[];
  readonly unclear: readonly Place[];
  /** Whether the standard endpoints of the manifest have routes. */
  readonly servesJobs: boolean;
}

/** The routes that the runtime makes: `jobRoutes(service)` and `endpoint(service, 'POST /preview', …)`. */
export function runtimeRoutes(program: Program, files: readonly CodeFile[]): RuntimeRoutes {
  const calls = files.flatMap((file) => file.calls.map((expression): Located<Call> => ({ file, expression })));
  const found = calls.flatMap((call) => endpointOf(program, call));
  return {
    routes: found.flatMap((one) => ('method' in one ? [one] : [])),
    unclear: found.flatMap((one) => ('method' in one ? [] : [one])),
    servesJobs: calls.some((call) => isMaker(program, call, (name) => makers.standard.has(name))),
  };
}

/** Whether an expression is a route, or a plugin or router with routes, that the runtime makes. */
export function isRuntimeRoute(program: Program, located: Located): boolean {
  const { file, expression } = program.resolve(located);
  if (expression.kind !== 'call') return false;
  return isMaker(program, { file, expression }, (name) => name === makers.one || makers.standard.has(name));
}

function isMaker(program: Program, { file, expression }: Located<Call>, isName: (name: string) => boolean): boolean {
  const callee: Located = { file, expression: expression.callee };
  return isName(program.nameOf(callee) ?? '') && program.isOfRuntime(callee);
}

function endpointOf(program: Program, call: Located<Call>): (Route | Place)[] {
  if (!isMaker(program, call, (name) => name === makers.one)) return [];
  const [, given] = call.expression.args;
  const entry = given && { file: call.file, expression: given };
  const text = entry && program.textOf(entry);
  if (entry === undefined || text === undefined || !endpointPattern.test(text)) return [placeOf(call)];
  const { method, path } = readEndpoint(text);
  // The runtime guards it.
  return [{ method, path, place: placeOf(program.resolve(entry)), isSure: true, permissions: [], isGuardKnown: false }];
}
