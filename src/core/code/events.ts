import { maxMatched, patterns } from '../manifest/schema.ts';
import type { Call, CodeFile, Expression } from './expression.ts';
import type { Handled, Named, Place } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

export interface Events<E extends Named = Named> {
  readonly named: readonly E[];
  readonly unclear: readonly Place[];
}

const publishing = new Set(['publish']);
const listening = new Set(['on', 'subscribe']);
const fromEvent = new Set(['startFromEvent', 'start_from_event']);
const starting = new Set([...fromEvent, 'startProcessing', 'start_processing']);

/** Events that the code publishes itself: `new OwnEvent('ocr.read')` and `events.publish('ocr.read', …)`. */
export function publishedEvents(program: Program, files: readonly CodeFile[]): Events {
  return collected(files, (file, call) =>
    isOwnEvent(program, { file, expression: call })
      ? namedIn(program, file, call, true)
      : eventOf(program, file, call, publishing),
  );
}

/** Events that the code listens to. */
export function handledEvents(program: Program, files: readonly CodeFile[]): Events<Handled> {
  const isOverridden = files.some(({ text }) => overridden.test(text));
  return collected(files, (file, call) =>
    eventOf(program, file, call, listening).map((found): Unnamed | Handled => {
      if (found.name === undefined) return found;
      const { startsJobs, takesData } = startsOf(file, call);
      return { ...found, startsJobs, takesData: takesData && !isOverridden };
    }),
  );
}

/** A service may choose the input of the jobs of events itself. */
const overridden = /\b(?:override|async|def)\s+(?:startFromEvent|start_from_event)\s*\(/;

type Unnamed = { readonly name: undefined; readonly place: Place };
type Found = Named | Unnamed;

function collected<E extends Named>(
  files: readonly CodeFile[],
  find: (file: CodeFile, call: Call) => (E | Unnamed)[],
): Events<E> {
  const all = files.flatMap((file) => file.calls.flatMap((call) => find(file, call)));
  return {
    named: all.filter((one): one is E => one.name !== undefined),
    unclear: all.filter(({ name }) => name === undefined).map(({ place }) => place),
  };
}

/** Whether the handler in a subscription starts a job: `events.on(name, handler)`, or the decorated function. */
function startsOf(file: CodeFile, subscription: Call): Pick<Handled, 'startsJobs' | 'takesData'> {
  const { calls, functions } = file;
  const around = [
    subscription,
    ...calls.filter(({ callee }) => callee === subscription),
    ...functions.filter(({ decorators }) => decorators.includes(subscription)),
  ];
  const within = calls.filter(({ from, to }) => around.some((outer) => outer.from <= from && to <= outer.to));
  const isStart = (one: Expression, names = starting) => one.kind === 'member' && names.has(one.property);
  const isGiven = (one: Expression | undefined) =>
    one !== undefined && !['undefined', 'None'].includes(file.text.slice(one.from, one.to));
  return {
    startsJobs: within.some(({ callee, args }) => isStart(callee) || args.some((one) => isStart(one))),
    takesData: within.some(
      ({ callee, args, named, isOpen }) =>
        args.some((one) => isStart(one, fromEvent)) ||
        (isStart(callee, fromEvent) && !isOpen && !isGiven(args[1]) && !named.some(({ key }) => key === 'input_data')),
    ),
  };
}

/** The event in a call of an event bus. Uncertain for other objects that have a method with the same name. */
function eventOf(program: Program, file: CodeFile, call: Call, methods: ReadonlySet<string>): Found[] {
  // Follows `const { on } = events`.
  const { file: home, expression: callee } = program.resolve({ file, expression: call.callee });
  if (callee.kind !== 'member' || !methods.has(callee.property))
    return handsOn(program, file, call, methods) ? [unclear(file, call)] : [];
  if (isOwnEvent(program, { file: home, expression: callee.object })) return [];
  return namedIn(program, file, call, isBus(program, home, callee.object));
}

function namedIn(program: Program, file: CodeFile, call: Call, isSure: boolean): Found[] {
  const given = eventArgument(program, file, call);
  if (!given) return [];
  const name = program.textOf(given);
  if (name !== undefined) return isEvent(name) ? [{ name, place: placeOf(program.resolve(given)), isSure }] : [];
  return isSure ? [{ name, place: placeOf(given) }] : [];
}

/** Whether a call passes a bus or its method to unknown code: `subscribeAll(events)`, `events.on.bind(…)`. */
function handsOn(program: Program, file: CodeFile, { callee, args }: Call, methods: ReadonlySet<string>): boolean {
  const isMethod = (one: Expression) =>
    one.kind === 'member' && methods.has(one.property) && isBus(program, file, one.object);
  if (args.some(isMethod) || (callee.kind === 'member' && isMethod(callee.object))) return true;
  const target = program.resolve({ file, expression: callee }).expression;
  return program.isForeign({ file, expression: target }) && args.some((one) => isBus(program, file, one));
}

function eventArgument(program: Program, file: CodeFile, { args, named }: Call): Located | undefined {
  const given = named.find(({ key }) => key === 'name' || key === 'event_name' || key === 'event')?.value ?? args[0];
  if (!given) return undefined;
  const found = program.resolve({ file, expression: given });
  return found.expression.kind === 'call'
    ? (eventArgument(program, found.file, found.expression) ?? found)
    : { file, expression: given };
}

function isEvent(text: string): boolean {
  return text.length <= maxMatched && patterns.event[0].test(text);
}

/** Whether an expression is an event of the module's own: `new OwnEvent(name, Type)`. */
function isOwnEvent(program: Program, located: Located): boolean {
  const { file, expression } = program.resolve(located);
  if (expression.kind !== 'call') return false;
  const callee: Located = { file, expression: expression.callee };
  return program.nameOf(callee) === 'OwnEvent' && program.isOfRuntime(callee);
}

function isBus(program: Program, file: CodeFile, expression: Expression): boolean {
  const parameter = program.parameterOf(file, expression);
  const type = parameter?.type ?? '';
  if (type.includes('ModuleEvents') || type.includes('EventBus')) return true;
  const name = program.nameOf({ file, expression })?.toLowerCase() ?? '';
  return name.includes('bus') || name.includes('events');
}

function unclear(file: CodeFile, expression: Expression): Found {
  return { name: undefined, place: placeOf({ file, expression }) };
}
