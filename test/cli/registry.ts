import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Packument {
  readonly name: string;
  versions: Record<string, { dist: { integrity?: string; shasum?: string } }>;
  'dist-tags': Record<string, string>;
  _attachments?: Record<string, { data: string }>;
}

/** A registry of npm on this machine: `npm publish` and `npm pack` work with it. */
export interface Registry {
  readonly url: string;
  /** Replaces the archive of a published version; `isConsistent` also replaces its checksum in the registry. */
  replace(file: string, archive: Uint8Array, isConsistent: boolean): void;
  close(): Promise<void>;
}

export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, Packument>();
  const archives = new Map<string, Uint8Array>();
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0]?.slice(1) ?? '');
    const answer = (status: number, body: string | Uint8Array) => response.writeHead(status).end(body);
    if (request.method === 'PUT') {
      const sent = JSON.parse(await textOf(request)) as Packument;
      for (const [file, { data }] of Object.entries(sent._attachments ?? {}))
        archives.set(file, Buffer.from(data, 'base64'));
      const known = packages.get(path);
      const tags = { ...known?.['dist-tags'], ...sent['dist-tags'] };
      packages.set(path, {
        ...sent,
        _attachments: {},
        versions: { ...known?.versions, ...sent.versions },
        'dist-tags': tags,
      });
      return answer(201, '{}');
    }
    const archive = archives.get(path.split('/-/')[1] ?? '');
    if (archive !== undefined) return answer(200, archive);
    const found = packages.get(path);
    return found === undefined ? answer(404, '{"error":"not found"}') : answer(200, JSON.stringify(found));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    replace(file, archive, isConsistent) {
      archives.set(file, archive);
      if (!isConsistent) return;
      const [, version = ''] = /-(\d+\.\d+\.\d+)\.tgz$/.exec(file) ?? [];
      for (const { versions } of packages.values()) {
        const dist = versions[version]?.dist;
        if (dist === undefined) continue;
        dist.integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
        dist.shasum = createHash('sha1').update(archive).digest('hex');
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
