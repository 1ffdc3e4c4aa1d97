import type { Call, CodeFile, Expression, Fn } from './expression.ts';
import type { Place, Route } from './facts.ts';
import type { Routes } from './fastify-routes.ts';
import { type Guards, guardsIn, merged, placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

const verbs = new Set(['get', 'post', 'put', 'patch', 'delete']);
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Routes of FastAPI: decorated functions and `add_api_route`, on routers with a prefix or in other routers too. */
export function fastapiRoutes(program: Program, files: readonly CodeFile[]): Routes {
  const routers = inclusions(program, files);
  const found: Routes[] = [];
  for (const file of files) {
    for (const fn of file.functions)
      for (const decorator of fn.decorators)
        if (decorator.kind === 'call') found.push(routesOf(program, file, decorator, fn, routers));
    for (const call of file.calls)
      if (call.callee.kind === 'member' && call.callee.property === 'add_api_route')
        found.push(routesOf(program, file, call, undefined, routers));
  }
  return { routes: found.flatMap((one) => one.routes), unclear: found.flatMap((one) => one.unclear) };
}

interface Inclusion {
  readonly parent: Located;
  readonly call: Located<Call>;
}

/** Routers that another router includes, by the call that made them. */
function inclusions(program: Program, files: readonly CodeFile[]): ReadonlyMap<Expression, Inclusion> {
  const found = new Map<Expression, Inclusion>();
  for (const file of files) {
    for (const call of file.calls) {
      if (call.callee.kind !== 'member' || call.callee.property !== 'include_router') continue;
      const child = argument(call, 0, 'router');
      if (!child) continue;
      const parent = { file, expression: call.callee.object };
      found.set(program.resolve({ file, expression: child }).expression, { parent, call: { file, expression: call } });
    }
  }
  return found;
}

function argument({ args, named }: Call, index: number, name: string): Expression | undefined {
  return named.find(({ key }) => key === name)?.value ?? args[index];
}

function routesOf(
  program: Program,
  file: CodeFile,
  call: Call,
  decorated: Fn | undefined,
  routers: ReadonlyMap<Expression, Inclusion>,
): Routes {
  const { callee } = call;
  if (callee.kind !== 'member') return { routes: [], unclear: [] };
  const isVerb = verbs.has(callee.property);
  if (!isVerb && callee.property !== 'api_route' && callee.property !== 'add_api_route')
    return { routes: [], unclear: [] };
  const at = (expression: Expression): Located => ({ file, expression });
  const path = argument(call, 0, 'path');
  const names = isVerb ? [callee.property.toUpperCase()] : methodsOf(program, file, call);
  const router = routerOf(program, at(callee.object), routers);
  const own = path && program.textOf(at(path));
  if (!path || own === undefined || names === undefined || router.prefix === undefined)
    return { routes: [], unclear: [placeOf(at(call))] };
  const handler = decorated ?? resolvedFunction(program, file, argument(call, 1, 'endpoint'));
  const guards = merged([
    ...router.guards,
    dependenciesOf(program, file, call),
    ...(handler ? handler.parameters.flatMap(({ inner }) => inner).map((one) => guardsIn(program, at(one), true)) : []),
  ]);
  const rest: Omit<Route, 'method'> = {
    path: `${router.prefix}${own}`,
    place: placeOf(program.resolve(at(path))),
    permissions: guards.permissions.map(({ name }) => name),
    isGuardKnown: guards.unclear.length === 0,
  };
  return { routes: names.filter((name) => methods.has(name)).map((method) => ({ method, ...rest })), unclear: [] };
}

function resolvedFunction(program: Program, file: CodeFile, given: Expression | undefined): Fn | undefined {
  const found = given && program.resolve({ file, expression: given });
  // Places count in the file of the call: a handler from another file is not looked into.
  return found?.file === file && found.expression.kind === 'function' ? found.expression : undefined;
}

function methodsOf(program: Program, file: CodeFile, call: Call): string[] | undefined {
  const given = call.named.find(({ key }) => key === 'methods')?.value;
  if (!given) return ['GET'];
  const list = program.resolve({ file, expression: given });
  if (list.expression.kind !== 'list' || list.expression.isOpen) return undefined;
  const texts = list.expression.items.map((item) =>
    program.textOf({ file: list.file, expression: item })?.toUpperCase(),
  );
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function dependenciesOf(program: Program, file: CodeFile, call: Call): Guards {
  const given = call.named.find(({ key }) => key === 'dependencies')?.value;
  const open: readonly Place[] = call.isOpen ? [placeOf({ file, expression: call })] : [];
  return merged([
    { permissions: [], unclear: open },
    ...(given ? [guardsIn(program, { file, expression: given }, false)] : []),
  ]);
}

interface Router {
  /** `undefined` where it cannot be told. */
  readonly prefix: string | undefined;
  readonly guards: readonly Guards[];
}

/** What a router, and those it is in, put before a path and ask of callers. */
function routerOf(program: Program, located: Located, routers: ReadonlyMap<Expression, Inclusion>, steps = 6): Router {
  const { file, expression } = program.resolve(located);
  if (expression.kind !== 'call' || steps === 0) return { prefix: '', guards: [] };
  const own = prefixOf(program, file, expression);
  const inclusion = routers.get(expression);
  const guards = [dependenciesOf(program, file, expression)];
  if (!inclusion) return { prefix: own, guards };
  const { file: outside, expression: call } = inclusion.call;
  const outer = routerOf(program, inclusion.parent, routers, steps - 1);
  const given = prefixOf(program, outside, call);
  const isKnown = outer.prefix !== undefined && given !== undefined && own !== undefined;
  return {
    prefix: isKnown ? `${outer.prefix}${given}${own}` : undefined,
    guards: [...outer.guards, dependenciesOf(program, outside, call), ...guards],
  };
}

function prefixOf(program: Program, file: CodeFile, call: Call): string | undefined {
  const given = call.named.find(({ key }) => key === 'prefix')?.value;
  return given ? program.textOf({ file, expression: given }) : '';
}
