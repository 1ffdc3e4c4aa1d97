// Generated from the types in manifest.yaml: change them there, then run create-ai-module update.
import { integer, text, z } from 'ai-module-runtime';

export const Entity = z.strictObject({
  /** The kind, such as DATE or MONEY. */
  type: z.string(),
  value: z.string(),
});
export type Entity = z.output<typeof Entity>;

export const Input = z.strictObject({
  text: text({ minLength: 1, maxLength: 200_000 }),
});
export type Input = z.output<typeof Input>;

export const Options = z.strictObject({
  /** How many sentences a summary has. */
  key_sentences: integer().min(1).max(20).optional(),
});
export type Options = z.output<typeof Options>;

export const OutputSentiment = z.strictObject({
  label: z.enum(['positive', 'neutral', 'negative']),
  score: z.number().min(-1).max(1),
});
export type OutputSentiment = z.output<typeof OutputSentiment>;

export const OutputReadability = z.strictObject({
  /** The higher, the easier. */
  reading_ease: z.number(),
  reading_seconds: z.number().min(0),
});
export type OutputReadability = z.output<typeof OutputReadability>;

export const OutputStatistics = z.strictObject({
  characters: integer().min(0),
  words: integer().min(0),
  sentences: integer().min(0),
});
export type OutputStatistics = z.output<typeof OutputStatistics>;

export const Output = z.strictObject({
  sentiment: OutputSentiment,
  entities: z.array(Entity),
  /** In the order of the text. */
  key_sentences: z.array(z.string()),
  readability: OutputReadability,
  statistics: OutputStatistics,
});
export type Output = z.output<typeof Output>;

export const TranscriptionCompleted = z.looseObject({
  user_id: z.string(),
  text: text({ minLength: 1, maxLength: 200_000 }),
});
export type TranscriptionCompleted = z.output<typeof TranscriptionCompleted>;

/** A value that fits Input. */
export const sample: Input = { text: 'Acme will buy Globex for $2.5 billion.' };

/** A value that fits Options. */
export const sampleOptions: Options = { key_sentences: 1 };

/** A value that fits Output. */
export const sampleOutput: Output = {
  sentiment: { label: 'positive', score: 1 },
  entities: [{ type: 'MONEY', value: '$2.5 billion' }],
  key_sentences: ['Key sentences'],
  readability: { reading_ease: 1, reading_seconds: 1 },
  statistics: { characters: 1, words: 1, sentences: 1 },
};

/** A value that fits TranscriptionCompleted. */
export const transcriptionCompletedSample: TranscriptionCompleted = { user_id: 'User id', text: 'Text' };

/** Identifies the types in manifest.yaml that this file was generated from. */
export const fingerprint = '44bca134';
