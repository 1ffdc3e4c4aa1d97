import { useModules } from 'ai-module-runtime/testing';
import { modules } from '../src/host.ts';

// The tests of modules start hosts with these modules.
useModules(modules);
