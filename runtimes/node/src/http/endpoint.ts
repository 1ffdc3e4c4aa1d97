import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type * as z from 'zod';
import type { JsonObject } from '../engine/store.ts';
import { checkOutput, checkSize, UNTYPED } from '../jobs/check-input.ts';
import { declaredPart } from '../jobs/declared-part.ts';
import { AnyQuery, JsonDocument } from '../jobs/schemas.ts';
import type { AnyService } from '../modules/base-module.ts';
import { type Endpoint, hasBody, nameOf, readEndpoints } from '../modules/endpoints.ts';
import type { Manifest } from '../modules/manifest.ts';
import { ModuleProblem } from '../modules/module-problem.ts';
import { resolveType, type TypeSchema } from '../modules/type-schema.ts';
import { processBody, routeOptions } from './job-routes.ts';
import { typedDocument } from './typed-document.ts';

/** The path parameters in a name such as `GET /pages/{page}`. */
export type PathParameters<Name extends string> = Name extends `${string}{${infer Parameter}}${infer Rest}`
  ? Readonly<Record<Parameter, string>> & PathParameters<Rest>
  : unknown;

/** How a module answers requests to one of its own endpoints. */
export interface EndpointHandler<Input, Output, Parameters = Readonly<Record<string, string>>> {
  /** The type of the body, or of the query of GET and DELETE. Without it, the handler gets any object. */
  readonly input?: z.ZodType<Input>;
  /** The type of the answer. Without it, the answer is any JSON, or 204 if there is none. */
  readonly output?: z.ZodType<Output>;
  /** `request.params` has the path parameters, `request.user` the user. */
  handler(input: Input, request: EndpointRequest<Parameters>, reply: FastifyReply): Promise<Output> | Output;
}

/** A request with its path parameters. */
export type EndpointRequest<Parameters = Readonly<Record<string, string>>> = FastifyRequest<{ Params: Parameters }>;

/**
 * The route of an endpoint that the manifest declares, `METHOD /path`: permission, summary and types come from there.
 * Without a handler it does the module's work at once, with the body of POST /process, and answers like GET /result. Path
 * parameters that the input declares are part of it.
 */
export function endpoint<Name extends string, Input = JsonObject, Output = unknown>(
  service: AnyService,
  name: Name,
  own?: EndpointHandler<Input, Output, PathParameters<Name>>,
): RouteOptions {
  const declared = readEndpoints(service.manifest).find((each) => nameOf(each) === name || each.endpoint === name);
  if (!declared) throw new ModuleProblem('endpoints_invalid', `the manifest does not declare ${name}`);
  for (const part of ['input', 'output'] as const)
    if ((own?.[part] === undefined) !== (declared[part] === undefined))
      throw new ModuleProblem(
        'endpoints_invalid',
        `${name}: manifest and code don't agree whether ${part} has a type: run create-ai-module update`,
      );
  return {
    ...routeOptions(service, { ...declared, role: null }),
    ...(own ? typed(service, declared, own) : atOnce(service, declared)),
  };
}

function typed<I, O, P>(service: AnyService, declared: Endpoint, own: EndpointHandler<I, O, P>) {
  const { input, output } = own;
  const maxBytes: number = service.config.max_input_bytes;
  const isBody = hasBody(declared);
  const prepare = (query: JsonObject) => fromTexts(query, declared.input, service.manifest);
  const type = input ? typedDocument(input, isBody ? undefined : prepare) : isBody ? JsonDocument : AnyQuery;
  return {
    schema: isBody ? (input || !output ? { body: type } : {}) : { querystring: type },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const value = (isBody ? request.body : request.query) as I;
      if (isBody && value !== undefined) checkSize([value], ['body'], maxBytes);
      const answer = await own.handler(value, request as EndpointRequest<P>, reply);
      if (reply.sent) return reply;
      if (answer === undefined && !output) return reply.code(204).send();
      const text = JSON.stringify(output ? checkOutput(output, answer) : answer);
      // As it is sent: an answer without a type may have a `toJSON`.
      if (!output) checkOutput(UNTYPED.Output, JSON.parse(text));
      return reply.type('application/json; charset=utf-8').send(text);
    },
  };
}

function atOnce(service: AnyService, declared: Endpoint) {
  const isBody = hasBody(declared);
  const { manifest } = service;
  return {
    schema: isBody ? { body: processBody(service, declared.parameters.length > 0) } : { querystring: AnyQuery },
    handler: ({ body, query, params, user }: FastifyRequest) => {
      const { input_data, options } = isBody
        ? (body as { input_data: JsonObject; options: JsonObject })
        : { input_data: fromTexts(query as JsonObject, manifest.input, manifest), options: undefined };
      const inPath = params as JsonObject;
      const declaredInPath = declaredPart(service.schemas.Input, inPath, { ...input_data, ...inPath });
      return service.processNow({ ...input_data, ...declaredInPath }, { options, user });
    },
  };
}

/** A query with the numbers and booleans that its type expects. Other texts stay, and the type reports them. */
function fromTexts(query: JsonObject, type: TypeSchema | undefined, { types }: Manifest): JsonObject {
  const { properties = {} } = type ? resolveType(type, types) : {};
  return Object.fromEntries(
    Object.entries(query).map(([key, text]) => {
      const property = Object.hasOwn(properties, key) ? resolveType(properties[key] ?? {}, types) : {};
      return [key, typeof text === 'string' ? fromText(text, property) : text];
    }),
  );
}

function fromText(text: string, { type, enum: choices, const: constant }: TypeSchema): unknown {
  const kinds = [type ?? typeof (constant ?? choices?.[0])].flat();
  if (kinds.includes('string')) return text;
  if ((kinds.includes('integer') || kinds.includes('number')) && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text))
    return Number(text);
  if (kinds.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
