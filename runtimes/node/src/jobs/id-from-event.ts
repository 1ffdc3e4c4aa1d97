import { createHash } from 'node:crypto';

/** The id of the job that an event starts in a module: always the same one, so a redelivery starts no second job. */
export function idFromEvent(module: string, eventId: string): string {
  const bytes = createHash('sha1').update(`${module}\n${eventId}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
