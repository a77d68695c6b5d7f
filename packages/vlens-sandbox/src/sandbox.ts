import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from './clock.ts';
import { type FaultInput, faultSchema } from './faults/fault.ts';
import { createListener } from './http/create-listener.ts';
import { changeSettings, type Settings, type SettingsInput, settingsSchema } from './settings.ts';
import type { CallPage } from './state/call-log.ts';
import { createState, resetState, type SandboxState } from './state/sandbox-state.ts';

/** What a sandbox takes from its surroundings. */
export interface Surroundings {
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
  /** Called with an error that is the sandbox's own fault. Default: it is thrown as an unhandled rejection. */
  readonly onBug?: (error: unknown) => void;
}

/** A running sandbox. Its methods do what the paths under `/_sandbox/` do over HTTP. */
export interface Sandbox {
  /** Base URL without a slash at the end. */
  readonly url: string;
  /** Stops listening and cuts all connections, hanging ones included; closing again does nothing. */
  close(): Promise<void>;
  /** Forgets all state and faults; settings stay. */
  reset(): void;
  /** Puts a fault in force. Throws a ZodError if it is not one. */
  addFault(fault: FaultInput): void;
  clearFaults(): void;
  /** Replaces settings that can change at run time. Throws a ZodError for any other. */
  changeSettings(changes: Readonly<Record<string, unknown>>): void;
  /** The calls from number `since` on; default all that the log still holds. */
  calls(since?: number): CallPage;
}

/** Longer than clients keep idle connections, so that none is closed just as it is used again. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts a sandbox with the settings given, the others at their defaults. Throws a ZodError if a setting is wrong;
 * otherwise see `launchSandbox`.
 */
export function startSandbox(options: SettingsInput & Surroundings = {}): Promise<Sandbox> {
  const { clock = systemClock, onBug = raise, ...input } = options;
  return launchSandbox(settingsSchema.parse(input), { clock, onBug });
}

/** Starts a sandbox with settings already checked, and resolves once it listens; rejects if the address is taken. */
export async function launchSandbox(settings: Settings, surroundings: Surroundings = {}): Promise<Sandbox> {
  const { clock = systemClock, onBug = raise } = surroundings;
  const state = createState(settings, clock);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, createListener(state, onBug));
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  return { url: urlOf(server), close: () => close(server, state), ...controls(state) };
}

function controls(state: SandboxState): Omit<Sandbox, 'url' | 'close'> {
  return {
    reset: () => resetState(state),
    addFault: (fault) => void state.faults.add(faultSchema.parse(fault)),
    clearFaults: () => state.faults.clear(),
    changeSettings: (changes) => {
      state.settings = changeSettings(state.settings, changes);
    },
    calls: (since = 0) => state.calls.read(since, Number.POSITIVE_INFINITY),
  };
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(server: Server, { webhooks }: SandboxState): Promise<void> {
  if (!server.listening) return;
  webhooks.clear();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

function raise(error: unknown): never {
  throw error;
}
