import { connect } from 'node:net';
import type { Host } from '../host/host.ts';

const head = 'Host: x\r\nConnection: close\r\n';
const get = (target: string | Buffer, headers = head) =>
  Buffer.concat([b('GET '), b(target), b(` HTTP/1.1\r\n${headers}\r\n`)]);
const post = (headers: string, body = '') => b(`POST /health HTTP/1.1\r\n${head}${headers}\r\n\r\n${body}`);
const b = (text: string | Buffer): Buffer => Buffer.from(text as string);

/** What is no HTTP, or HTTP that no client library sends: the bytes, and the answer. */
export const malformed: ReadonlyArray<readonly [name: string, bytes: Buffer, status: number, code: string]> = [
  ['no HTTP', b('hello\r\n\r\n'), 400, 'bad_request'],
  ['TLS', Buffer.from('16030100', 'hex'), 400, 'bad_request'],
  ['an unknown version', b(`GET /health HTTP/3\r\n${head}\r\n`), 400, 'bad_request'],
  ['an unknown method', b(`FOO /health HTTP/1.1\r\n${head}\r\n`), 400, 'bad_request'],
  ['a method in lower case', b(`get /health HTTP/1.1\r\n${head}\r\n`), 400, 'bad_request'],
  ['a method that is no token', b(`G@T /health HTTP/1.1\r\n${head}\r\n`), 400, 'bad_request'],
  ['CONNECT', b(`CONNECT x:1 HTTP/1.1\r\n${head}\r\n`), 400, 'bad_request'],
  ['a method that no endpoint has', b(`PROPFIND /health HTTP/1.1\r\n${head}\r\n`), 404, 'not_found'],
  ['no Host', get('/health', 'Connection: close\r\n'), 400, 'bad_request'],
  ['a long address', get(`/${'x'.repeat(20_000)}`), 431, 'headers_too_large'],
  ['a long header', get('/health', `${head}X: ${'x'.repeat(20_000)}\r\n`), 431, 'headers_too_large'],
  ['an address of 10,000 characters', get(`/${'x'.repeat(10_000)}`), 404, 'not_found'],
  ['a header without a colon', get('/health', `${head}nothing\r\n`), 400, 'bad_request'],
  ['a space before a colon', get('/health', `${head}A : b\r\n`), 400, 'bad_request'],
  ['NUL in a header', get('/health', `${head}A: \0\r\n`), 400, 'bad_request'],
  ['a space in an address', get('/hea lth'), 400, 'bad_request'],
  ['bytes beyond ASCII in an address', get('/é'), 400, 'bad_request'],
  ['bytes beyond ASCII in a query', get('/health?x=é'), 400, 'bad_request'],
  ['NUL in an address', get('/\0'), 400, 'bad_request'],
  ['an address without a slash', get('health'), 400, 'bad_request'],
  ['a query without an address', get('?x'), 400, 'bad_request'],
  ['*', get('*'), 404, 'not_found'],
  ['characters that should be escaped', get('/"<>{}|^`\\'), 404, 'not_found'],
  ['a negative length', post('Content-Length: -1'), 400, 'bad_request'],
  ['a length that is no number', post('Content-Length: a'), 400, 'bad_request'],
  ['two lengths', post('Content-Length: 1\r\nContent-Length: 2', 'ab'), 400, 'bad_request'],
  ['a length and chunks', post('Content-Length: 1\r\nTransfer-Encoding: chunked', '0\r\n\r\n'), 400, 'bad_request'],
  ['a chunk without a length', post('Transfer-Encoding: chunked', 'zz\r\n'), 400, 'bad_request'],
  ['an unknown encoding', post('Transfer-Encoding: gzip'), 400, 'bad_request'],
];

/** Sends bytes on a connection of their own, and reads the answer until the host closes it. */
export function sendBytes({ baseUrl }: Host, bytes: Buffer): Promise<{ status: number; type: string; json: unknown }> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(60_000, () => socket.destroy(new Error('the host does not close the connection')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const [start = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(start)?.[1]);
      const type = /^content-type: ([^\r;]*)/im.exec(start)?.[1] ?? '';
      resolve({ status, type, json: body === '' ? undefined : JSON.parse(body) });
    });
  });
}
