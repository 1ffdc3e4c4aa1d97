// What moves the cursor, changes colours or the direction of text; tabs and line feeds stay.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text of a stranger's as it may go to a terminal: as long as before, and it can do nothing there. */
export function printable(text: string): string {
  return text.replace(unsafe, '\ufffd');
}
