import { afterAll, beforeAll, describe } from 'vitest';
import type { Launcher, ModuleFacts } from './host/host.ts';
import { describeAudit } from './sections/audit.ts';
import { describeCancelling } from './sections/cancelling.ts';
import { describeConfiguration } from './sections/configuration.ts';
import { describeCrash } from './sections/crash.ts';
import { describeDistributed } from './sections/distributed.ts';
import { describeEvents } from './sections/events.ts';
import { describeExtraEndpoints } from './sections/extra-endpoints.ts';
import { describeHealth } from './sections/health.ts';
import { describeJobs } from './sections/jobs.ts';
import { describeModules } from './sections/modules.ts';
import { describeOpenapi } from './sections/openapi.ts';
import { describePagination } from './sections/pagination.ts';
import { describeRefusals } from './sections/refusals.ts';
import { describeRequests } from './sections/requests.ts';
import { describeSecurity } from './sections/security.ts';
import { describeSubscriptions } from './sections/subscriptions.ts';
import { describeWireFormat } from './sections/wire-format.ts';
import { World } from './world.ts';

/** What is tested in one host: a module that does everything, and a small one beside it. */
export interface Subjects {
  readonly subject: ModuleFacts;
  readonly neighbour: ModuleFacts;
}

/** The whole suite against one host: black box, over HTTP, the same for every stack and mode. */
export function describeConformance(name: string, launcher: Launcher, { subject, neighbour }: Subjects): void {
  const world = new World(launcher, subject, neighbour);
  describe(name, { timeout: 90_000 }, () => {
    beforeAll(() => world.open());
    afterAll(() => world.close());

    describe('refusals', () => describeRefusals(world));
    describe('requests', () => describeRequests(world));
    describe('jobs', () => describeJobs(world));
    describe('cancelling', () => describeCancelling(world));
    describe('events', () => describeEvents(world));
    describe('subscriptions', () => describeSubscriptions(world));
    describe('extra endpoints', () => describeExtraEndpoints(world));
    describe('pagination', () => describePagination(world));
    describe('modules', () => describeModules(world));
    describe('health', () => describeHealth(world));
    describe('OpenAPI', () => describeOpenapi(world));
    describe('security', () => describeSecurity(world));
    describe('audit', () => describeAudit(world));
    describe('configuration', () => describeConfiguration(world));
    if (launcher.mode === 'distributed') describe('distributed', () => describeDistributed(world));
    describe('crash', () => describeCrash(world));
    describe('wire format', () => describeWireFormat(world));
  });
}
