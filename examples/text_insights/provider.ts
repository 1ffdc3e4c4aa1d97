import { randomUUID } from 'node:crypto';
import { type JsonObject, PermanentError, type Provider, type ProviderStep, TransientError } from 'ai-module-runtime';
import OpenAI, { APIError } from 'openai';
import model from 'wink-eng-lite-web-model';
import winkNLP, { type Detail, type ReadabilityStats, type SentenceImportance, type WinkMethods } from 'wink-nlp';
import type { Config } from './config.ts';
import { cutIntoPieces, TextStatistics, textsIn } from './utils.ts';

/** The provider that the configuration names. A third one is a class more and a line here. */
export function createProvider(config: Config, env: Readonly<Record<string, string | undefined>>): Provider {
  return config.provider === 'openai' ? new OpenAiProvider(config, env[config.api_key_env]) : new LocalProvider(config);
}

/** Reads English with the model that comes in a package: nothing leaves this process, nothing is downloaded. */
export class LocalProvider implements Provider {
  readonly #keySentences: number;
  #nlp: WinkMethods | undefined;

  constructor(config: Config) {
    this.#keySentences = config.key_sentences;
  }

  async connect(): Promise<void> {
    this.#nlp ??= winkNLP(model);
  }

  async close(): Promise<void> {
    this.#nlp = undefined;
  }

  async ping(): Promise<boolean> {
    return this.#nlp !== undefined;
  }

  async process(input_data: JsonObject): Promise<ProviderStep> {
    if (!this.#nlp) throw new TransientError('provider_unavailable');
    const data = insightsInto(textsIn(input_data).join('\n'), this.#nlp, this.#keySentences);
    return { id: randomUUID(), isComplete: true, progressPercent: 100, data };
  }

  async getStatus(): Promise<ProviderStep> {
    throw new PermanentError('provider_rejected');
  }
}

function insightsInto(text: string, nlp: WinkMethods, sentenceCount: number): JsonObject {
  const { its } = nlp;
  const document = nlp.readDoc(text);
  const { fres, readingTimeMins, readingTimeSecs } = document.out(its.readabilityStats as never) as ReadabilityStats;
  const entities = document.entities().out(its.detail) as Detail[];
  const weights = document.out(its.sentenceWiseImportance as never) as SentenceImportance[];
  return {
    sentiment: sentimentOf(Number(document.out(its.sentiment as never))),
    entities: entities.map(({ type, value }) => ({ type, value })),
    key_sentences: keySentences(document.sentences().out(), weights, sentenceCount),
    readability: { reading_ease: fres, reading_seconds: readingTimeMins * 60 + readingTimeSecs },
    statistics: statisticsOf(text),
  };
}

/** `score` runs from -1 to 1. Around 0 a text says more about its subject than about what its author feels. */
function sentimentOf(score: number): JsonObject {
  const label = score > 0.1 ? 'positive' : score < -0.1 ? 'negative' : 'neutral';
  return { score: Math.round(score * 1000) / 1000, label };
}

/** The sentences that say most, in the order in which they stand in the text. */
function keySentences(sentences: readonly string[], weights: readonly SentenceImportance[], count: number): string[] {
  const best = [...weights].sort((a, b) => b.importance - a.importance || a.index - b.index).slice(0, count);
  return best.sort((a, b) => a.index - b.index).flatMap(({ index }) => sentences[index] ?? []);
}

function statisticsOf(text: string): JsonObject {
  const statistics = new TextStatistics();
  for (const piece of cutIntoPieces(text, 20_000)) statistics.add(piece);
  return statistics.summary();
}

const INSTRUCTIONS = 'Do what the JSON document of the user asks for. Answer with the outcome only.';
const WORTH_ANOTHER_TRY = [408, 409, 429];

/** Asks a model behind any OpenAI-compatible server. */
export class OpenAiProvider implements Provider {
  readonly #client: OpenAI;
  readonly #model: string;

  constructor(config: Config, apiKey = 'none') {
    // The job has retries of its own, with longer pauses.
    this.#client = new OpenAI({ baseURL: config.base_url, apiKey, maxRetries: 0 });
    this.#model = config.model;
  }

  async connect(): Promise<void> {}

  async close(): Promise<void> {}

  async ping(): Promise<boolean> {
    try {
      await this.#client.models.list({ timeout: 2_000 });
      return true;
    } catch (error) {
      // Not every compatible server lists its models; one that answers 404 is available.
      return error instanceof APIError && error.status === 404;
    }
  }

  async process(input_data: JsonObject, _options: JsonObject, signal: AbortSignal): Promise<ProviderStep> {
    const messages = [
      { role: 'system', content: INSTRUCTIONS } as const,
      { role: 'user', content: JSON.stringify(input_data) } as const,
    ];
    try {
      const answer = await this.#client.chat.completions.create({ model: this.#model, messages }, { signal });
      const text = answer.choices[0]?.message.content ?? '';
      const data = { text, model: answer.model, tokens: answer.usage?.total_tokens ?? 0 };
      return { id: answer.id, isComplete: true, progressPercent: 100, data };
    } catch (error) {
      throw asWorkError(error);
    }
  }

  async getStatus(): Promise<ProviderStep> {
    throw new PermanentError('provider_rejected');
  }
}

/** The server's own words are left out: they may repeat the key, and causes are logged. */
function asWorkError(error: unknown): unknown {
  if (!(error instanceof APIError)) return error;
  const status = error.status ?? 0;
  const cause = new Error(status ? `the server answered ${status}` : 'the server did not answer');
  const mayPass = status === 0 || status >= 500 || WORTH_ANOTHER_TRY.includes(status);
  if (mayPass) return new TransientError('provider_unavailable', { cause });
  return new PermanentError('provider_rejected', { cause });
}
