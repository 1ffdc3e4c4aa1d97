import type { Aspect, Claim, CodeFacts, Place } from '../../code/facts.ts';
import { type Problem, positionAt, problemAt } from '../../diagnostic.ts';
import { typesFingerprint } from '../../manifest/contract.ts';
import { endpointsOf, permissionOf, shapeOf } from '../../manifest/endpoints.ts';
import { eventNames } from '../../manifest/events.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { unresolvedLines } from '../../merge/markers.ts';
import { sidecarSuffix } from '../../merge/tracks.ts';
import type { CodeRule } from '../rule.ts';
import { driftOf, hintFor, isUnclear, missingIn } from './compare-drift.ts';

/** A rule about one aspect of a module, with its message and hint for a name that one side lacks. */
interface DriftText<A extends Aspect = Aspect> extends Pick<CodeRule, 'id' | 'summary' | 'why'> {
  readonly aspect: A;
  readonly message: (name: string) => string;
  readonly hint: string;
}

/** Rules for names that the manifest declares and the code lacks. */
const missing: readonly DriftText<Claim>[] = [
  {
    id: 'missing-route',
    aspect: 'routes',
    summary: 'an endpoint of the manifest has no route in the code',
    why: 'Callers rely on the manifest. A declared endpoint without a route answers 404.',
    message: (name) => `the code has no route for ${name}`,
    hint: 'Run `create-ai-module update` to generate the route, write it yourself, or remove the endpoint.',
  },
  {
    id: 'missing-setting',
    aspect: 'settings',
    summary: 'the configuration class in the code lacks a setting of the manifest',
    why: 'Hosts do not load a module whose manifest has a key that its configuration class does not define.',
    message: (name) => `the configuration class does not define ${name}`,
    hint: 'Run `create-ai-module update` to generate it, add it to the class yourself, or remove it from configuration.',
  },
  {
    id: 'unhandled-event',
    aspect: 'handled',
    summary: 'the module subscribes to an event that its code does not handle',
    why: 'The module that emits the event relies on this module to handle it.',
    message: (name) => `the code does not handle ${name}`,
    hint: 'Run `create-ai-module update` to generate the handler, write it yourself, or remove it from events_subscribed.',
  },
  {
    id: 'unpublished-event',
    aspect: 'published',
    summary: 'the manifest lists an event that the code does not publish',
    why: 'Modules that subscribe to it wait forever.',
    message: (name) => `the code does not publish ${name}`,
    hint: 'Run `create-ai-module update` to generate the code, publish it yourself, or remove it from events_emitted.',
  },
];

/** Rules for names that the code has and the manifest does not declare. */
const undeclared: readonly DriftText[] = [
  {
    id: 'undeclared-event',
    aspect: 'published',
    summary: 'the code publishes an event that the manifest does not declare',
    why: 'Other modules cannot find an event that no manifest declares.',
    message: (name) => `the manifest does not declare the event ${name}`,
    hint: 'Add it to events_emitted.',
  },
  {
    id: 'undeclared-permission',
    aspect: 'permissions',
    summary: 'the code requires a permission that the manifest does not declare',
    why: 'A permission that is not declared is granted to nobody: callers get 403.',
    message: (name) => `the manifest does not declare the permission ${name}`,
    hint: 'Add it to permissions_required.',
  },
  {
    id: 'undeclared-route',
    aspect: 'routes',
    summary: 'the code has a route that the manifest does not declare',
    why: 'A route that is not in the manifest is not reviewed, and gateways do not know it.',
    message: (name) => `the manifest does not declare ${name}`,
    hint: 'Add it to endpoints, or remove the route.',
  },
  {
    id: 'undeclared-setting',
    aspect: 'settings',
    summary: 'the configuration class has a setting that the manifest does not declare',
    why: 'Operators read the manifest to configure the module.',
    message: (name) => `the manifest does not declare the setting ${name}`,
    hint: 'Add it to configuration.',
  },
  {
    id: 'undeclared-subscription',
    aspect: 'handled',
    summary: 'the code handles an event that the manifest does not subscribe to',
    why: 'The maintainers of the event do not know that this module depends on it.',
    message: (name) => `the manifest does not subscribe to ${name}`,
    hint: 'Add it to events_subscribed.',
  },
];

const unguardedRoute: CodeRule = {
  id: 'unguarded-route',
  kind: 'code',
  severity: 'error',
  summary: 'a route of the code requires no permission',
  why: 'Everyone who can reach the host can call it.',
  check({ manifest, namespace }, { routes, broken }) {
    const needed = new Map(endpointsOf(manifest).map((one) => [shapeOf(one), permissionOf(one, namespace)]));
    const open = routes.filter(
      ({ permissions, isGuardKnown, place }) =>
        permissions.length === 0 && isGuardKnown && !broken.some(({ file }) => file === place.file),
    );
    return open.map((route) => {
      const permission = needed.get(shapeOf(route));
      const hint = permission === undefined ? 'Require a permission.' : `Require ${permission}.`;
      return { place: route.place, message: `${route.method} ${route.path} requires no permission`, hint };
    });
  },
};

const ownEvent: CodeRule = {
  id: 'own-event',
  kind: 'code',
  severity: 'warning',
  summary: 'the handler of an event that the module emits itself starts a job',
  why: 'Each such event starts a job, and each job emits events. This can loop forever.',
  check({ manifest }, { handled }) {
    const emitted = eventNames(manifest.events_emitted);
    return handled
      .filter(({ name, startsJobs }) => startsJobs && emitted.includes(name))
      .map(({ name, place }) => ({
        place,
        message: `the handler of ${name}, which the module emits itself, starts a job`,
        hint: 'Make sure that the job does not publish the event again, or do the work in the handler.',
      }));
  },
};

const ownRetry: CodeRule = {
  id: 'own-retry',
  kind: 'code',
  severity: 'warning',
  summary: 'a route of the code replaces the standard endpoint that starts a job again',
  why: 'The runtime leaves out its own `POST /retry/{job_id}` then. This is for modules of version 0.1, which had no standard one.',
  check({ manifest }, { routes, servesJobs }) {
    const retry = endpointsOf(manifest).find(({ role }) => role === 'retry');
    const own = servesJobs ? routes.filter((route) => route.isSure && shapeOf(route) === retry?.shape) : [];
    return own.map(({ method, path, place }) => ({
      place,
      message: `${method} ${path} replaces the standard endpoint`,
      hint: 'Remove the route, or give it another path.',
    }));
  },
};

const moduleTypes = ['input', 'options', 'output'] as const;
/** A type that accepts any object. */
const anyObject = /\b(?:any|Any|unknown|object|JsonObject|InputData|Mapping|dict)\b|\bRecord</;

const untypedCode: CodeRule = {
  id: 'untyped-code',
  kind: 'code',
  severity: 'warning',
  summary: 'the service or a provider works with any object, although the manifest declares types',
  why: 'The compiler and mypy find no mistakes in code that does not use the types.',
  check({ manifest }, { derived }) {
    return derived.flatMap(({ base, args, place }) => {
      // The first argument of a service is its configuration.
      const own = base === 'JobService' ? args.slice(1) : args;
      const untyped = moduleTypes.filter(
        (key, index) => manifest[key] !== undefined && anyObject.test(own[index] ?? 'any'),
      );
      if (untyped.length === 0) return [];
      const wanted = [...(base === 'JobService' ? ['Config'] : []), 'Input', 'Options', 'Output'].join(', ');
      const message = `this ${base} takes any object for the ${untyped.join(' and ')}, whose type the manifest declares`;
      return [{ place, message, hint: `Pass it the types of schemas: ${wanted}.` }];
    });
  },
};

/** What `update` writes for the types of a manifest, or for a type that it does not declare. */
const fingerprint = /^(?:export const )?fingerprint = ['"]([0-9a-f]{8})['"]/m;
const untypedAlias =
  /\b(?:InputData|JsonObject) as (Input|Options|Output)\b|^(Input|Options|Output) = (?:InputData|JsonObject)$/gm;

const staleTypes: CodeRule = {
  id: 'stale-types',
  kind: 'code',
  severity: 'error',
  summary: 'schemas.ts or schemas.py was generated from other types than those of the manifest',
  why: 'The module checks requests, events and results with the types in its code. Its OpenAPI document has those of the manifest.',
  check({ manifest }, { texts }) {
    const expected = typesFingerprint(manifest);
    return ['schemas.ts', 'schemas.py'].flatMap((file) => {
      const text = texts.get(file) ?? '';
      const found = fingerprint.exec(text);
      const untyped = [...text.matchAll(untypedAlias)].find(([, name, alias]) => {
        return manifest[(name ?? alias ?? '').toLowerCase() as (typeof moduleTypes)[number]] !== undefined;
      });
      const match = found === null ? untyped : found[1] === expected ? undefined : found;
      if (!match) return [];
      const place = { file, from: match.index, to: match.index + match[0].length };
      const message = `${file} was generated from other types than those of the manifest`;
      return [{ place, message, hint: 'Run `create-ai-module update`.' }];
    });
  },
};

const conflictMarkers: CodeRule = {
  id: 'conflict-markers',
  kind: 'code',
  severity: 'error',
  summary: 'a file of the module has conflict markers',
  why: 'Code with the markers of an unresolved conflict does not run: the module does not start.',
  check: (_facts, { texts }) =>
    [...texts].flatMap(([file, text]) =>
      unresolvedLines(text).map((line) => {
        const from =
          text
            .split('\n')
            .slice(0, line - 1)
            .join('\n').length + (line > 1 ? 1 : 0);
        const to = from + /^[^\r\n]*/.exec(text.slice(from))![0].length;
        const hint = 'Edit the lines between <<<<<<< and >>>>>>>, and delete the markers.';
        return { place: { file, from, to }, message: `${file} has an unresolved conflict`, hint };
      }),
    ),
};

const unmergedFile: CodeRule = {
  id: 'unmerged-file',
  kind: 'code',
  severity: 'warning',
  summary: 'a generated version is beside a file of the module, after a conflict',
  why: 'The file lacks what the template or the manifest changed.',
  check: (_facts, { texts }) =>
    [...texts.keys()].flatMap((file) => {
      if (!file.endsWith(sidecarSuffix)) return [];
      const message = `${file} is a generated version that was not merged`;
      return [{ place: { file, from: 0, to: 0 }, message, hint: 'Take what you need from it, then delete it.' }];
    }),
};

/** What could not be verified about a declared name. */
const claims: Readonly<Record<Claim, (name: string) => string>> = {
  routes: (name) => `a route answers ${name}`,
  published: (name) => `the code publishes ${name}`,
  handled: (name) => `the code handles ${name}`,
  settings: (name) => `the configuration class has ${name}`,
};

const unclearCode: CodeRule = {
  id: 'unclear-code',
  kind: 'code',
  severity: 'warning',
  summary: 'could not verify that the code does what the manifest declares',
  why: 'Code is parsed, never run. A name that is computed at run time, or a file that is too large or does not parse, may contain what seems to be missing.',
  check({ manifest }, code) {
    // Conflict markers are reported as such.
    const unexplained = code.broken.filter(({ file }) => unresolvedLines(code.texts.get(file) ?? '').length === 0);
    const broken = unexplained.map((place) => ({
      place,
      message: `${place.file} ${place.reason}, so its code could not be verified`,
      hint: 'Fix the file, or ignore unclear-code for it in ai-modules.yaml.',
    }));
    return [...broken, ...(Object.keys(claims) as Claim[]).flatMap((aspect) => unverified(aspect, manifest, code))];
  },
};

function unverified(aspect: Claim, manifest: Manifest, code: CodeFacts): Problem[] {
  const [first] = [...code.unclear[aspect], ...code.broken];
  if (!first || !isUnclear(aspect, code)) return [];
  return driftOf(aspect, manifest, code).missing.map(({ name, path }) => ({
    ...problemAt(path, `could not verify that ${claims[aspect](name)}`, `It depends on ${placeText(first, code)}.`),
    at: at(aspect),
  }));
}

function placeText({ file, from }: Place, { texts }: CodeFacts): string {
  const { line, column } = positionAt(texts.get(file) ?? '', from);
  return `${file}:${line}:${column}`;
}

/** Problems with a setting are about its key. */
function at(aspect: Aspect): Problem['at'] {
  return aspect === 'settings' ? 'key' : 'value';
}

/** Compare the code of a module with its manifest. */
export const driftRules: readonly CodeRule[] = [
  ...missing.map(
    ({ aspect, message, hint, ...text }): CodeRule => ({
      ...text,
      kind: 'code',
      severity: 'error',
      check: ({ manifest }, code) =>
        missingIn(aspect, manifest, code).map(({ name, path }) => ({
          ...problemAt(path, message(name), hint),
          at: at(aspect),
        })),
    }),
  ),
  ...undeclared.map(
    ({ aspect, message, hint, ...text }): CodeRule => ({
      ...text,
      kind: 'code',
      severity: 'error',
      check: ({ manifest }, code) =>
        driftOf(aspect, manifest, code).extra.map(({ name, place, meant }) => ({
          place,
          message: message(name),
          hint: hintFor(meant, hint),
        })),
    }),
  ),
  ownEvent,
  ownRetry,
  unguardedRoute,
  conflictMarkers,
  unmergedFile,
  unclearCode,
  untypedCode,
  staleTypes,
];
