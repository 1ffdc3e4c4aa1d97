import type { Call, CodeFile, Expression, Fn } from '../expression.ts';
import type { Route } from '../facts.ts';
import { type Guards, guardsIn, merged, ownGuards, placeOf } from '../guards.ts';
import type { Located, Program } from '../program.ts';
import type { Routes } from '../typescript/fastify-routes.ts';
import { argument, dependenciesOf, type Routers, routerOf, routersOf } from './fastapi-routers.ts';

const verbs = new Set(['get', 'post', 'put', 'patch', 'delete']);
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** The routes of FastAPI: decorated functions and `add_api_route`, with the prefixes and guards of their routers. */
export function fastapiRoutes(program: Program, files: readonly CodeFile[]): Routes {
  const routers = routersOf(program, files);
  const found: Routes[] = [];
  for (const file of files) {
    for (const fn of file.functions)
      for (const decorator of fn.decorators)
        if (decorator.kind === 'call') found.push(routesOf(program, file, decorator, fn, routers));
    for (const call of file.calls)
      if (call.callee.kind === 'member' && call.callee.property === 'add_api_route')
        found.push(routesOf(program, file, call, undefined, routers));
  }
  const unclear = [...found.flatMap((one) => one.unclear), ...routers.unclear];
  return { routes: found.flatMap((one) => one.routes), unclear };
}

const none: Routes = { routes: [], unclear: [] };

function routesOf(program: Program, file: CodeFile, call: Call, decorated: Fn | undefined, routers: Routers): Routes {
  const at = (expression: Expression): Located => ({ file, expression });
  // Follows `get = router.get`.
  const { file: home, expression: callee } = program.resolve(at(call.callee));
  const path = argument(call, 0, 'path');
  const own = path && program.textOf(at(path));
  const unclear: Routes = { routes: [], unclear: [placeOf(at(call))] };
  const verb = callee.kind === 'member' ? callee.property : '';
  const isVerb = verbs.has(verb);
  if (callee.kind !== 'member' || !(isVerb || verb === 'api_route' || verb === 'add_api_route'))
    // An unknown decorator with a path probably makes the function a route.
    return own?.startsWith('/') && verb !== 'websocket' && program.isForeign({ file: home, expression: callee })
      ? unclear
      : none;
  const names = isVerb ? [verb.toUpperCase()] : methodsOf(program, file, call);
  const router = routerOf(program, { file: home, expression: callee.object }, routers);
  if (!path || own === undefined || names === undefined || router.prefix === undefined) return unclear;
  const handler = decorated ? { file, fn: decorated } : handlerOf(program, file, argument(call, 1, 'endpoint'));
  const others = decorated?.decorators.filter((one) => one !== call) ?? [];
  const guards = merged([
    ...router.guards,
    dependenciesOf(program, file, call),
    ...others.map((one) => guardsIn(program, at(one), true)),
    handler ? handlerGuards(program, handler) : { permissions: [], unclear: [placeOf(at(call))] },
  ]);
  const rest: Omit<Route, 'method'> = {
    path: `${router.prefix}${own}`,
    place: placeOf(program.resolve(at(path))),
    isSure: router.isSure,
    permissions: guards.permissions.map(({ name }) => name),
    isGuardKnown: guards.unclear.length === 0 && router.isSure,
  };
  const routes = names.filter((name) => methods.has(name)).map((method) => ({ method, ...rest }));
  return { ...(router.isSure ? none : unclear), routes };
}

interface Handler {
  readonly file: CodeFile;
  readonly fn: Fn;
}

function handlerOf(program: Program, file: CodeFile, given: Expression | undefined): Handler | undefined {
  const found = given && program.resolve({ file, expression: given });
  return found?.expression.kind === 'function' ? { file: found.file, fn: found.expression } : undefined;
}

function handlerGuards(program: Program, { file, fn }: Handler): Guards {
  const parameters = fn.parameters.flatMap(({ inner }) => inner);
  return merged([
    ...parameters.map((expression) => guardsIn(program, { file, expression }, true)),
    ownGuards(program, file, fn),
  ]);
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
