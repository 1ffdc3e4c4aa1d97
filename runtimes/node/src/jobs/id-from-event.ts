import { createHash } from 'node:crypto';

/** The namespace of object identifiers, by RFC 9562. */
const NAMESPACE = Buffer.from('6ba7b8129dad11d180b400c04fd430c8', 'hex');

/** The id of the job that an event starts in a module, the same in both runtimes: a UUID of version 5. */
export function idFromEvent(module: string, eventId: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(`${module}:${eventId}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
