import { describe, expect, it } from 'vitest';
import { contractOf } from '../../../src/core/manifest/contract.ts';
import { checkSemantics } from '../../../src/core/manifest/meaning.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';
import { goodManifest } from './good-manifest.ts';

const line = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };
const names = (changes: Partial<Manifest>) =>
  contractOf(goodManifest('invoices', changes)).roots.map(({ name, sample }) => [name, sample]);

describe('names in code', () => {
  it('of the module', () =>
    expect(names({ input: line, options: line, output: line })).toEqual([
      ['Input', 'sample'],
      ['Options', 'sample_options'],
      ['Output', 'sample_output'],
    ]));

  it('of endpoints', () =>
    expect(
      names({
        endpoints: [
          { endpoint: 'POST /preview', input: line, output: line },
          { endpoint: 'GET /pages/{page}', output: line },
        ],
      }),
    ).toEqual([
      ['PreviewInput', 'preview_sample'],
      ['PreviewOutput', 'preview_sample_output'],
      ['GetPagesByPageOutput', 'get_pages_by_page_sample_output'],
    ]));

  it('of payloads', () =>
    expect(
      names({
        events_emitted: [
          'invoices.started',
          { event: 'invoices.approved', payload: line },
          { event: 'invoices.line.added', payload: line },
        ],
        events_subscribed: [{ event: 'billing.invoice.paid', payload: line }],
      }),
    ).toEqual([
      ['Approved', 'approved_sample'],
      ['LineAdded', 'line_added_sample'],
      ['BillingInvoicePaid', 'billing_invoice_paid_sample'],
    ]));

  it('avoid those that generated code has already', () =>
    expect(
      names({
        endpoints: [{ endpoint: 'POST /preview', input: line }],
        events_emitted: ['date', 'preview_input', 'preview', 'preview_payload', 'input'].map((verb) => ({
          event: `invoices.${verb}`,
          payload: line,
        })),
      }),
    ).toEqual([
      ['PreviewInput', 'preview_sample'],
      ['DatePayload', 'date_payload_sample'],
      ['PreviewInputPayload', 'preview_input_payload_sample'],
      ['PreviewPayload', 'preview_payload_sample'],
      ['PreviewPayloadPayload', 'preview_payload_payload_sample'],
      ['InvoicesInput', 'invoices_input_sample'],
    ]));
});

it('leaves out types that nothing refers to', () => {
  const types = {
    Line: line,
    Page: { type: 'object', properties: { lines: { type: 'array', items: { $ref: '#/types/Line' } } } },
    Other: line,
  };
  const contract = contractOf(goodManifest('invoices', { types, output: { $ref: '#/types/Page' } }));
  expect([...contract.usedTypes().keys()]).toEqual(['Line', 'Page', 'Output']);
});

it('reads payloads as open objects, and everything else as closed ones', () => {
  const { types } = contractOf(
    goodManifest('invoices', { input: line, events_emitted: [{ event: 'invoices.approved', payload: line }] }),
  );
  expect([types.get('Input'), types.get('Approved')]).toMatchObject([{ isOpen: false }, { isOpen: true }]);
});

const query = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const problems: [name: string, changes: Partial<Manifest>, want: string[]][] = [
  ['nothing', { types: { Line: line }, input: { $ref: '#/types/Line' } }, []],
  [
    'a name that generated code needs',
    {
      types: { PreviewInput: line },
      endpoints: [{ endpoint: 'POST /preview', input: { $ref: '#/types/PreviewInput' } }],
    },
    ['types/PreviewInput: the type name PreviewInput is reserved for the input of POST /preview'],
  ],
  [
    'types of standard endpoints',
    { endpoints: [{ endpoint: 'POST /process', input: line, summary: 'Start a job' }] },
    ['endpoints/0/input: endpoints[0].input has no effect: POST /process is a standard endpoint'],
  ],
  [
    'a permission of an endpoint that is not declared',
    { endpoints: [{ endpoint: 'POST /approve', permission: 'invoices:approve' }] },
    ['endpoints/0/permission: POST /approve requires invoices:approve, which is not in permissions_required'],
  ],
  [
    'a declared permission',
    {
      endpoints: [{ endpoint: 'POST /approve', permission: 'invoices:read' }],
      permissions_required: ['invoices:read'],
    },
    [],
  ],
  [
    'a query',
    {
      endpoints: [
        {
          endpoint: 'GET /pages',
          input: query({ page: { type: 'integer' }, kind: { enum: ['a'] }, all: { type: 'boolean' } }),
        },
      ],
    },
    [],
  ],
  [
    'lists, objects and null in a query',
    {
      endpoints: [
        {
          endpoint: 'DELETE /pages',
          input: query({
            pages: { type: 'array', items: { type: 'integer' } },
            note: { type: ['string', 'null'] },
            from: line,
          }),
        },
      ],
    },
    ['pages', 'note', 'from'].map(
      (name) => `endpoints/0/input: endpoints[0].input is the query of DELETE /pages, which cannot have ${name}`,
    ),
  ],
  [
    'any object as a query',
    { endpoints: [{ endpoint: 'GET /pages', input: { type: 'object', additionalProperties: true } }] },
    ['endpoints/0/input: endpoints[0].input is the query of GET /pages, which must be an object with known properties'],
  ],
  [
    'a problem inside a payload',
    { events_subscribed: [{ event: 'a.b', payload: query({ x: { type: 'text' } }) }] },
    [
      'events_subscribed/0/payload/properties/x/type: events_subscribed[0].payload.properties.x.type: "text" is not a type',
    ],
  ],
  [
    'the same endpoint in both forms',
    { endpoints: ['POST /a', { endpoint: '/a' }] },
    ['endpoints/1: endpoints[1] duplicates endpoints[0]'],
  ],
  [
    'the same event in both forms',
    { events_emitted: ['invoices.a', { event: 'invoices.a' }] },
    ['events_emitted/1: events_emitted[1] duplicates events_emitted[0]'],
  ],
];
it.each(problems)('reports %s', (_, changes, want) => {
  const found = checkSemantics(goodManifest('invoices', changes));
  expect(found.map(({ path, message }) => `${path.join('/')}: ${message}`)).toEqual(want);
});
