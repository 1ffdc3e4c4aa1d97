import type { Subjects } from '../describe-conformance.ts';

/** The two modules that every host under test holds: one with every endpoint and event, one with the least. */
export const modules: Subjects = {
  subject: {
    name: 'document_search',
    namespace: 'document_search',
    className: 'DocumentSearch',
    hasResult: true,
    hasStats: true,
    hasCancelledEvent: true,
    maxConcurrentJobs: 10,
    subscribed: 'file.uploaded',
    extraEndpoints: [],
  },
  neighbour: {
    name: 'mon_nouveau_module',
    namespace: 'mon_module',
    className: 'MonNouveauModule',
    hasResult: false,
    hasStats: false,
    hasCancelledEvent: false,
    maxConcurrentJobs: 10,
    extraEndpoints: [],
  },
};
