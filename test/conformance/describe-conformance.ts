import { afterAll, beforeAll, describe } from 'vitest';
import type { Launcher, ModuleFacts } from './host/host.ts';
import { describeAudit } from './sections/audit.ts';
import { describeCancelling } from './sections/cancelling.ts';
import { describeConfiguration } from './sections/configuration.ts';
import { describeConsole } from './sections/console.ts';
import { describeCrash } from './sections/crash.ts';
import { describeDistributed } from './sections/distributed.ts';
import { describeEvents } from './sections/events.ts';
import { describeExtraEndpoints } from './sections/extra-endpoints.ts';
import { describeHealth } from './sections/health.ts';
import { describeJobs } from './sections/jobs.ts';
import { describeLogs } from './sections/logs.ts';
import { describeMetrics } from './sections/metrics.ts';
import { describeModules } from './sections/modules.ts';
import { describeOpenapi } from './sections/openapi.ts';
import { describeOperations } from './sections/operations.ts';
import { describePagination } from './sections/pagination.ts';
import { describeRefusals } from './sections/refusals.ts';
import { describeRequests } from './sections/requests.ts';
import { describeRetrying } from './sections/retrying.ts';
import { describeSecurity } from './sections/security.ts';
import { describeSubscriptions } from './sections/subscriptions.ts';
import { describeWireFormat } from './sections/wire-format.ts';
import { World } from './world.ts';

/** What is tested in one host: a module that does everything, and a small one beside it. */
export interface Subjects {
  readonly subject: ModuleFacts;
  readonly neighbour: ModuleFacts;
}

const sections: Readonly<Record<string, (world: World) => void | Promise<void>>> = {
  refusals: describeRefusals,
  requests: describeRequests,
  jobs: describeJobs,
  cancelling: describeCancelling,
  retrying: describeRetrying,
  events: describeEvents,
  subscriptions: describeSubscriptions,
  'extra endpoints': describeExtraEndpoints,
  pagination: describePagination,
  operations: describeOperations,
  console: describeConsole,
  logs: describeLogs,
  metrics: describeMetrics,
  modules: describeModules,
  health: describeHealth,
  OpenAPI: describeOpenapi,
  security: describeSecurity,
  audit: describeAudit,
  configuration: describeConfiguration,
  distributed: describeDistributed,
  crash: describeCrash,
  'wire format': describeWireFormat,
};

/**
 * What the database, the queue and the number of processes change. The other sections are about code that all modes of a
 * stack share, but for `crash`: in CI test/faults kills the processes of a distributed host.
 */
const ofTheMode = ['jobs', 'events', 'distributed'];

/** The suite against one host: black box, over HTTP, the same for every stack and mode. All sections, or those of the mode. */
export function describeConformance(
  name: string,
  launcher: Launcher,
  { subject, neighbour }: Subjects,
  amount: 'all' | 'of the mode',
): void {
  const world = new World(launcher, subject, neighbour);
  describe(name, { timeout: 180_000 }, () => {
    beforeAll(() => world.open());
    afterAll(() => world.close());

    for (const [title, declare] of Object.entries(sections)) {
      if (title === 'distributed' && launcher.mode !== 'distributed') continue;
      if (amount === 'all' || ofTheMode.includes(title)) describe(title, () => declare(world));
    }
  });
}
