import { fileURLToPath } from 'node:url';
import { createGuest, type Guest, type GuestOptions, type GuestPorts } from '../../src/attach.cts';
import { type Application, applications } from './applications.ts';

export const modules = fileURLToPath(new URL('../fixtures/typed', import.meta.url));
export const MODULE = '/ai/api/v1/modules/invoices';
export const WORK = { input_data: { lines: [{ text: 'Paper', amount: 3 }] } };

const closing: (() => Promise<void>)[] = [];

/** What has to be closed after a test. */
export function afterTest(close: () => Promise<void>): void {
  closing.push(close);
}

export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

export function newGuest(ports: () => GuestPorts, options: Partial<GuestOptions<unknown>> = {}): Guest<unknown> {
  const guest = createGuest({ modules, load: (url) => import(url), ports, ...options });
  afterTest(() => guest.stop());
  return guest;
}

export async function start(name: string, guest: Guest<unknown> | undefined): Promise<Application> {
  const application = await applications[name]?.((app) => guest?.attach(app));
  if (!application) throw new Error(`no application ${name}`);
  afterTest(() => application.close());
  return application;
}

export async function call(url: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}) {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...json, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { date: _date, ...sent } = Object.fromEntries(response.headers);
  return { status: response.status, headers: sent as Record<string, string>, text, body: tryJson(text) };
}

function tryJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
