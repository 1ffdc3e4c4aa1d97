import fc from 'fast-check';

export const words = (text: string): readonly string[] => text.split(' ');
export const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
