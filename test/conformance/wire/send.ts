import { type IncomingHttpHeaders, request } from 'node:http';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: unknown;
}

/** One HTTP exchange on a connection of its own; the path goes out as it is, not normalised. */
export function send(baseUrl: string, { method, path, headers = {}, body }: Question): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl);
  const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` };
  return new Promise((resolve, reject) => {
    const question = request({ hostname, port, method, path, agent: false, headers: { ...length, ...headers } });
    question.setTimeout(30_000, () => question.destroy(new Error(`no answer to ${method} ${path}`)));
    question.on('error', reject);
    question.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: readJson(text) });
      });
    });
    question.end(body);
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
