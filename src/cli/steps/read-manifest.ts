import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { parseManifest } from '../../core/manifest/parse.ts';
import { type Manifest, maxManifestBytes } from '../../core/manifest/schema.ts';
import { reportDiagnostics } from '../../core/report/formats/pretty.ts';
import { withoutSecrets } from '../../core/report/without-secrets.ts';
import { readText } from '../../io/fs/read-file.ts';
import type { Io } from '../../io/io.ts';
import { paintFor } from '../output/colors.ts';

/** Reads a manifest. If it is invalid, prints its diagnostics and throws `manifest-invalid`. */
export async function readManifestFile(io: Io, file: string): Promise<Manifest> {
  return readManifestText(io, readText(resolve(io.cwd, file), maxManifestBytes), file);
}

/** `readManifestFile` for a text. `shown` is the path in diagnostics, `file` the path in the failure. */
export async function readManifestText(io: Io, text: string, shown: string, file: string = shown): Promise<Manifest> {
  const parsed = await parseManifest(text, shown);
  if (parsed.ok) return parsed.manifest;
  const { diagnostics, texts } = await withoutSecrets(parsed.diagnostics, new Map([[shown, text]]));
  io.err.write(reportDiagnostics(diagnostics, texts, paintFor(io, io.err)));
  throw new Failure('manifest-invalid', { file, count: diagnostics.length, diagnostics });
}
