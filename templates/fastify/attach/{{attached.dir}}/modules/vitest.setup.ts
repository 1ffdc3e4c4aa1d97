import { useModules } from 'ai-module-runtime/testing';

// The tests of modules start hosts with these modules.
useModules({ dir: import.meta.dirname, load: (url) => import(url) });
