import type { AppFiles } from '../../../src/core/attach/application.ts';

/** The files of a small application, by path. */
export type App = Readonly<Record<string, string>>;

/** The application as `host attach` reads it. */
export function filesOf(app: App): AppFiles {
  return { paths: Object.keys(app).sort(), read: (path) => app[path] };
}

const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;

/** FastAPI with its own login and alembic, in the package `app`. */
export const fastapi: App = {
  'requirements.txt': lines('fastapi>=0.115', 'asyncpg', 'sqlalchemy'),
  Dockerfile: lines(
    'FROM python:3.12-slim',
    'WORKDIR /srv',
    'COPY requirements.txt .',
    'RUN pip install -r requirements.txt',
    'COPY app ./app',
    'CMD ["uvicorn", "app.main:app", "--workers", "4"]',
  ),
  'alembic.ini': lines('[alembic]', 'script_location = migrations'),
  'migrations/env.py': lines('from app.db import engine'),
  'migrations/versions/1_users.py': lines('revision = "1"', 'down_revision = None'),
  'migrations/versions/2_orders.py': lines('revision = "2"', 'down_revision = "1"'),
  'app/__init__.py': '',
  'app/main.py': lines(
    'from fastapi import FastAPI',
    '',
    'from app.api import router',
    'from app.settings import settings',
    '',
    'app = FastAPI(',
    '    title=settings.name,',
    ')',
    'app.include_router(router)',
  ),
  'app/settings.py': lines('class Settings:', '    name = "shop"', '', '', 'settings = Settings()'),
  'app/db.py': lines(
    'from sqlalchemy.ext.asyncio import create_async_engine',
    '',
    'engine = create_async_engine("postgresql+asyncpg://localhost/shop")',
  ),
  'app/models.py': lines('class Base:', '    is_admin: bool = False', '', '', 'class User(Base):', '    id: int'),
  'app/api.py': lines(
    'from fastapi import APIRouter, Depends',
    '',
    'from app.models import User',
    '',
    'router = APIRouter()',
    '',
    '',
    'async def get_current_user(token: str) -> User | None:',
    '    return None',
    '',
    '',
    '@router.get("/me")',
    'async def me(user: User = Depends(get_current_user)) -> User:',
    '    return user',
  ),
};

/** Fastify in TypeScript with ES modules, compiled by tsc, with @fastify/jwt. */
export const fastify: App = {
  'package.json': lines(
    '{',
    '  "name": "shop",',
    '  "type": "module",',
    '  "scripts": {',
    '    "build": "tsc",',
    '    "start": "node dist/server.js"',
    '  },',
    '  "dependencies": {',
    '    "@fastify/jwt": "^9.0.0",',
    '    "fastify": "^5.0.0",',
    '    "pg": "^8.11.0"',
    '  }',
    '}',
  ),
  'tsconfig.json': lines(
    '{',
    '  "compilerOptions": {',
    '    "module": "NodeNext",',
    '    "outDir": "dist",',
    '    "rootDir": "src"',
    '  }',
    '}',
  ),
  '.env.example': lines('DATABASE_URL=postgres://localhost/shop'),
  'src/server.ts': lines(
    "import Fastify from 'fastify'",
    "import jwt from '@fastify/jwt'",
    "import { routes } from './routes.js'",
    '',
    'async function start () {',
    '  const app = Fastify({ logger: true })',
    '  await app.register(jwt, { cookie: true })',
    '  app.register(routes)',
    '}',
    'start()',
  ),
  'src/routes.ts': lines(
    'export async function routes (app) {',
    "  app.get('/', async (request) => request.user.role === 'admin')",
    '}',
  ),
};

/** Express in JavaScript with CommonJS, sessions and MySQL. */
export const express: App = {
  'package.json': lines(
    '{',
    '  "scripts": { "start": "node server.js" },',
    '  "dependencies": {',
    '    "express": "^4.18.0",',
    '    "mysql2": "3"',
    '  }',
    '}',
  ),
  'server.js': lines(
    "'use strict';",
    "const express = require('express');",
    "const session = require('express-session');",
    '',
    'const app = express();',
    'app.use(session({ cookie: true }));',
    'app.use(express.json());',
    "app.get('/me', (req, res) => res.json(req.session.user));",
    'app.listen(3000);',
  ),
};

/** NestJS on Express with CommonJS, passport-jwt and TypeORM. */
export const nestjs: App = {
  'package.json': lines(
    '{',
    '  "scripts": {',
    '    "build": "nest build",',
    '    "start:prod": "node dist/main"',
    '  },',
    '  "dependencies": {',
    '    "@nestjs/core": "^11.0.0",',
    '    "passport-jwt": "^4.0.0",',
    '    "pg": "^8.11.0"',
    '  }',
    '}',
  ),
  'tsconfig.json': lines(
    '{',
    '  "compilerOptions": {',
    '    "module": "commonjs",',
    '    "outDir": "./dist",',
    '    "esModuleInterop": true',
    '  }',
    '}',
  ),
  'tsconfig.build.json': lines(
    '{',
    '  "extends": "./tsconfig.json",',
    '  "exclude": ["node_modules", "test", "dist", "**/*spec.ts"]',
    '}',
  ),
  'env-example': lines(
    'DATABASE_HOST=localhost',
    'DATABASE_PORT=5432',
    'DATABASE_USERNAME=a',
    'DATABASE_PASSWORD=b',
    'DATABASE_NAME=c',
  ),
  'src/main.ts': lines(
    "import { NestFactory } from '@nestjs/core';",
    "import { AppModule } from './app.module';",
    '',
    'async function bootstrap() {',
    '  const app = await NestFactory.create(AppModule, { cors: true });',
    "  app.setGlobalPrefix('api');",
    '  await app.listen(3000);',
    '}',
    'void bootstrap();',
  ),
  'src/jwt.strategy.ts': lines(
    "import { PassportStrategy } from '@nestjs/passport';",
    "import { Strategy } from 'passport-jwt';",
    '',
    'export class JwtStrategy extends PassportStrategy(Strategy) {}',
  ),
  'src/roles.ts': lines(
    'export enum Role {',
    "  Admin = 'admin',",
    '}',
    '',
    'export const isAdmin = (user) => user.role === Role.Admin;',
  ),
  'src/migrations/1-users.ts': lines(
    "import { MigrationInterface } from 'typeorm';",
    '',
    'export class Users1 implements MigrationInterface {}',
  ),
};

export const apps: Readonly<Record<string, App>> = { fastapi, fastify, express, nestjs };
