import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from './wait-until.ts';

/** How the server reacts to one call. `hold` waits for release, `drop` closes the connection. */
export type Step = 'ok' | 'slow' | 'hold' | 'drop' | 'garbage' | number;

const slowMilliseconds = 300;

/** The key that hosts must send, and that must never appear in their output. */
export const providerKey = 'sk-planted-provider-key-5d1c';
/** Part of every error of the server, like a real exception message. */
export const providerErrorText = 'planted-provider-error-text-83e0';

/** A module input text: calls that contain it follow the script, one step per call; the last step repeats. */
export interface Script {
  readonly text: string;
  /** When each call arrived, in milliseconds. */
  readonly arrivals: readonly number[];
  /** The maximum number of calls held at the same time. */
  mostHeld(): number;
  seen(calls?: number): Promise<void>;
  release(): void;
}

interface Entry {
  readonly steps: readonly Step[];
  readonly arrivals: number[];
  readonly held: Set<() => void>;
  mostHeld: number;
  released: boolean;
}

export class FakeOpenAi {
  health: 'up' | 'error' | 'hang' = 'up';
  readonly authorizations = new Set<string>();
  readonly #server = createServer((request, response) => this.#take(request, response));
  readonly #entries = new Map<string, Entry>();
  #calls = 0;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  script(...steps: readonly Step[]): Script {
    const id = `${this.#entries.size + 1}`;
    const entry: Entry = { steps, arrivals: [], held: new Set(), mostHeld: 0, released: false };
    this.#entries.set(id, entry);
    return {
      text: `SCRIPT(${id})`,
      arrivals: entry.arrivals,
      mostHeld: () => entry.mostHeld,
      seen: async (calls = 1) => {
        await waitUntil(`${calls} calls of script ${id}`, () => entry.arrivals.length >= calls);
      },
      release: () => release(entry),
    };
  }

  releaseAll(): void {
    for (const entry of this.#entries.values()) release(entry);
  }

  async close(): Promise<void> {
    this.releaseAll();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.authorizations.add(request.headers.authorization ?? '');
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      if (request.url?.endsWith('/chat/completions') !== true) this.#answerPing(response);
      else this.#answerCall(body, request.headers.authorization ?? '', response);
    });
  }

  #answerPing(response: ServerResponse): void {
    if (this.health === 'error') sendJson(response, 500, errorBody(''));
    if (this.health !== 'up') return;
    sendJson(response, 200, {
      object: 'list',
      data: [{ id: 'gpt-4o-mini', object: 'model', created: 1, owned_by: 'x' }],
    });
  }

  #answerCall(body: string, authorization: string, response: ServerResponse): void {
    const entry = this.#entries.get(/SCRIPT\((\d+)\)/.exec(body)?.[1] ?? '');
    const call = entry === undefined ? 0 : entry.arrivals.push(performance.now()) - 1;
    const step = entry?.steps[Math.min(call, entry.steps.length - 1)] ?? 'ok';
    const answer = () => sendJson(response, 200, completion(++this.#calls, body));
    if (step === 'ok' || (step === 'hold' && entry?.released !== false)) answer();
    else if (step === 'slow') setTimeout(answer, slowMilliseconds);
    else if (step === 'drop') response.destroy();
    else if (step === 'garbage') sendJson(response, 200, { nothing: providerErrorText });
    else if (step === 'hold') hold(entry, answer, response);
    else sendJson(response, step, errorBody(authorization));
  }
}

function hold(entry: Entry | undefined, answer: () => void, response: ServerResponse): void {
  if (entry === undefined) return;
  entry.held.add(answer);
  entry.mostHeld = Math.max(entry.mostHeld, entry.held.size);
  response.on('close', () => entry.held.delete(answer));
}

function release(entry: Entry): void {
  entry.released = true;
  for (const answer of entry.held) answer();
}

/** Like real servers, the error contains the key that was sent. */
function errorBody(authorization: string): unknown {
  return {
    error: { message: `${providerErrorText}: ${authorization}`, type: 'server_error', param: null, code: null },
  };
}

function completion(call: number, body: string): unknown {
  const { model } = JSON.parse(body) as { model: string };
  const message = { role: 'assistant', content: `answer of ${model}`, refusal: null };
  return {
    id: `chatcmpl-${call}`,
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message }],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
