import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** How long a service may take to answer. */
const limitMs = 4_000;

/** Where a service listens: a host and a port, or a socket in the file system. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** Why a service is not usable, as the end of a sentence; `undefined` if it answers as expected. */
export type WhyNot = string | undefined;

/**
 * Whether a PostgreSQL server answers. Sends the first message of a session, without a password: what the server replies
 * shows that it accepts connections, not that the role may use the database.
 */
export async function whyNoPostgres(place: Place, user: string, database: string): Promise<WhyNot> {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(parameters.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  const { reply, problem } = await exchange(
    () => connect(place),
    [head, parameters],
    (bytes) => bytes.length >= 1,
  );
  if (problem !== undefined) return problem;
  const kind = String.fromCharCode(reply[0] ?? 0);
  if (kind === 'R') return undefined;
  if (kind !== 'E') return 'what answers is not PostgreSQL';
  const code = /C(\w{5})\0/.exec(reply.toString('latin1'))?.[1] ?? '';
  // The server demands encryption or another way to sign in: the host negotiates that.
  if (code.startsWith('28')) return undefined;
  return reasons[code] ?? `the server refuses connections (SQLSTATE ${code || 'unknown'})`;
}

const reasons: Readonly<Record<string, string>> = {
  '3D000': 'the server has no such database',
  '53300': 'the server has no free connections',
  '57P03': 'the server is starting or stopping',
};

/** Whether Redis answers and accepts the password. */
export async function whyNoRedis(url: URL): Promise<WhyNot> {
  const place = { host: url.hostname.replace(/^\[|\]$/g, '') || 'localhost', port: Number(url.port || 6379) };
  const open = () =>
    url.protocol === 'rediss:' ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place);
  const secret = [url.username, url.password].map(decodeURIComponent).filter((part) => part !== '');
  const commands = [...(url.password === '' ? [] : [['AUTH', ...secret]]), ['PING']];
  const { reply, problem } = await exchange(open, commands.map(command), (bytes) =>
    /PONG\r\n|^-|\r\n-/.test(`${bytes}`),
  );
  if (problem !== undefined) return problem;
  if (reply.includes('PONG')) return undefined;
  return /NOAUTH|WRONGPASS|ERR.*password/i.test(reply.toString('latin1'))
    ? 'Redis refuses the user or the password'
    : 'what answers is not Redis';
}

function command(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}

/** What answers `GET path`, such as `503` and its body; `undefined` if nothing listens. Any other server has the status 0. */
export async function httpAnswer(
  place: { readonly host: string; readonly port: number },
  path: string,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  const request = `GET ${path} HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`;
  const { reply, problem, isRefused } = await exchange(
    () => connect(place),
    [Buffer.from(request)],
    () => false,
  );
  if (isRefused) return undefined;
  const [head = '', body = ''] = reply.toString('utf8').split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
  return { status: problem !== undefined && status === 0 ? 0 : status, body };
}

interface Exchange {
  readonly reply: Buffer;
  readonly problem?: string;
  /** Whether nothing listens there. */
  readonly isRefused?: boolean;
}

/** Sends messages and reads until `isEnough`, the end or the time limit. */
async function exchange(
  open: () => Socket,
  messages: readonly Buffer[],
  isEnough: (bytes: Buffer) => boolean,
): Promise<Exchange> {
  let reply = Buffer.alloc(0);
  return new Promise((resolve) => {
    const socket = open();
    const finish = (problem?: string, isRefused = false) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ reply, ...(problem !== undefined && reply.length === 0 && { problem }), isRefused });
    };
    const timer = setTimeout(() => finish(`it does not answer within ${limitMs / 1000} seconds`), limitMs);
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish(connectProblems[error.code ?? ''] ?? `the connection failed (${error.code})`, isUnused(error.code)),
    );
    socket.on('data', (bytes: Buffer) => {
      reply = Buffer.concat([reply, bytes]);
      if (isEnough(reply) || reply.length > 65_536) finish();
    });
    socket.on('close', () => finish('it closes the connection'));
    for (const message of messages) socket.write(message);
  });
}

const isUnused = (code: string | undefined) => code === 'ECONNREFUSED';

const connectProblems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closes the connection',
  ENOENT: 'nothing listens there',
  ENOTFOUND: 'the name of its machine is unknown',
  EAI_AGAIN: 'the name of its machine cannot be resolved',
  EHOSTUNREACH: 'its machine cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
};
