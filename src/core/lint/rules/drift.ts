import type { Aspect, CodeFacts, Place } from '../../code/facts.ts';
import { type Problem, positionAt, problemAt } from '../../diagnostic.ts';
import { endpointsOf, shapeOf } from '../../manifest/endpoints.ts';
import type { Manifest } from '../../manifest/schema.ts';
import type { CodeRule } from '../rule.ts';
import { driftOf, hintFor, isUnclear, missingIn } from './compare-drift.ts';

export const missingRoute: CodeRule = {
  id: 'missing-route',
  kind: 'code',
  severity: 'error',
  summary: 'an endpoint of the manifest has no route in the code',
  why: 'Callers rely on the manifest. A declared endpoint without a route answers 404.',
  check: ({ manifest }, code) =>
    missingIn('routes', manifest, code).map(({ name, path }) =>
      problemAt(
        path,
        `the code has no route for ${name}`,
        'Run `create-ai-module update` to generate the route, write it yourself, or remove the endpoint.',
      ),
    ),
};

export const missingSetting: CodeRule = {
  id: 'missing-setting',
  kind: 'code',
  severity: 'error',
  summary: 'the configuration class in the code lacks a setting of the manifest',
  why: 'Hosts do not load a module whose manifest has a key that its configuration class does not define.',
  check: ({ manifest }, code) =>
    missingIn('settings', manifest, code).map(({ name, path }) => ({
      ...problemAt(
        path,
        `the configuration class does not define ${name}`,
        'Add it to the class, or remove it from configuration.',
      ),
      at: 'key',
    })),
};

export const undeclaredEvent: CodeRule = {
  id: 'undeclared-event',
  kind: 'code',
  severity: 'error',
  summary: 'the code publishes an event that the manifest does not declare',
  why: 'Other modules cannot find an event that no manifest declares.',
  check: ({ manifest }, code) =>
    driftOf('published', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare the event ${name}`,
      hint: hintFor(meant, 'Add it to events_emitted.'),
    })),
};

export const undeclaredPermission: CodeRule = {
  id: 'undeclared-permission',
  kind: 'code',
  severity: 'error',
  summary: 'the code requires a permission that the manifest does not declare',
  why: 'A permission that is not declared is granted to nobody: callers get 403.',
  check: ({ manifest }, code) =>
    driftOf('permissions', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare the permission ${name}`,
      hint: hintFor(meant, 'Add it to permissions_required.'),
    })),
};

export const undeclaredRoute: CodeRule = {
  id: 'undeclared-route',
  kind: 'code',
  severity: 'error',
  summary: 'the code has a route that the manifest does not declare',
  why: 'A route that is not in the manifest is not reviewed, and gateways do not know it.',
  check: ({ manifest }, code) =>
    driftOf('routes', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare ${name}`,
      hint: hintFor(meant, 'Add it to endpoints, or remove the route.'),
    })),
};

export const undeclaredSetting: CodeRule = {
  id: 'undeclared-setting',
  kind: 'code',
  severity: 'error',
  summary: 'the configuration class has a setting that the manifest does not declare',
  why: 'Operators read the manifest to configure the module.',
  check: ({ manifest }, code) =>
    driftOf('settings', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare the setting ${name}`,
      hint: hintFor(meant, 'Add it to configuration.'),
    })),
};

export const undeclaredSubscription: CodeRule = {
  id: 'undeclared-subscription',
  kind: 'code',
  severity: 'error',
  summary: 'the code handles an event that the manifest does not subscribe to',
  why: 'The maintainers of the event do not know that this module depends on it.',
  check: ({ manifest }, code) =>
    driftOf('handled', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not subscribe to ${name}`,
      hint: hintFor(meant, 'Add it to events_subscribed.'),
    })),
};

export const unguardedRoute: CodeRule = {
  id: 'unguarded-route',
  kind: 'code',
  severity: 'error',
  summary: 'a route of the code requires no permission',
  why: 'Everyone who can reach the host can call it.',
  check({ manifest, namespace }, { routes, broken }) {
    const needed = new Map(endpointsOf(manifest).map((one) => [shapeOf(one), `${namespace}:${one.permission}`]));
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

export const unhandledEvent: CodeRule = {
  id: 'unhandled-event',
  kind: 'code',
  severity: 'error',
  summary: 'the module subscribes to an event that its code does not handle',
  why: 'The module that emits the event relies on this module to handle it.',
  check: ({ manifest }, code) =>
    missingIn('handled', manifest, code).map(({ name, path }) =>
      problemAt(path, `the code does not handle ${name}`, 'Handle it, or remove it from events_subscribed.'),
    ),
};

export const unpublishedEvent: CodeRule = {
  id: 'unpublished-event',
  kind: 'code',
  severity: 'error',
  summary: 'the manifest lists an event that the code does not publish',
  why: 'Modules that subscribe to it wait forever.',
  check: ({ manifest }, code) =>
    missingIn('published', manifest, code).map(({ name, path }) =>
      problemAt(path, `the code does not publish ${name}`, 'Publish it, or remove it from events_emitted.'),
    ),
};

export const unrequiredPermission: CodeRule = {
  id: 'unrequired-permission',
  kind: 'code',
  severity: 'error',
  summary: 'no route requires a permission that the manifest declares',
  why: 'Administrators who grant the permission expect it to protect something.',
  check: ({ manifest }, code) =>
    missingIn('permissions', manifest, code).map(({ name, path }) =>
      problemAt(
        path,
        `no route requires ${name}`,
        'Require it in the routes that it protects, or remove it from permissions_required.',
      ),
    ),
};

/** What could not be verified about a declared name. */
const claims: Readonly<Record<Aspect, (name: string) => string>> = {
  routes: (name) => `a route answers ${name}`,
  permissions: (name) => `a route requires ${name}`,
  published: (name) => `the code publishes ${name}`,
  handled: (name) => `the code handles ${name}`,
  settings: (name) => `the configuration class has ${name}`,
};

export const unclearCode: CodeRule = {
  id: 'unclear-code',
  kind: 'code',
  severity: 'warning',
  summary: 'could not verify that the code does what the manifest declares',
  why: 'Code is parsed, never run. A name that is computed at run time, or a file that is too large or does not parse, may contain what seems to be missing.',
  check({ manifest }, code) {
    const broken = code.broken.map((place) => ({
      place,
      message: `${place.file} ${place.reason}, so its code could not be verified`,
      hint: 'Fix the file, or ignore unclear-code for it in ai-modules.yaml.',
    }));
    return [...broken, ...(Object.keys(claims) as Aspect[]).flatMap((aspect) => unverified(aspect, manifest, code))];
  },
};

function unverified(aspect: Aspect, manifest: Manifest, code: CodeFacts): Problem[] {
  const [first] = [...code.unclear[aspect], ...code.broken];
  if (!first || !isUnclear(aspect, code)) return [];
  return driftOf(aspect, manifest, code).missing.map(({ name, path }) => ({
    ...problemAt(path, `could not verify that ${claims[aspect](name)}`, `It depends on ${placeText(first, code)}.`),
    ...(aspect === 'settings' && { at: 'key' }),
  }));
}

function placeText({ file, from }: Place, { texts }: CodeFacts): string {
  const { line, column } = positionAt(texts.get(file) ?? '', from);
  return `${file}:${line}:${column}`;
}
