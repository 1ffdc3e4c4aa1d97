import { mismatchesOf } from '../../../contract/compare.ts';
import { type Problem, problemAt } from '../../../diagnostic.ts';
import { type Contract, contractOf } from '../../../manifest/contract.ts';
import { eventNames } from '../../../manifest/events.ts';
import type { ModuleFacts, ModulesRule } from '../../rule.ts';

export const payloadMismatch: ModulesRule = {
  id: 'payload-mismatch',
  kind: 'modules',
  severity: 'error',
  summary: 'a module expects other data of an event than the module that emits it declares',
  why: 'An event whose data does not fit the payload of the subscriber becomes a dead letter, and its handler never runs.',
  needsAll: false,
  check(modules) {
    const publishers = publishersOf(modules);
    return modules.flatMap((module) => {
      const { events_subscribed: subscribed } = module.manifest;
      if (subscribed.every((entry) => typeof entry === 'string')) return [];
      const contract = contractOf(module.manifest);
      if (contract.problems.length > 0) return [];
      return eventNames(subscribed).flatMap((event, index) => {
        const publisher = publishers.get(event);
        const wanted = contract.rootAt(['events_subscribed', index, 'payload']);
        if (publisher === undefined || publisher.module === module || wanted === undefined) return [];
        return problemsBetween(publisher, contract, wanted.name, index).map((problem) => ({ module, ...problem }));
      });
    });
  },
};

interface Publisher {
  readonly module: ModuleFacts;
  readonly contract: Contract;
  /** Name of the type of the payload. */
  readonly name: string;
}

/** The modules that declare the payload of an event, by event. `event-owner` reports a second one. */
function publishersOf(modules: readonly ModuleFacts[]): Map<string, Publisher> {
  const found = new Map<string, Publisher>();
  for (const module of modules) {
    const { events_emitted: emitted } = module.manifest;
    if (emitted.every((entry) => typeof entry === 'string')) continue;
    const contract = contractOf(module.manifest);
    if (contract.problems.length > 0) continue;
    for (const [index, event] of eventNames(emitted).entries()) {
      const root = contract.rootAt(['events_emitted', index, 'payload']);
      if (root !== undefined && !found.has(event)) found.set(event, { module, contract, name: root.name });
    }
  }
  return found;
}

function problemsBetween(
  { module, contract, name }: Publisher,
  own: Contract,
  wanted: string,
  index: number,
): Problem[] {
  const given = { type: { kind: 'ref', name }, types: contract.types } as const;
  const mismatches = mismatchesOf(given, { type: { kind: 'ref', name: wanted }, types: own.types });
  const path = ['events_subscribed', index, 'payload'];
  return mismatches.map(({ place, reason }) =>
    problemAt(
      path,
      `events_subscribed[${index}].payload does not fit ${module.file}: ${place === '' ? 'the value' : place} ${reason}`,
      'Change one of the two payloads. The payload of a subscriber may have fewer properties.',
    ),
  );
}
