import fc from 'fast-check';

/** Numbers of random inputs in each test: few in CI, many with DRAWS=nightly, which `npm run nightly` sets. */
const counts = {
  /** Manifests rendered and parsed again, for each pack. */
  renders: { ci: 150, nightly: 10_000 },
  /** Manifests whose Python is compiled. */
  pythonRenders: { ci: 40, nightly: 2_000 },
  /** Manifests rendered with their keys in another order. */
  keyOrders: { ci: 40, nightly: 400 },
  /** Manifests whose modules are created and removed, for each pack. */
  removals: { ci: 6, nightly: 300 },
  /** Manifests whose modules are linted and compiled with the tools of the host. */
  lintedModules: { ci: 24, nightly: 2_000 },
  /** Manifests compared with the code generated from them, for each stack. */
  codeChecks: { ci: 12, nightly: 500 },
  /** Manifests, each with 8 mutants, in all validators. */
  manifestMutants: { ci: 100, nightly: 5_000 },
  /** Manifests, each in 4 styles of YAML with 4 mutants, in the plain reader. */
  plainMutants: { ci: 80, nightly: 4_000 },
  /** Manifests, each in 4 styles of YAML, checked quickly and exactly. */
  quickChecks: { ci: 100, nightly: 3_000 },
  /** Values, each with a type, in zod, Pydantic, ajv and `validate`. Half of them are changed so that they do not fit. */
  typePairs: { ci: 2_000, nightly: 20_000 },
  /** Types whose code is formatted, linted and compiled. */
  typeLayouts: { ci: 30, nightly: 2_000 },
  /** Merges of texts that two people edited. */
  merges: { ci: 1_000, nightly: 100_000 },
  /** Texts converted to the format of another one. */
  formats: { ci: 100, nightly: 2_000 },
  /** Plain scalars compared with PyYAML. */
  scalars: { ci: 4_000, nightly: 40_000 },
  /** Runs of one property in fast-check: for texts, for `validate --fix`, and for writing files. */
  properties: { ci: 200, nightly: 5_000 },
  fixes: { ci: 50, nightly: 1_000 },
  writes: { ci: 40, nightly: 1_000 },
  /** Requests sent to a host of each stack. */
  comparedRequests: { ci: 100, nightly: 2_000 },
  /** Of the 370 steps of an update of 30 modules, those at which a failure is injected. Other seeds take other steps. */
  updateSteps: { ci: 2, nightly: 60 },
} as const;

/** Whether to run everything: all rows of conformance and faults, and all steps of an update. */
export const isNightly = process.env.DRAWS === 'nightly';
const size = isNightly ? 'nightly' : 'ci';

/** The first seed. Nightly runs use different ones. */
export const firstSeed = Number(process.env.DRAW_SEED ?? 1);

export const draws = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count[size]])) as Readonly<
  Record<keyof typeof counts, number>
>;

/** Calls `check` with one seed after the other. An error reports the seed and how to repeat it. */
export async function eachSeed(count: number, check: (seed: number) => unknown): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) await reporting(seed, () => check(seed));
}

/** `fc.assert` with `count` runs. An error reports the seed and how to repeat it. */
export async function assertProperty<Ts>(
  count: number,
  property: fc.IProperty<Ts> | fc.IAsyncProperty<Ts>,
): Promise<void> {
  await reporting(firstSeed, () => fc.assert(property, { numRuns: count, seed: firstSeed }));
}

async function reporting(seed: number, check: () => unknown): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (error instanceof Error) {
      const repeat = `DRAW_SEED=${seed} DRAWS=${size} npx vitest run <file> -t '<test>'`;
      error.message += `\n\nSeed ${seed} failed. To repeat it: ${repeat}`;
    }
    throw error;
  }
}
