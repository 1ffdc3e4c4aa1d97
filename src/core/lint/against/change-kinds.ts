export type Verdict = 'breaking' | 'compatible';

/**
 * Callers send requests, events or direct calls to the module. Subscribers handle its events. Operators configure and run
 * it.
 */
export type Party = 'callers' | 'subscribers' | 'operators';

/** A kind of change of a module's contract. docs/versions.md is printed from these. */
interface ChangeKind {
  /** What changed, as a clause: `an endpoint is removed`. */
  readonly change: string;
  readonly verdict: Verdict;
  readonly affects: readonly Party[];
  /** Why, in a few words; empty if it is obvious. */
  readonly why: string;
}

const breaking = (affects: Party | readonly Party[], change: string, why = ''): ChangeKind => ({
  change,
  verdict: 'breaking',
  affects: [affects].flat(),
  why,
});
const compatible = (affects: Party, change: string, why = ''): ChangeKind => ({
  change,
  verdict: 'compatible',
  affects: [affects],
  why,
});

/** Changes of everything but types. */
export const changeKinds = {
  'name-changed': breaking(
    ['callers', 'subscribers', 'operators'],
    'the module has another name',
    'addresses, environment variables and tables have its name',
  ),
  'class-renamed': breaking('callers', 'the module has another `class_name`', 'code that calls it directly imports it'),
  'endpoint-removed': breaking('callers', 'an endpoint is removed, or gets another method or path'),
  'endpoint-added': compatible('callers', 'an endpoint is added'),
  'endpoint-role': breaking(
    'callers',
    'an endpoint becomes a standard one, or is one no longer',
    'it answers differently',
  ),
  'endpoint-permission': breaking('callers', 'an endpoint requires another permission', 'callers may not have it: 403'),
  'endpoint-typed': breaking(
    'callers',
    'an endpoint gets types of its own, or loses all of them',
    'body and answer have another form',
  ),
  'endpoint-input': breaking(
    'callers',
    'an endpoint with types gets an input that callers must send, or loses its input',
  ),
  'endpoint-query': compatible('callers', 'an endpoint with types gets a query of optional properties'),
  'endpoint-output': breaking('callers', 'an endpoint with types gets or loses its output', '204 is not 200'),
  'parameter-renamed': compatible('callers', 'a parameter in a path has another name', 'addresses are the same'),
  'permission-added': breaking(
    'callers',
    'a permission is added that no new endpoint explains',
    'code may require it from callers that do not have it',
  ),
  'permission-of-new-endpoint': compatible('callers', 'a permission is added that only new endpoints require'),
  'permission-removed': compatible('callers', 'a permission is removed', 'callers need fewer'),
  'event-removed': breaking('subscribers', 'an event is no longer emitted'),
  'event-added': compatible('subscribers', 'an event is emitted in addition'),
  'subscription-removed': breaking('callers', 'an event is no longer handled', 'publishing it has no effect'),
  'subscription-added': compatible('callers', 'an event is handled in addition'),
  'module-required': breaking('operators', 'the module depends on another module', 'the host must have it'),
  'service-required': breaking('operators', 'the module depends on another service', 'it must run somewhere'),
  'package-changed': compatible('operators', 'a package is added, or has another version'),
  'dependency-removed': compatible('operators', 'a dependency is removed'),
  'resources-changed': compatible('operators', 'the module may use more or fewer resources'),
  'setting-added': compatible('operators', 'a setting with a default is added'),
  'setting-required': breaking(
    'operators',
    'a setting without a default, a secret or the name of an environment variable is added',
    'its value has to be set',
  ),
  'setting-removed': breaking(
    'operators',
    'a setting is removed',
    'the environment variable that sets it has no effect',
  ),
  'setting-type': breaking('operators', 'a setting has another type'),
  'setting-type-widened': compatible('operators', 'a setting that was an integer may be any number'),
  'setting-narrowed': breaking('operators', 'a setting allows fewer values'),
  'setting-widened': compatible('operators', 'a setting allows more values'),
  'setting-default-removed': breaking('operators', 'a setting has a default no longer', 'its value has to be set'),
  'setting-default-added': compatible('operators', 'a setting gets a default'),
  'setting-default-changed': compatible('operators', 'a setting has another default'),
  'environment-name': breaking('operators', 'a setting names another environment variable', 'it is not set yet'),
  'provider-changed': breaking('operators', 'the default of `provider` changes', 'it may need a key, or a network'),
  'caller-limit': breaking('callers', 'the default of `max_input_bytes` or `max_pending_jobs` is lower'),
} satisfies Readonly<Record<string, ChangeKind>>;

/** What the verdict on a change of a type depends on. */
interface TypeChangeKind {
  /** What changed, as a clause. */
  readonly change: string;
  /** The verdict on a type of values that callers send: input, options, payloads of handled events. */
  readonly received: Verdict;
  /** The verdict on a type of values that the module sends: output, payloads of emitted events. */
  readonly sent: Verdict;
}

const typeChange = (change: string, received: Verdict, sent: Verdict): TypeChangeKind => ({ change, received, sent });
/** More values: those of callers still fit, and readers get some that they do not know. */
const wider = (change: string) => typeChange(change, 'compatible', 'breaking');
/** Fewer values: readers know all of them, and some of those of callers are refused. */
const narrower = (change: string) => typeChange(change, 'breaking', 'compatible');

/** Changes of types. Readers ignore properties that they do not know. */
export const typeChangeKinds = {
  declared: narrower('a type is declared where any object was allowed'),
  undeclared: wider('a type is declared no longer: any object is allowed'),
  'required-property-added': narrower('a required property is added'),
  'property-added': typeChange('an optional property is added', 'compatible', 'compatible'),
  'property-added-to-open': narrower('an optional property is added to an object that allows other keys'),
  'property-removed': typeChange('a property is removed', 'breaking', 'breaking'),
  'property-required': narrower('an optional property becomes required'),
  'property-optional': wider('a required property becomes optional'),
  'property-defaulted': typeChange('a required property becomes optional, with a default', 'compatible', 'compatible'),
  'default-added': typeChange('an optional property gets a default', 'compatible', 'compatible'),
  'default-changed': narrower('a default changes'),
  'default-removed': typeChange('an optional property has a default no longer', 'breaking', 'breaking'),
  opened: typeChange('an object allows other keys', 'compatible', 'compatible'),
  closed: narrower('an object allows other keys no longer'),
  'null-added': wider('a value may be null'),
  'null-removed': narrower('a value may be null no longer'),
  'values-added': wider('a value is added to an `enum`'),
  'values-removed': narrower('a value is removed from an `enum`'),
  'limit-widened': wider('a limit of a number, a text or a list is wider or removed'),
  'limit-narrowed': narrower('a limit of a number, a text or a list is narrower or added'),
  'pattern-added': narrower('a `pattern` or a `format` is added'),
  'pattern-removed': wider('a `pattern` or a `format` is removed'),
  'pattern-changed': typeChange('a `pattern` or a `format` changes', 'breaking', 'breaking'),
  'choice-added': wider('a type is added to `oneOf`'),
  'choice-removed': narrower('a type is removed from `oneOf`'),
  'type-widened': wider(
    'a type includes the earlier one: `number` instead of `integer`, any text instead of an `enum`',
  ),
  'type-narrowed': narrower('a type is a part of the earlier one: `integer` instead of `number`'),
  'type-changed': typeChange('a value has another type', 'breaking', 'breaking'),
  unclear: typeChange('a type changes that has unsupported keywords', 'breaking', 'breaking'),
} satisfies Readonly<Record<string, TypeChangeKind>>;

export type ChangeId = keyof typeof changeKinds;
export type TypeChangeId = keyof typeof typeChangeKinds;

/** Whether callers send the values of a type, or the module does. */
export type Direction = 'received' | 'sent';
