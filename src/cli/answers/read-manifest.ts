import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { maxManifestBytes, parseManifest } from '../../core/manifest/parse.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { reportDiagnostics } from '../../core/report/diagnostics-text.ts';
import type { Io } from '../../io/io.ts';
import { readText } from '../../io/read-tree.ts';
import { paintFor } from '../paint.ts';

/** The manifest of `--from`. Prints every fault at its line, then throws `manifest-invalid`. */
export async function readManifestFile(io: Io, file: string): Promise<Manifest> {
  const text = await readText(resolve(io.cwd, file), maxManifestBytes);
  const parsed = await parseManifest(text, file);
  if (parsed.ok) return parsed.manifest;
  const { diagnostics } = parsed;
  io.err.write(reportDiagnostics(diagnostics, new Map([[file, text]]), paintFor(io, io.err)));
  throw new Failure('manifest-invalid', { file, count: diagnostics.length, diagnostics });
}
