import { expect, it } from 'vitest';
import { type ContractRoot, contractOf, payloadRootOf } from '../../../../src/core/manifest/contract.ts';
import { eventsOf } from '../../../../src/core/manifest/events.ts';
import { eventContexts } from '../../../../src/core/pack/context/endpoint-context.ts';
import { fitsInput } from '../../../../src/core/pack/context/schemas-context.ts';
import { goodManifest } from '../../manifest/good-manifest.ts';

const cases: [name: string, events: string[], own: string, handlers: string[]][] = [
  ['own events have the verb as name', ['ocr.indexed'], 'ocr', ['indexed']],
  ['others with their namespace', ['user.deleted', 'ocr.indexed'], '', ['user_deleted', 'ocr_indexed']],
  ['a keyword with its namespace', ['ocr.import', 'ocr.delete'], 'ocr', ['ocr_import', 'ocr_delete']],
  ['two with the same name', ['ocr.a_b', 'a.b'], 'ocr', ['a_b', 'a_b_2']],
  ['two with the same name in camel case', ['x.a__b', 'x.a_b'], '', ['x_a__b', 'x_a_b_2']],
  ['names with several parts', ['ocr.page.read', 'billing.invoice.paid'], 'ocr', ['page_read', 'billing_invoice_paid']],
];
it.each(cases)('%s', (_, events, own, handlers) => {
  expect(
    eventContexts(
      eventsOf(events, own),
      () => undefined,
      () => true,
    ).map(({ handler }) => handler),
  ).toEqual(handlers);
});

it('contains the name and namespace of the event, and the type of its payload', () => {
  const payload = { type: 'object', properties: { page: { type: 'integer' } } };
  const manifest = goodManifest('ocr', {
    events_emitted: ['ocr.started', { event: 'ocr.approved', payload }],
    events_subscribed: ['ocr.approved', { event: 'billing.invoice.paid', payload }, 'file.uploaded'],
  });
  const contract = contractOf(manifest);
  const contexts = (list: 'events_emitted' | 'events_subscribed', own: string) =>
    eventContexts(
      eventsOf(manifest[list], own),
      (index) => payloadRootOf(contract, manifest, list, index),
      (root) => fitsInput(root, contract),
    );
  const none = { payload: null, payloadSample: null, fitsInput: true };
  const approved = { payload: 'Approved', payloadSample: 'approved_sample', fitsInput: true };
  expect(contexts('events_emitted', 'ocr')).toEqual([
    { name: 'ocr.started', namespace: 'ocr', handler: 'started', ...none },
    { name: 'ocr.approved', namespace: 'ocr', handler: 'approved', ...approved },
  ]);
  expect(contexts('events_subscribed', '')).toEqual([
    { name: 'ocr.approved', namespace: 'ocr', handler: 'ocr_approved', ...approved },
    {
      name: 'billing.invoice.paid',
      namespace: 'billing',
      handler: 'billing_invoice_paid',
      payload: 'BillingInvoicePaid',
      payloadSample: 'billing_invoice_paid_sample',
      fitsInput: true,
    },
    { name: 'file.uploaded', namespace: 'file', handler: 'file_uploaded', ...none },
  ]);
});

const page = { type: 'integer' };
const closed = (properties: object, required = Object.keys(properties)) => ({ type: 'object', properties, required });
const payloads: [name: string, input: object | undefined, payload: object, fits: boolean][] = [
  ['all that the input requires', closed({ page }), closed({ page, size: page }), true],
  ['optionally what the input requires', closed({ page }), closed({ page }, []), false],
  [
    'a text that is too short',
    closed({ note: { type: 'string', minLength: 9 } }),
    closed({ note: { type: 'string' } }),
    false,
  ],
  ['less than the input requires', closed({ page, size: page }), closed({ page }), false],
  ['less than an input with defaults', closed({ size: { ...page, default: 1 } }, []), closed({ page }), true],
  ['a value of another type', closed({ page }), closed({ page: { type: 'string' } }), false],
  ['the user', closed({ user_id: { type: 'string' } }), closed({ page }), true],
  ['anything, for an input without a type', undefined, closed({ page }), true],
];
it.each(payloads)('tells whether a job can start with a payload that has %s', (_, input, payload, fits) => {
  const manifest = goodManifest('ocr', { ...(input && { input }), events_subscribed: [{ event: 'a.done', payload }] });
  const contract = contractOf(manifest);
  const root = payloadRootOf(contract, manifest, 'events_subscribed', 0) as ContractRoot;
  expect(fitsInput(root, contract)).toBe(fits);
});
