import { connect, createServer, type Server, type Socket } from 'node:net';

/** Passes connections on to a server. While it hangs, nothing arrives and nothing is closed, as if a cable was cut. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs: Set<readonly [Socket, Socket]>;
  #hangs = false;

  private constructor(server: Server, port: number, pairs: Set<readonly [Socket, Socket]>) {
    this.#server = server;
    this.port = port;
    this.#pairs = pairs;
  }

  static async to(port: number): Promise<TcpProxy> {
    const pairs = new Set<readonly [Socket, Socket]>();
    const server = createServer((client) => {
      const pair = [client, connect(port, '127.0.0.1')] as const;
      pairs.add(pair);
      for (const [one, other] of [pair, pair.toReversed()] as [Socket, Socket][]) {
        one.on('error', () => {});
        one.on('close', () => {
          other.destroy();
          pairs.delete(pair);
        });
      }
      if (!proxy.#hangs) join(pair);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server, (server.address() as { port: number }).port, pairs);
    return proxy;
  }

  /** The same address, through the proxy. */
  through(url: string): string {
    const address = new URL(url);
    address.port = `${this.port}`;
    return address.href;
  }

  pause(): void {
    this.#hangs = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.unpipe().pause();
  }

  resume(): void {
    this.#hangs = false;
    for (const pair of this.#pairs) join(pair);
  }

  close(): void {
    this.#server.close();
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }
}

function join([client, server]: readonly [Socket, Socket]): void {
  client.pipe(server);
  server.pipe(client);
}
