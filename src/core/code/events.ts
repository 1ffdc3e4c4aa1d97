import { lifecycleEvents } from '../manifest/namespace.ts';
import type { Call, CodeFile, Entry, Expression } from './expression.ts';
import type { Named, Place } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

export interface Events {
  readonly named: readonly Named[];
  readonly unclear: readonly Place[];
}

const listening = new Set(['on', 'subscribe']);

/** Events that the code publishes, and the lifecycle events that the host publishes for its jobs. */
export function publishedEvents(program: Program, files: readonly CodeFile[]): Events {
  const publishing = new Set(['publish']);
  return collected(files, (file, call) => [
    ...eventOf(program, file, call, publishing),
    ...lifecycleOf(program, file, call),
  ]);
}

/** Events that the code listens to. */
export function handledEvents(program: Program, files: readonly CodeFile[]): Events {
  return collected(files, (file, call) => eventOf(program, file, call, listening));
}

type Found = Named | { readonly name: undefined; readonly place: Place };

function collected(files: readonly CodeFile[], find: (file: CodeFile, call: Call) => Found[]): Events {
  const all = files.flatMap((file) => file.calls.flatMap((call) => find(file, call)));
  return {
    named: all.filter((one): one is Named => one.name !== undefined),
    unclear: all.filter(({ name }) => name === undefined).map(({ place }) => place),
  };
}

/** The event in a call of an event bus. Uncertain for other objects that have a method with the same name. */
function eventOf(program: Program, file: CodeFile, call: Call, methods: ReadonlySet<string>): Found[] {
  // Follows `const { on } = events`.
  const { file: home, expression: callee } = program.resolve({ file, expression: call.callee });
  if (callee.kind !== 'member' || !methods.has(callee.property))
    return handsOn(program, file, call, methods) ? [unclear(file, call)] : [];
  const given = eventArgument(program, file, call);
  if (!given) return [];
  const name = program.textOf(given);
  const isSure = isBus(program, home, callee.object);
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
  const [namespace = '', verb = '', ...more] = text.split('.');
  return more.length === 0 && isWord(namespace) && isWord(verb);
}

function isWord(text: string): boolean {
  const isLetter = (char: string) => char >= 'a' && char <= 'z';
  return (
    isLetter(text.charAt(0)) &&
    [...text].every((char) => isLetter(char) || char === '_' || (char >= '0' && char <= '9'))
  );
}

function isBus(program: Program, file: CodeFile, expression: Expression): boolean {
  const parameter = program.parameterOf(file, expression);
  const type = parameter?.type ?? '';
  if (type.includes('ModuleEvents') || type.includes('EventBus')) return true;
  const name = program.nameOf({ file, expression })?.toLowerCase() ?? '';
  if (name.includes('bus') || name.includes('events')) return true;
  return (parameter?.inner ?? [expression]).some((one) => isEventData(program, { file, expression: one }));
}

/** Whether an expression is a class that derives from the host's `EventData`, or an instance: both can publish. */
function isEventData(program: Program, located: Located, steps = 8): boolean {
  const found = program.resolve(located);
  const { file, expression } = found;
  const isOne = (one: Expression) => steps > 0 && isEventData(program, { file, expression: one }, steps - 1);
  if (expression.kind === 'call') return isOne(expression.callee);
  if (expression.kind === 'other') return expression.inner.some(isOne);
  if (expression.kind === 'record') return expression.isClass && expression.spreads.some(isOne);
  return expression.kind === 'name' && program.nameOf(found) === 'EventData' && program.isForeign(found);
}

/** Lifecycle events: `{ lifecycle: { started: … } }` in TypeScript, `LifecycleEvents(started=…)` in Python. */
function lifecycleOf(program: Program, file: CodeFile, call: Call): Found[] {
  if (program.nameOf({ file, expression: call.callee }) === 'LifecycleEvents') {
    const open: Found[] = call.isOpen || call.args.length > 0 ? [unclear(file, call)] : [];
    return [...open, ...namesIn(program, file, call.named)];
  }
  if (hidesLifecycle(program, file, call)) return [unclear(file, call)];
  return call.args.flatMap((argument) => {
    const given = lifecycleIn(argument);
    if (!given) return [];
    const { file: home, expression } = program.resolve({ file, expression: given.value });
    if (expression.kind !== 'record') return [unclear(file, given.value)];
    const open: Found[] = expression.isOpen || expression.spreads.length > 0 ? [unclear(home, expression)] : [];
    return [...open, ...namesIn(program, home, expression.entries)];
  });
}

function lifecycleIn(argument: Expression): Entry | undefined {
  return argument.kind === 'record' ? argument.entries.find(({ key }) => key === 'lifecycle') : undefined;
}

/** Whether lifecycle events may come from a computed value: `super(optionsOf(config))`, `JobSpec(events=made())`. */
function hidesLifecycle(program: Program, file: CodeFile, call: Call): boolean {
  const { callee, args, named } = call;
  const resolved = (expression: Expression) => program.resolve({ file, expression }).expression;
  if (program.nameOf({ file, expression: callee }) === 'JobSpec') {
    const events = named.find(({ key }) => key === 'events')?.value;
    const made = events && program.resolve({ file, expression: events });
    if (made?.expression.kind !== 'call') return call.isOpen || made !== undefined;
    return program.nameOf({ file: made.file, expression: made.expression.callee }) !== 'LifecycleEvents';
  }
  if (callee.kind !== 'name' || callee.name !== 'super' || args.some(lifecycleIn)) return false;
  return args.map(resolved).some((one) => one.kind === 'call' || (one.kind === 'record' && one.spreads.length > 0));
}

function namesIn(program: Program, file: CodeFile, entries: readonly Entry[]): Found[] {
  const steps = entries.filter(({ key }) => (lifecycleEvents as readonly string[]).includes(key));
  return steps.flatMap(({ value }): Found[] => {
    const name = program.textOf({ file, expression: value });
    if (name !== undefined)
      return [{ name, place: placeOf(program.resolve({ file, expression: value })), isSure: true }];
    const isNothing = ['None', 'undefined', 'null'].includes(file.text.slice(value.from, value.to));
    return isNothing ? [] : [unclear(file, value)];
  });
}

function unclear(file: CodeFile, expression: Expression): Found {
  return { name: undefined, place: placeOf({ file, expression }) };
}
