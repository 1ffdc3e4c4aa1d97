import type { Call, CodeFile, Expression, Fn } from '../expression.ts';
import type { Place } from '../facts.ts';
import { type Guards, guardsIn, merged, placeOf } from '../guards.ts';
import type { Located, Program } from '../program.ts';
import { isRuntimeRoute } from '../runtime-routes.ts';

const hooks = ['onRequest', 'preParsing', 'preValidation', 'preHandler'];
const appNames = new Set(['app', 'fastify', 'server', 'instance', 'scope', 'router', 'api']);
const verbs = new Set(['get', 'post', 'put', 'patch', 'delete', 'route']);

/** A call that passes an application to a function, which adds routes to it. */
interface Registration {
  readonly file: CodeFile;
  readonly call: Call;
  /** `undefined` if the call sets none. */
  readonly prefix: Located | undefined;
}

/** How the plugins of a module register each other. */
export interface Plugins {
  readonly registrations: ReadonlyMap<Fn, readonly Registration[]>;
  /** Functions that register unknown plugins. */
  readonly parents: ReadonlySet<Fn>;
  /** Places that may add routes that were not found. */
  readonly unclear: readonly Place[];
}

export function pluginsOf(program: Program, files: readonly CodeFile[]): Plugins {
  const registrations = new Map<Fn, Registration[]>();
  const parents = new Set<Fn>();
  const unclear: Place[] = [];
  for (const file of files) {
    for (const call of file.calls) {
      const given = pluginIn(program, file, call);
      if (given === undefined) continue;
      const { plugin, prefix } = given;
      if (plugin) {
        registrations.set(plugin, [...(registrations.get(plugin) ?? []), { file, call, prefix }]);
        continue;
      }
      unclear.push(placeOf({ file, expression: call }));
      for (const fn of functionsAround(file, call)) parents.add(fn);
    }
  }
  return { registrations, parents, unclear };
}

/** The plugin that a call passes an application to: `app.register(plugin, { prefix })`, `addRoutes(app)`. */
function pluginIn(
  program: Program,
  file: CodeFile,
  call: Call,
): { readonly plugin: Fn | undefined; readonly prefix?: Located | undefined } | undefined {
  const at = (expression: Expression): Located => ({ file, expression });
  const { callee, args } = call;
  if (callee.kind === 'member' && callee.property === 'register') {
    const [plugin, options] = args;
    if (plugin && isRuntimeRoute(program, at(plugin))) return undefined;
    const prefix = options && entryOf(program, at(options), 'prefix');
    const target = plugin && functionOf(program, at(plugin));
    return target || prefix || isApp(program, at(callee.object)) ? { plugin: target, prefix } : undefined;
  }
  if (args.some((one) => isHanded(program, at(one)))) return { plugin: functionOf(program, at(callee)) };
  const isHandedOn = ({ object, property }: Extract<Expression, { kind: 'member' }>) =>
    verbs.has(property) && isApp(program, at(object));
  return args.some((one) => one.kind === 'member' && isHandedOn(one)) ? { plugin: undefined } : undefined;
}

/** Whether an argument is an application. Excludes `server` and `api`, which are often something else. */
function isHanded(program: Program, located: Located): boolean {
  if (located.expression.kind !== 'name' || !isApp(program, located)) return false;
  const { name, type } = program.parameterOf(located.file, located.expression) ?? { name: '', type: '' };
  return name === 'app' || name === 'fastify' || type.includes('Fastify');
}

/** The function of a plugin, or the function whose call creates the plugin. */
function functionOf(program: Program, located: Located, steps = 8): Fn | undefined {
  const { file, expression } = program.resolve(located);
  if (expression.kind === 'function') return expression;
  if (expression.kind !== 'call' || steps === 0) return undefined;
  return functionOf(program, { file, expression: expression.callee }, steps - 1);
}

export function entryOf(program: Program, located: Located, key: string, steps = 12): Located | undefined {
  const { file, expression } = program.resolve(located);
  if (expression.kind !== 'record' || steps === 0) return undefined;
  const own = expression.entries.findLast((entry) => entry.key === key);
  if (own) return { file, expression: own.value };
  for (const spread of expression.spreads) {
    const found = entryOf(program, { file, expression: spread }, key, steps - 1);
    if (found) return found;
  }
  return undefined;
}

export function isApp(program: Program, located: Located, steps = 8): boolean {
  const { file, expression } = program.resolve(located);
  // `app.withTypeProvider<…>()`
  if (expression.kind === 'call') {
    const { callee } = expression;
    return callee.kind === 'member' && steps > 0 && isApp(program, { file, expression: callee.object }, steps - 1);
  }
  const parameter = program.parameterOf(file, expression);
  return parameter !== undefined && (appNames.has(parameter.name) || parameter.type.includes('Fastify'));
}

interface Around {
  /** `undefined` if it is unknown. */
  readonly prefix: string | undefined;
  readonly guards: readonly Guards[];
  /** False if unknown code may register the plugin. */
  readonly isSure: boolean;
}

/** The prefix and the hooks of the plugins that contain a call. */
export function around(program: Program, file: CodeFile, call: Call, plugins: Plugins, steps = 8): Around {
  let prefix: string | undefined = '';
  const guards: Guards[] = [];
  const functions = functionsAround(file, call);
  for (const fn of functions) {
    guards.push(...hooksIn(program, file, fn));
    const [registration, ...more] = plugins.registrations.get(fn) ?? [];
    if (!registration || steps === 0) continue;
    const outer = around(program, registration.file, registration.call, plugins, steps - 1);
    const own = registration.prefix ? program.textOf(registration.prefix) : '';
    const isKnown = own !== undefined && outer.prefix !== undefined && more.length === 0;
    prefix = isKnown ? `${outer.prefix}${own}${prefix}` : undefined;
    return { prefix, guards: [...guards, ...outer.guards], isSure: outer.isSure };
  }
  const outermost = functions.at(-1);
  const isSure = plugins.parents.size === 0 || (outermost !== undefined && plugins.parents.has(outermost));
  return { prefix, guards, isSure };
}

/** The functions that contain a call, innermost first. */
function functionsAround(file: CodeFile, call: Call): Fn[] {
  return file.functions
    .filter(({ from, to }) => from <= call.from && call.to <= to)
    .sort((a, b) => a.to - a.from - (b.to - b.from));
}

/** The guards of all routes of a plugin: `app.addHook('preValidation', guard)` directly in it. */
function hooksIn(program: Program, file: CodeFile, fn: Fn): Guards[] {
  return file.calls.flatMap((call) => {
    const [name, guard] = call.args;
    if (call.callee.kind !== 'member' || call.callee.property !== 'addHook' || !name || !guard) return [];
    const hook = program.textOf({ file, expression: name });
    return functionsAround(file, call)[0] === fn && hook !== undefined && hooks.includes(hook)
      ? [guardsIn(program, { file, expression: guard }, false)]
      : [];
  });
}

/** The guards in the options of one route. */
export function hooksOf(program: Program, options: Located): Guards {
  const given = hooks.map((hook) => entryOf(program, options, hook));
  return merged(given.map((guard) => (guard ? guardsIn(program, guard, false) : merged([]))));
}
