/** Everything that `new` may ask, by the name it has in an answers file and in a pack's `questions:`. */
export const questionIds = [
  'name',
  'description',
  'author',
  'endpoints',
  'permissions',
  'emit',
  'subscribe',
  'dependencies',
  'resources',
  'config',
  'provider',
] as const;

export type QuestionId = (typeof questionIds)[number];
