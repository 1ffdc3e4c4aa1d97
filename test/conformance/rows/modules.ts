import type { Subjects } from '../describe-conformance.ts';

/** The two modules of every host under test: one with every endpoint and event, one minimal. */
export const modules: Subjects = {
  subject: {
    name: 'document_search',
    namespace: 'document_search',
    schemaPrefix: 'DocumentSearch',
    hasResult: true,
    hasRetry: true,
    hasStats: true,
    hasCancelledEvent: true,
    maxConcurrentJobs: 4,
    subscribed: 'file.uploaded',
    extraEndpoints: [
      { method: 'POST', path: '/reindex' },
      { method: 'GET', path: '/documents/{document_id}' },
    ],
  },
  neighbour: {
    name: 'mon_nouveau_module',
    namespace: 'mon_module',
    schemaPrefix: 'MonNouveau',
    hasResult: false,
    hasRetry: false,
    hasStats: false,
    hasCancelledEvent: false,
    maxConcurrentJobs: 10,
    extraEndpoints: [],
  },
};
