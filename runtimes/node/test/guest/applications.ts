import 'reflect-metadata';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Body, Controller, Get, HttpException, type INestApplication, Module, Param, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express5, { type ErrorRequestHandler, type Express } from 'express';
import express4 from 'express4';
import Fastify5, { type FastifyInstance, type FastifyRequest } from 'fastify';
import Fastify4 from 'fastify4';
import { Hono } from 'hono';
import Koa from 'koa';

/** What an application calls to be a host. */
export type Attach = (app: object) => void;

/** An application that listens. */
export interface Application {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an application, and attaches to it where its entry point would. */
export type Start = (attach: Attach) => Promise<Application>;

/** The application's own users: a token is a name. Throws as libraries of that framework do. */
export interface Shopper {
  readonly name: string;
  readonly boss: boolean;
}

export function shopperOf(token: string | undefined): Shopper | undefined {
  if (token === 'banned') throw Object.assign(new Error('banned'), { status: 403, statusCode: 403 });
  if (token === 'inactive') throw Object.assign(new Error('inactive'), { status: 400, statusCode: 400 });
  if (token === 'deleted') throw Object.assign(new Error('no such user'), { status: 404, statusCode: 404 });
  if (token === 'broken') throw new Error('the user database is away');
  return ['anna', 'bob', 'carl'].includes(token ?? '') ? { name: String(token), boss: token === 'carl' } : undefined;
}

type Identified = { shopper?: Shopper | undefined; failure?: unknown };

/** What a hook or middleware of each application does: it sets the user, or the error of finding it. */
function identify(request: object, token: unknown): void {
  const target = request as Identified;
  try {
    target.shopper = shopperOf(token as string | undefined);
  } catch (error) {
    target.failure = error;
  }
}

async function listening(server: Server): Promise<Application> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Fastify: an error page of its own, a hook for users, a header for everyone, routes listed in `/routes`. */
function fastify(create: typeof Fastify5): Start {
  return async (attach) => {
    const app: FastifyInstance = create();
    const routes: string[] = [];
    app.addHook('onRoute', ({ url, schema }) => {
      if (!(schema as { hide?: boolean } | undefined)?.hide) routes.push(url);
    });
    app.decorateRequest('shopper');
    app.decorateRequest('failure');
    app.addHook('onRequest', async (request, reply) => {
      identify(request, request.headers['x-token']);
      reply.header('x-shop', 'open');
    });
    app.setNotFoundHandler((request, reply) => reply.code(404).send({ shop: `no ${request.url}` }));
    app.setErrorHandler((error, _request, reply) => reply.code(400).send({ shop: (error as Error).message }));
    attach(app);
    app.get('/items/:id', async (request) => ({ id: (request.params as { id: string }).id }));
    app.post('/items', { bodyLimit: 100 }, async (request) => ({ created: request.body }));
    app.get('/routes', async () => routes);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { ...(await listening(app.server)), close: () => app.close() };
  };
}

function express(create: typeof express5): Start {
  return async (attach) => {
    const app: Express = create();
    app.use((request, response, next) => {
      identify(request, request.headers['x-token']);
      response.setHeader('x-shop', 'open');
      next();
    });
    attach(app);
    app.use(create.json({ limit: 100 }));
    app.get('/items/:id', (request, response) => void response.json({ id: request.params.id }));
    app.post('/items', (request, response) => void response.json({ created: request.body }));
    app.use((request, response) => void response.status(404).json({ shop: `no ${request.url}` }));
    const onError: ErrorRequestHandler = (error, _request, response, _next) => {
      response.status(error.status).json({ shop: error.message });
    };
    app.use(onError);
    return listening(createServer(app));
  };
}

/** A controller without parameter types: the transpiler of these tests writes no metadata. */
class ItemsController {
  find(id: string, request: Identified) {
    if (id === 'secret' && !request.shopper) throw new HttpException('who are you?', 401);
    return { id };
  }

  create(body: unknown) {
    return { created: body };
  }
}
Controller('items')(ItemsController);
const methods = ItemsController.prototype;
const methodOf = (name: 'find' | 'create') => Object.getOwnPropertyDescriptor(methods, name) as PropertyDescriptor;
Get(':id')(methods, 'find', methodOf('find'));
Post()(methods, 'create', methodOf('create'));
Param('id')(methods, 'find', 0);
Req()(methods, 'find', 1);
Body()(methods, 'create', 0);
class AppModule {}
Module({ controllers: [ItemsController] })(AppModule);

function nest(create: () => Promise<INestApplication>): Start {
  return async (attach) => {
    const app = await create();
    // Before the middleware that finds users.
    attach(app);
    app.setGlobalPrefix('shop', { exclude: ['items', 'items/:id'] });
    // NestJS gives the request of Node to middleware on Fastify.
    app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
      identify(request, request.headers['x-token']);
      response.setHeader('x-shop', 'open');
      next();
    });
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  };
}

const koa: Start = async (attach) => {
  const app = new Koa();
  app.use(async (context, next) => {
    identify(context, context.headers['x-token']);
    context.set('x-shop', 'open');
    await next();
  });
  attach(app);
  app.use(async (context) => {
    const id = /^\/items\/(\w+)$/.exec(context.path)?.[1];
    context.status = id ? 200 : 404;
    context.body = id ? { id } : { shop: `no ${context.url}` };
  });
  return listening(createServer(app.callback()));
};

const hono: Start = async (attach) => {
  const app = new Hono();
  app.get('/items/:id', (context) => context.json({ id: context.req.param('id') }));
  app.notFound((context) => context.json({ shop: `no ${context.req.path}` }, 404));
  const server = await new Promise<Server>((resolve) => {
    const created = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(created as Server));
  });
  attach(server);
  return listening(server);
};

const nodeHttp: Start = async (attach) => {
  const server = createServer((request, response) => {
    const id = /^\/items\/(\w+)$/.exec(request.url ?? '')?.[1];
    response.writeHead(id ? 200 : 404, { 'content-type': 'application/json', 'x-shop': 'open' });
    response.end(JSON.stringify(id ? { id } : { shop: `no ${request.url}` }));
  });
  attach(server);
  return listening(server);
};

/** One application for each framework. */
export const applications: Readonly<Record<string, Start>> = {
  'Fastify 5': fastify(Fastify5),
  'Fastify 4': fastify(Fastify4 as unknown as typeof Fastify5),
  'Express 5': express(express5),
  'Express 4': express(express4 as unknown as typeof express5),
  'NestJS on Express': nest(() => NestFactory.create(AppModule, { logger: false })),
  'NestJS on Fastify': nest(() => NestFactory.create(AppModule, new FastifyAdapter(), { logger: false })),
  Koa: koa,
  Hono: hono,
  'node:http': nodeHttp,
};

/** What the ports of these applications read: the user that the application found, else its token. */
export function shopperIn(request: { appRequest: unknown; raw: IncomingMessage }): Shopper | undefined {
  const found = [request.appRequest as Identified & Partial<FastifyRequest>, request.raw as Identified];
  const known = found.find((each) => each.shopper ?? each.failure);
  if (known?.failure) throw known.failure;
  if (known) return known.shopper;
  return shopperOf(request.raw.headers['x-token'] as string | undefined);
}
