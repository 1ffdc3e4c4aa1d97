import { readFileSync } from 'node:fs';
import {
  type JsonObject,
  type ModuleContext,
  PermanentError,
  Provider,
  type Run,
  TransientError,
} from 'ai-module-runtime';
import OpenAI, { APIError } from 'openai';
import type { Config } from './config.ts';
import type { Input, Options, Output } from './schemas.ts';
import { readInvoice } from './utils.ts';

/** The provider that the configuration names. For another one, add a class and a line here. */
export function createProvider(config: Config, context: ModuleContext): Provider<Input, Options, Output> {
  return config.provider === 'openai' ? new OpenAiProvider(config, context) : new LocalProvider();
}

/** Reads invoices that are written in the usual form, with regular expressions: nothing leaves this process. */
export class LocalProvider extends Provider<Input, Options, Output> {
  override async run({ text }: Input, { options }: Run<Options>): Promise<Output> {
    return readInvoice(text, options.currency);
  }
}

const RETRYABLE = [408, 409, 429];

/** Asks a model behind any OpenAI-compatible server. Its instructions are in `prompt.md`. */
export class OpenAiProvider extends Provider<Input, Options, Output> {
  readonly #client: OpenAI;
  readonly #model: string;
  readonly #instructions = readFileSync(new URL('prompt.md', import.meta.url), 'utf8');
  readonly #schema: JsonObject;

  constructor(config: Config, { env, outputSchema }: Pick<ModuleContext, 'env' | 'outputSchema'>) {
    super();
    // Jobs have retries of their own, with longer pauses.
    this.#client = new OpenAI({ baseURL: config.base_url, apiKey: env[config.api_key_env] ?? 'none', maxRetries: 0 });
    this.#model = config.model;
    this.#schema = outputSchema ?? {};
  }

  override async ping(): Promise<boolean> {
    try {
      await this.#client.models.list({ timeout: 2_000 });
      return true;
    } catch (error) {
      // Not every compatible server lists its models; one that answers 404 is available.
      return error instanceof APIError && error.status === 404;
    }
  }

  override async run(input: Input, run: Run<Options>): Promise<Output> {
    const messages = [
      { role: 'system', content: this.#instructions } as const,
      { role: 'user', content: JSON.stringify({ input, options: run.options }) } as const,
    ];
    const json_schema = { name: 'output', schema: this.#schema, strict: false };
    const request = { model: this.#model, messages, response_format: { type: 'json_schema', json_schema } as const };
    try {
      const { choices, model, usage } = await this.#client.chat.completions.create(request, { signal: run.signal });
      run.usage({ model, input_tokens: usage?.prompt_tokens ?? 0, output_tokens: usage?.completion_tokens ?? 0 });
      return JSON.parse(choices[0]?.message.content ?? '');
    } catch (error) {
      throw asWorkError(error);
    }
  }
}

/** The server's own words are left out: they may repeat the key, and causes are logged. */
function asWorkError(error: unknown): unknown {
  if (error instanceof SyntaxError) return new PermanentError('output_invalid');
  if (!(error instanceof APIError)) return error;
  const status = error.status ?? 0;
  const cause = new Error(status ? `the server answered ${status}` : 'the server did not answer');
  const mayPass = status === 0 || status >= 500 || RETRYABLE.includes(status);
  if (mayPass) return new TransientError('provider_unavailable', { cause });
  return new PermanentError('provider_rejected', { cause });
}
