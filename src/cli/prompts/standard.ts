import { type Answers, startingManifest } from '../../core/manifest/answers.ts';
import { endpointsOf, permissionOf, standardEndpoints } from '../../core/manifest/endpoints.ts';
import { lifecycleEvents, permissionRoles } from '../../core/manifest/namespace.ts';
import type { Choice } from '../../io/io.ts';
import type { Asking, Step } from './asking.ts';

type StandardId = 'endpoints' | 'permissions' | 'emit' | 'subscribe';

/** What each standard entry is for, in the order of a manifest. */
const explained: Readonly<Record<StandardId, Readonly<Record<string, string>>>> = {
  endpoints: {
    'POST /process': 'start a job',
    'GET /status/{job_id}': 'state and progress of a job',
    'GET /list': 'jobs of the caller',
    'POST /cancel/{job_id}': 'stop a job',
    'POST /retry/{job_id}': 'run a failed job again',
    'GET /result/{job_id}': 'result of a finished job',
    'GET /admin/stats': 'numbers for administrators',
  },
  permissions: {
    create: 'start and retry jobs',
    read: 'see jobs and results',
    delete: 'cancel jobs',
    admin: 'see numbers of all users',
  },
  emit: {
    started: 'a job began',
    progress: 'a job came further',
    completed: 'a job has a result',
    failed: 'a job ended with an error',
    cancelled: 'a job was stopped',
  },
  subscribe: { 'user.deleted': 'erase the data of a user' },
};

const messages: Readonly<Record<StandardId, string>> = {
  endpoints: 'Standard endpoints',
  permissions: 'Standard permissions',
  emit: 'Standard events that it emits',
  subscribe: 'Standard events that it handles',
};

/** Offers the standard entries of one kind; those that the user unchecks go into `without`. */
export function standardStep(id: StandardId): Step {
  return {
    isAnswered: ({ without }) => without !== undefined,
    ask: async ({ prompter, answers }) => {
      const entries = entriesOf(id, answers.name ?? '');
      const { without = [] } = answers;
      const choices = entries.map(([entry, text]) => ({
        value: entry,
        label: `${entry}: ${text}`,
        checked: !without.includes(entry),
      }));
      const check = id === 'permissions' ? (chosen: readonly string[]) => whyNeeded(answers, chosen) : undefined;
      const chosen = await prompter.checkbox(messages[id], choices, check);
      const left = entries.map(([entry]) => entry).filter((entry) => !chosen.includes(entry));
      const others = without.filter((entry) => !entries.some(([one]) => one === entry));
      return { without: [...others, ...left] };
    },
  };
}

function entriesOf(id: StandardId, name: string): (readonly [entry: string, text: string])[] {
  const texts = explained[id];
  const named = (entries: readonly string[], prefix: string) =>
    entries.map((entry) => [`${prefix}${entry}`, texts[entry] ?? ''] as const);
  if (id === 'endpoints') return named(standardEndpoints, '');
  if (id === 'permissions') return named(permissionRoles, `${name}:`);
  return id === 'emit' ? named(lifecycleEvents, `${name}.`) : named(['user.deleted'], '');
}

/** An endpoint whose permission is not among `chosen`, as a reason. */
function whyNeeded(
  { name = '', endpoints = [], without = [] }: Answers,
  chosen: readonly string[],
): string | undefined {
  const kept = without.filter((entry) => !entry.startsWith(`${name}:`));
  const start = startingManifest({ name, without: kept }, { author: '', dependencies: [] });
  const all = endpointsOf({ endpoints: [...start.endpoints, ...endpoints] });
  const needing = all.find((endpoint) => !chosen.includes(permissionOf(endpoint, name)));
  return needing && `${needing.method} ${needing.path} needs ${permissionOf(needing, name)}.`;
}

/** Events that other modules of the host emit. */
export function offeredEvents({ offered }: Asking): Choice[] {
  return offered.events.map(({ event, module }) => ({ value: event, label: `${event}: of ${module}` }));
}

/** Other modules of the host. */
export function offeredDependencies({ offered }: Asking): Choice[] {
  return offered.modules.map((name) => ({ value: `module:${name}`, label: name }));
}
