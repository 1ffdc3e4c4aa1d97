import { describe, expect, it } from 'vitest';
import { standardSettings } from '../../../src/core/manifest/configuration.ts';
import { endpointsOf, standardEndpoints } from '../../../src/core/manifest/endpoints.ts';
import { eventNames } from '../../../src/core/manifest/events.ts';
import { draws, eachSeed } from '../../draws.ts';
import { driftIn, edited, generated, type Module, replacements, stacks } from '../code/generated-code.ts';
import { goodManifest } from '../manifest/good-manifest.ts';
import { randomManifest } from '../pack/random-manifest.ts';

const plain = goodManifest();
const manifest = goodManifest('document_search', {
  endpoints: [...plain.endpoints, 'GET /documents/{document_id}', 'POST /reindex', 'DELETE /documents/{document_id}'],
  permissions_required: [...plain.permissions_required, 'document_search:share'],
  events_emitted: [...plain.events_emitted, 'document_search.index_refreshed'],
  events_subscribed: ['user.deleted', 'file.uploaded'],
  configuration: { ...plain.configuration, top_k: 5, language: { type: 'string', default: 'en', enum: ['en', 'de'] } },
});
const isFastify = (stack: string) => stack === 'fastify';
const quoted = (stack: string, text: string) => (isFastify(stack) ? `'${text}'` : `"${text}"`);
const file = (stack: string, name: string) => `${name}.${isFastify(stack) ? 'ts' : 'py'}`;
/** Without the line that starts with `start` and its continuation lines. */
function withoutEntry(text: string, start: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(start));
  const indent = start.length - start.trimStart().length;
  const isMore = (line: string) => line.startsWith(' '.repeat(indent + 1)) || /^\s*[)\]]/.test(line);
  const rest = lines.slice(at + 1);
  return [...lines.slice(0, at), ...rest.slice(rest.findIndex((line) => !isMore(line)))].join('\n');
}
const withoutLine = (word: string) => (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.includes(word))
    .join('\n');
/** What the runtime does, so that the code need not name it. */
const isOfRuntime = (entry: string) =>
  standardEndpoints.includes(entry) || /\.(?:started|progress|completed|failed|cancelled)$/.test(entry);
const indexRefreshed = 'document_search.index_refreshed';
/** The endpoints that code names: the runtime serves the standard ones. */
const custom = endpointsOf(manifest).flatMap(({ role, given }, index) =>
  role === null ? [{ entry: given.endpoint, index }] : [],
);
const lineOf = (field: string, index: number, module: Module) =>
  `manifest.yaml:${(module.get('manifest.yaml') ?? '').split('\n').indexOf(`${field}:`) + 2 + index}`;

describe.each(stacks)('the check of %s code', (stack) => {
  it('reports nothing for generated code, also with random manifests', async () => {
    expect(await driftIn(await generated(stack, manifest), manifest)).toEqual([]);
    await eachSeed(draws.codeChecks, async (seed) => {
      const random = randomManifest(seed);
      const found = await driftIn(await generated(stack, random), random);
      // A drawn payload need not fit the input.
      expect(found.filter((line) => !line.includes(' event-input: '))).toEqual([]);
    });
  });

  it('reports a renamed endpoint, and nothing else', async () => {
    const module = await generated(stack, manifest);
    for (const { entry } of custom) {
      const [method, path] = entry.split(' ');
      const renamed = `${method} /x${path?.slice(1)}`;
      const [one, ...more] = replacements(module, quoted(stack, entry), quoted(stack, renamed));
      expect([one?.at.split(':')[0], more]).toEqual([file(stack, 'routes'), []]);
      expect(await driftIn(one?.changed ?? module, manifest)).toEqual([
        `${one?.at} undeclared-route: the manifest does not declare ${renamed}`,
      ]);
    }
    expect(custom).toHaveLength(3);
  });

  it('reports a removed endpoint, and nothing else', async () => {
    const module = await generated(stack, manifest);
    for (const { entry, index } of custom) {
      const changed = edited(module, file(stack, 'routes'), withoutLine(quoted(stack, entry)));
      expect(await driftIn(changed, manifest)).toEqual([
        `${lineOf('endpoints', index, module)} missing-route: the code has no route for ${entry}`,
      ]);
    }
  });

  it('reports the standard endpoints without the routes of the runtime', async () => {
    const module = await generated(stack, manifest);
    const changed = edited(module, file(stack, 'routes'), (text) =>
      isFastify(stack) ? withoutLine('jobRoutes(service)')(text) : text.replace('job_routes(service)', 'APIRouter()'),
    );
    expect(await driftIn(changed, manifest)).toEqual(
      standardEndpoints.map(
        (entry, index) => `${lineOf('endpoints', index, module)} missing-route: the code has no route for ${entry}`,
      ),
    );
  });

  it('reports routes that are written by hand without a permission of the manifest', async () => {
    const module = await generated(stack, manifest);
    const guards = { open: '', declared: 'document_search:share', other: 'document_search:other' };
    const withRoute = (guard: string) =>
      edited(module, file(stack, 'routes'), (text) =>
        isFastify(stack)
          ? `import { requirePermission } from 'ai-module-runtime';\n${text.replace(
              '  };\n}\n',
              `    app.get('/more', {${guard && ` onRequest: requirePermission('${guard}') `}}, async () => ({}));\n  };\n}\n`,
            )}`
          : `${text.replace('    return router\n', '')}
    @router.get("/more"${guard && `, dependencies=[requires("${guard}")]`})
    async def more() -> None: ...

    return router\n`,
      );
    const found = async (guard: string) =>
      (await driftIn(withRoute(guard), { ...manifest, endpoints: [...manifest.endpoints, 'GET /more'] })).map(
        (one) => one.split(' ')[1],
      );
    expect(await found(guards.open)).toEqual(['unguarded-route:']);
    expect(await found(guards.declared)).toEqual([]);
    expect(await found(guards.other)).toEqual(['undeclared-permission:']);
  });

  it('reports a renamed event, and nothing else', async () => {
    const module = await generated(stack, manifest);
    const cases = [
      ...[indexRefreshed].map((name) => [name, 'undeclared-event: the manifest does not declare the event'] as const),
      ...eventNames(manifest.events_subscribed).map(
        (name) => [name, 'undeclared-subscription: the manifest does not subscribe to'] as const,
      ),
    ];
    for (const [name, message] of cases) {
      const all = replacements(module, quoted(stack, name), quoted(stack, `${name}_x`));
      expect(all.length).toBeGreaterThan(0);
      for (const { at, changed } of all)
        expect(await driftIn(changed, manifest)).toEqual([`${at} ${message} ${name}_x`]);
    }
  });

  it('reports a removed event, and nothing else', async () => {
    const module = await generated(stack, manifest);
    const removed = edited(module, file(stack, 'events'), withoutLine(quoted(stack, indexRefreshed)));
    expect(await driftIn(removed, manifest)).toEqual([
      `${lineOf('events_emitted', manifest.events_emitted.indexOf(indexRefreshed), module)} unpublished-event: the code does not publish ${indexRefreshed}`,
    ]);
    for (const [index, name] of eventNames(manifest.events_subscribed).entries()) {
      const changed = edited(module, file(stack, 'events'), (text) =>
        isFastify(stack)
          ? withoutLine(`events.on(${quoted(stack, name)}`)(text)
          : text.replace(new RegExp(` *@?events.on\\("${name}"\\).*\\n`), ''),
      );
      expect(await driftIn(changed, manifest)).toEqual([
        `${lineOf('events_subscribed', index, module)} unhandled-event: the code does not handle ${name}`,
      ]);
    }
  });

  it('reports a renamed or removed setting, and nothing else', async () => {
    const module = await generated(stack, manifest);
    const config = file(stack, 'config');
    const indent = isFastify(stack) ? '  ' : '    ';
    const keys = Object.keys(manifest.configuration).filter((key) => !Object.hasOwn(standardSettings, key));
    for (const key of keys) {
      const [one, ...more] = replacements(module, `\n${indent}${key}:`, `\n${indent}${key}_x:`).filter(({ at }) =>
        at.startsWith(config),
      );
      expect(more).toEqual([]);
      const at = `${config}:${Number(one?.at.split(':')[1]) + 1}`;
      expect(await driftIn(one?.changed ?? module, manifest)).toEqual([
        `${at} undeclared-setting: the manifest does not declare the setting ${key}_x`,
      ]);
      const removed = edited(module, config, (text) => withoutEntry(text, `${indent}${key}:`));
      const found = await driftIn(removed, manifest);
      expect(found.map((line) => line.replace(/^manifest.yaml:\d+ /, ''))).toEqual([
        `missing-setting: the configuration class does not define ${key}`,
      ]);
    }
    expect(keys).toEqual(['top_k', 'language']);
  });

  it('reports what the manifest declares in excess or lacks, and nothing else', async () => {
    const module = await generated(stack, manifest);
    const found = async (changed: Partial<typeof manifest>) =>
      (await driftIn(module, { ...manifest, ...changed })).map((one) => one.replace(/^\S+ /, ''));
    const lists = {
      endpoints: ['GET /more', 'missing-route: the code has no route for GET /more', 'undeclared-route'],
      events_emitted: ['document_search.more', 'unpublished-event: the code does not publish', 'undeclared-event'],
      events_subscribed: [
        'file.more',
        'unhandled-event: the code does not handle file.more',
        'undeclared-subscription',
      ],
    } as const;
    for (const [field, [entry, missing, extra]] of Object.entries(lists)) {
      const entries = manifest[field as keyof typeof lists];
      expect(await found({ [field]: [...entries, entry] })).toEqual([expect.stringContaining(missing)]);
      for (const removed of entries.filter((one) => !isOfRuntime(String(one))))
        expect(await found({ [field]: entries.filter((one) => one !== removed) })).toContainEqual(
          expect.stringContaining(extra),
        );
    }
    const { top_k: _, ...configuration } = manifest.configuration;
    expect(await found({ configuration })).toEqual([expect.stringContaining('undeclared-setting')]);
    expect(await found({ configuration: { ...manifest.configuration, more: 1 } })).toEqual([
      'missing-setting: the configuration class does not define more',
    ]);
  });

  it('reports missing names as not verified if a file does not parse', async () => {
    const module = await generated(stack, manifest);
    const routes = file(stack, 'routes');
    const broken = edited(module, routes, (text) => `${text.slice(0, text.length / 2)}\n)]} = = (\n`);
    const found = await driftIn(broken, manifest);
    expect(found.length).toBeGreaterThan(1);
    expect(found.filter((one) => !one.includes(' unclear-code: '))).toEqual([]);
    expect(found.some((one) => one.startsWith(routes))).toBe(true);
    expect(found.some((one) => one.includes('could not verify that a route answers'))).toBe(true);
  });
});
