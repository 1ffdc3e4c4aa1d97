import { allowsUser, inputMismatches } from '../../contract/compare.ts';
import type { Type } from '../../contract/type.ts';
import { type Problem, problemAt } from '../../diagnostic.ts';
import { contractOf, payloadRootOf } from '../../manifest/contract.ts';
import { eventNames } from '../../manifest/events.ts';
import type { CodeRule } from '../rule.ts';

export const eventInput: CodeRule = {
  id: 'event-input',
  kind: 'code',
  severity: 'warning',
  summary: 'a handler starts jobs with the data of an event, whose payload does not fit the input or is not declared',
  why: 'Such an event starts no job: it becomes a dead letter with the code input_invalid, or has no place for the user.',
  check({ manifest }, { handled }) {
    const starting = new Set(handled.filter(({ takesData }) => takesData).map(({ name }) => name));
    if (starting.size === 0) return [];
    const contract = contractOf(manifest);
    const { types, problems } = contract;
    if (problems.length > 0) return [];
    return eventNames(manifest.events_subscribed).flatMap((event, index) => {
      if (!starting.has(event)) return [];
      const root = payloadRootOf(contract, manifest, 'events_subscribed', index);
      if (root === undefined) return inputMismatches(undefined, types).length === 0 ? [] : [undeclared(event, index)];
      const payload: Type = { kind: 'ref', name: root.name };
      const isOpen = allowsUser(payload, types);
      const reasons = isOpen ? inputMismatches(payload, types) : ['it allows no user_id'];
      const hint = isOpen
        ? 'Declare it in the payload, or pass an input of your own to startFromEvent (start_from_event).'
        : 'Add user_id: { type: string } to its properties, or additionalProperties: true.';
      return reasons.map((reason) =>
        problemAt(
          ['events_subscribed', index],
          `the payload of ${event} does not fit the input of the job that its handler starts: ${reason}`,
          hint,
        ),
      );
    });
  },
};

function undeclared(event: string, index: number): Problem {
  return problemAt(
    ['events_subscribed', index],
    `the payload of ${event} is not declared: it may lack what the input of the job requires that its handler starts`,
    `Declare what its data has: { event: ${event}, payload: … }; or pass an input of your own to startFromEvent (start_from_event).`,
  );
}
