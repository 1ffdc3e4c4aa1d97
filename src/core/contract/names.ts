export const propertyPattern = /^[a-z][a-z0-9_]{0,63}$/;
export const typeNamePattern = /^[A-Z][A-Za-z0-9]{0,63}$/;

/** Names that generated code imports, or that a language or its linter reserves. */
export const takenTypeNames: ReadonlySet<string> = new Set(
  (
    'I O Input Options Output InputData JsonObject Annotated Any Literal NotRequired TypeAlias TypedDict Field Exactly OneOf Integer Number Date DateTime Uuid ' +
    'Email Uri None True False Ellipsis NotImplemented Object Function Array Infinity NaN Boolean String Symbol Promise ' +
    'RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Math Map Set ' +
    'WeakMap WeakSet Proxy Reflect BigInt Record Exception BaseException ExceptionGroup BaseExceptionGroup Warning ' +
    'ArithmeticError AssertionError AttributeError BufferError EOFError ImportError IndexError IOError KeyError ' +
    'LookupError MemoryError NameError OSError OverflowError PermissionError RuntimeError StopIteration SystemError ' +
    'SystemExit TabError TimeoutError UnicodeError ValueError ConnectionError RecursionError KeyboardInterrupt UserWarning'
  ).split(' '),
);

/** Why a name of a property is invalid, as the end of a sentence. */
export function invalidPropertyReason(name: string): string | undefined {
  if (!propertyPattern.test(name))
    return 'must be snake_case: a letter a to z, then at most 63 of a to z, 0 to 9 and _';
  if (name === 'then') return 'is reserved: JavaScript takes an object with it for a promise';
  return name === 'constructor' ? 'is reserved: every object of JavaScript has it' : undefined;
}
