import { classNameFor, titleOf } from '../text/names.ts';
import type { Answers } from './answers.ts';
import { standardEndpoints } from './endpoints.ts';
import { usualResources } from './field-checks.ts';
import { lifecycleEvents, permissionRoles } from './namespace.ts';
import type { Manifest } from './schema.ts';

/** Defaults for missing answers; `author` comes from the git configuration. */
export interface Defaults {
  readonly author: string;
  readonly dependencies: readonly string[];
}

/** Answers → manifest. Only the name is required. `base` is the manifest of `--from`: lists add to it, other values replace it. */
export function manifestFromAnswers(
  answers: Answers & { readonly name: string },
  defaults: Defaults,
  base?: Manifest,
): Manifest {
  const { name } = answers;
  const start = base === undefined ? standardManifest(name, defaults) : base.name === name ? base : { ...base, name };
  return {
    ...start,
    version: answers.version ?? start.version,
    description: answers.description ?? start.description,
    author: answers.author ?? start.author,
    class_name: answers.class_name ?? start.class_name,
    dependencies: added(start.dependencies, answers.dependencies),
    endpoints: added(start.endpoints, answers.endpoints),
    permissions_required: added(start.permissions_required, answers.permissions),
    events_emitted: added(start.events_emitted, answers.emit),
    events_subscribed: added(start.events_subscribed, answers.subscribe),
    resources: {
      cpu: answers.cpu ?? start.resources.cpu,
      memory: answers.memory ?? start.resources.memory,
      max_concurrent_jobs: answers.max_concurrent_jobs ?? start.resources.max_concurrent_jobs,
    },
    configuration: {
      ...start.configuration,
      ...answers.config,
      ...(answers.provider === undefined ? {} : { provider: answers.provider }),
    },
  };
}

function standardManifest(name: string, defaults: Defaults): Manifest {
  return {
    name,
    version: '1.0.0',
    description: `${titleOf(name)}: an AI module.`,
    author: defaults.author,
    class_name: classNameFor(name),
    dependencies: [...defaults.dependencies],
    endpoints: [...standardEndpoints],
    permissions_required: permissionRoles.map((role) => `${name}:${role}`),
    events_emitted: lifecycleEvents.map((verb) => `${name}.${verb}`),
    events_subscribed: ['user.deleted'],
    resources: { ...usualResources },
    configuration: { timeout_seconds: 300, retry_attempts: 3, provider: 'local' },
  };
}

function added(entries: readonly string[], more: readonly string[] | undefined): string[] {
  return [...new Set([...entries, ...(more ?? [])])];
}
