import { lifecycleEvents } from '../../manifest/namespace.ts';
import type { Call, CodeFile, Entry, Expression } from './expression.ts';
import type { Named, Place } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

export interface Events {
  readonly named: readonly Named[];
  readonly unclear: readonly Place[];
}

/** Events that the code publishes itself, and those in the life of a job that it has the host publish. */
export function publishedEvents(program: Program, files: readonly CodeFile[]): Events {
  return collected(files, (file, call) => [
    ...(methodOf(call) === 'publish' ? eventOf(program, file, call) : []),
    ...lifecycleOf(program, file, call),
  ]);
}

/** Events that the code listens to. */
export function handledEvents(program: Program, files: readonly CodeFile[]): Events {
  return collected(files, (file, call) => {
    const method = methodOf(call);
    return method === 'on' || method === 'subscribe' ? eventOf(program, file, call) : [];
  });
}

type Found = Named | { readonly name: undefined; readonly place: Place };

function collected(files: readonly CodeFile[], find: (file: CodeFile, call: Call) => Found[]): Events {
  const all = files.flatMap((file) => file.calls.flatMap((call) => find(file, call)));
  return {
    named: all.filter((one): one is Named => one.name !== undefined),
    unclear: all.filter(({ name }) => name === undefined).map(({ place }) => place),
  };
}

function methodOf({ callee }: Call): string | undefined {
  return callee.kind === 'member' ? callee.property : undefined;
}

/** The event that a call of a bus names. Other things have methods of that name: their words are no events. */
function eventOf(program: Program, file: CodeFile, call: Call): Found[] {
  const given = eventArgument(program, file, call);
  if (!given || call.callee.kind !== 'member') return [];
  const name = program.textOf(given);
  if (name !== undefined) return isEvent(name) ? [{ name, place: placeOf(program.resolve(given)) }] : [];
  return isBus(program, file, call.callee.object) ? [{ name, place: placeOf(given) }] : [];
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
  const type = program.parameterOf(file, expression)?.type ?? '';
  const name = program.nameOf({ file, expression })?.toLowerCase() ?? '';
  return type.includes('ModuleEvents') || type.includes('EventBus') || name.includes('bus') || name.includes('events');
}

/** `{ lifecycle: { started: … } }` for the host's service of jobs, `LifecycleEvents(started=…)`. */
function lifecycleOf(program: Program, file: CodeFile, call: Call): Found[] {
  if (program.nameOf({ file, expression: call.callee }) === 'LifecycleEvents') {
    const open: Found[] = call.isOpen || call.args.length > 0 ? [unclear(file, call)] : [];
    return [...open, ...namesIn(program, file, call.named)];
  }
  return call.args.flatMap((argument) => {
    const given = argument.kind === 'record' ? argument.entries.find(({ key }) => key === 'lifecycle') : undefined;
    if (!given) return [];
    const { file: home, expression } = program.resolve({ file, expression: given.value });
    if (expression.kind !== 'record') return [unclear(file, given.value)];
    const open: Found[] = expression.isOpen || expression.spreads.length > 0 ? [unclear(home, expression)] : [];
    return [...open, ...namesIn(program, home, expression.entries)];
  });
}

function namesIn(program: Program, file: CodeFile, entries: readonly Entry[]): Found[] {
  const steps = entries.filter(({ key }) => (lifecycleEvents as readonly string[]).includes(key));
  return steps.flatMap(({ value }): Found[] => {
    const name = program.textOf({ file, expression: value });
    if (name !== undefined) return [{ name, place: placeOf(program.resolve({ file, expression: value })) }];
    const isNothing = ['None', 'undefined', 'null'].includes(file.text.slice(value.from, value.to));
    return isNothing ? [] : [unclear(file, value)];
  });
}

function unclear(file: CodeFile, expression: Expression): Found {
  return { name: undefined, place: placeOf({ file, expression }) };
}
