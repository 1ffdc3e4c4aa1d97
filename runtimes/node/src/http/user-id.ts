import { UNUSABLE_TEXT } from './json.ts';

/** In code points. */
export const MAX_ID_LENGTH = 255;

/** Whether text can be the id of a user. PostgreSQL stores neither U+0000 nor unpaired surrogates. */
export function isUserId(text: string): boolean {
  return text !== '' && [...text].length <= MAX_ID_LENGTH && !UNUSABLE_TEXT.test(text);
}
