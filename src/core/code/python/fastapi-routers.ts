import type { Call, CodeFile, Expression } from '../expression.ts';
import type { Place } from '../facts.ts';
import { type Guards, guardsIn, merged, placeOf } from '../guards.ts';
import type { Located, Program } from '../program.ts';
import { isRuntimeRoute } from '../runtime-routes.ts';

const makers = new Set(['APIRouter', 'FastAPI', 'job_routes']);
const verbs = new Set(['get', 'post', 'put', 'patch', 'delete', 'api_route', 'add_api_route']);
/** Methods that add routes to a router, but are not read. */
const unread = new Set(['mount', 'add_route', 'host']);

export interface Router {
  /** `undefined` if it is unknown. */
  readonly prefix: string | undefined;
  readonly guards: readonly Guards[];
  /** False if it may not be a router, or may be included in an unknown one. */
  readonly isSure: boolean;
}

/** How the routers of a module include each other. */
export interface Routers {
  /** Inclusions by the call that created the included router. */
  readonly inclusions: ReadonlyMap<Expression, readonly Inclusion[]>;
  /** The routers that include an unknown router. */
  readonly parents: ReadonlySet<Expression>;
  /** Places that may add routes that were not found. */
  readonly unclear: readonly Place[];
}

interface Inclusion {
  readonly parent: Located;
  readonly call: Located<Call>;
}

export function routersOf(program: Program, files: readonly CodeFile[]): Routers {
  const inclusions = new Map<Expression, Inclusion[]>();
  const parents = new Set<Expression>();
  const unclear: Place[] = [];
  for (const file of files) {
    for (const call of file.calls) {
      const { callee } = call;
      const at = { file, expression: call };
      if (callee.kind !== 'member' || callee.property !== 'include_router') {
        if (hidesRoutes(program, file, call)) unclear.push(placeOf(at));
        continue;
      }
      const given = argument(call, 0, 'router');
      if (!given) continue;
      const parent = { file, expression: callee.object };
      const child = program.resolve({ file, expression: given });
      if (isRouter(program, child)) {
        const known = inclusions.get(child.expression) ?? [];
        inclusions.set(child.expression, [...known, { parent, call: at }]);
      } else if (!isRuntimeRoute(program, child)) {
        parents.add(program.resolve(parent).expression);
        unclear.push(placeOf(at));
      }
    }
  }
  return { inclusions, parents, unclear };
}

export function argument({ args, named }: Call, index: number, name: string): Expression | undefined {
  return named.find(({ key }) => key === name)?.value ?? args[index];
}

/** Whether a call may add unknown routes to a router: it mounts an application, or passes the router to other code. */
function hidesRoutes(program: Program, file: CodeFile, call: Call): boolean {
  const isOne = (expression: Expression) => isRouter(program, { file, expression });
  const { callee } = call;
  if (callee.kind === 'member') {
    if (unread.has(callee.property) && isOne(callee.object)) return true;
    if (callee.object.kind === 'member' && callee.object.property === 'routes' && isOne(callee.object.object))
      return true;
  }
  const isSeen = program.resolve({ file, expression: callee }).expression.kind === 'function';
  const given = [...call.args, ...call.named.map(({ value }) => value)];
  return given.some(
    (one) => (!isSeen && isOne(one)) || (one.kind === 'member' && verbs.has(one.property) && isOne(one.object)),
  );
}

function isRouter(program: Program, located: Located): boolean {
  const { file, expression } = program.resolve(located);
  if (expression.kind !== 'call') return false;
  return makers.has(program.nameOf({ file, expression: expression.callee }) ?? '');
}

/** The prefix and guards of a router, including those of the routers around it. */
export function routerOf(program: Program, located: Located, routers: Routers, steps = 6): Router {
  const found = program.resolve(located);
  const { file, expression } = found;
  if (expression.kind !== 'call' || steps === 0) return { prefix: '', guards: [], isSure: false };
  const own = prefixOf(program, file, expression);
  const guards = [dependenciesOf(program, file, expression)];
  const [inclusion, ...more] = routers.inclusions.get(expression) ?? [];
  if (!inclusion) {
    const isAlone = routers.parents.size === 0 || routers.parents.has(expression);
    return { prefix: own, guards, isSure: isAlone && isRouter(program, found) };
  }
  const { file: outside, expression: call } = inclusion.call;
  const outer = routerOf(program, inclusion.parent, routers, steps - 1);
  const given = prefixOf(program, outside, call);
  const isKnown = outer.prefix !== undefined && given !== undefined && own !== undefined && more.length === 0;
  return {
    prefix: isKnown ? `${outer.prefix}${given}${own}` : undefined,
    guards: [...outer.guards, dependenciesOf(program, outside, call), ...guards],
    isSure: outer.isSure,
  };
}

export function dependenciesOf(program: Program, file: CodeFile, call: Call): Guards {
  const given = call.named.find(({ key }) => key === 'dependencies')?.value;
  const open: readonly Place[] = call.isOpen ? [placeOf({ file, expression: call })] : [];
  return merged([
    { permissions: [], unclear: open },
    ...(given ? [guardsIn(program, { file, expression: given }, false)] : []),
  ]);
}

function prefixOf(program: Program, file: CodeFile, call: Call): string | undefined {
  const given = call.named.find(({ key }) => key === 'prefix')?.value;
  return given ? program.textOf({ file, expression: given }) : '';
}
