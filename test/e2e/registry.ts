import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Registry {
  readonly url: string;
  readonly port: number;
  close(): void;
}

interface Published {
  readonly document: object;
  readonly tarball: Buffer;
}

/** A minimal package registry on loopback, for publishing, installing and running. */
export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, Published>();
  const server = createServer(async (request, response) => {
    const [name = '', rest] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/');
    if (request.method === 'PUT') {
      packages.set(name, publish(await bodyOf(request)));
      return void response.writeHead(201).end('{}');
    }
    const found = packages.get(name);
    if (!found) return void response.writeHead(404).end('{}');
    if (rest === undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(found.document));
    else response.end(found.tarball);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, close: () => server.close() };
}

function publish(body: string): Published {
  const { _attachments: files, ...document } = JSON.parse(body) as { _attachments: Record<string, { data: string }> };
  const [file] = Object.values(files);
  return { document, tarball: Buffer.from(file?.data ?? '', 'base64') };
}

async function bodyOf(request: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
