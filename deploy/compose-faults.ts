/** The parts of a Compose file that are judged here; its shape as a whole is for the Compose Specification's schema. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly interval?: string; readonly timeout?: string };
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
  readonly stop_grace_period?: string;
  readonly deploy?: { readonly resources?: { readonly limits?: Readonly<Record<string, string | number>> } };
}

/** Which service may write to its root folder, and why. */
const writable: Readonly<Record<string, string>> = { kafka: 'its start script writes the configuration' };

const builtHere = (service: ComposeService): boolean => service.build !== undefined;
const limits = (service: ComposeService): Readonly<Record<string, string | number>> =>
  service.deploy?.resources?.limits ?? {};

/** What must hold for every service, each as the sentence that says it does not. */
const rules: Readonly<Record<string, (service: ComposeService, name: string) => boolean>> = {
  'is not pinned to one version': ({ image, build }) =>
    build ? build.context === '.' && image === undefined : /:v?\d+\.\d+\.\d+(@sha256:\w+)?$/.test(image ?? ''),
  'may run as root': (service) => builtHere(service) || !/^(root|0|)(:|$)/.test(service.user ?? ''),
  'keeps capabilities': ({ cap_drop, cap_add, privileged }) =>
    cap_drop?.join() === 'ALL' && cap_add === undefined && privileged === undefined,
  'may gain privileges': ({ security_opt }) => security_opt?.includes('no-new-privileges:true') === true,
  'may write to its root folder': ({ read_only }, name) => read_only === true || name in writable,
  'has no bounded /tmp': ({ tmpfs, read_only }) =>
    read_only !== true || (tmpfs?.length === 1 && /^\/tmp:size=\d+m$/.test(tmpfs[0] ?? '')),
  'is published beyond this machine': ({ ports = [] }) => ports.every((port) => /^127\.0\.0\.1:\d+:\d+$/.test(port)),
  'has no limit on processor, memory or processes': (service) =>
    ['cpus', 'memory', 'pids'].every((what) => limits(service)[what] !== undefined),
  'has no limit on its log': ({ logging }) => logging?.options?.['max-size'] !== undefined,
  'has no health check': (service) => builtHere(service) || checksHealth(service),
  'has a health check without test or bounds': (service) => service.healthcheck === undefined || checksHealth(service),
  'does not come back after a crash': ({ restart }) => restart === 'unless-stopped',
  'does not say how long a stop may take': ({ stop_grace_period }) => seconds(stop_grace_period) > 0,
  'does not wait until what it needs is healthy': ({ depends_on = {} }) =>
    Object.values(depends_on).every(({ condition }) => condition === 'service_healthy'),
};

function checksHealth({ healthcheck }: ComposeService): boolean {
  const runs = ['CMD', 'CMD-SHELL'].includes(healthcheck?.test?.[0] ?? '');
  return runs && seconds(healthcheck?.interval) > 0 && seconds(healthcheck?.timeout) > 0;
}

/** Every rule that a service breaks, as `service: sentence`. */
export function composeFaults({ services }: ComposeFile): string[] {
  return Object.entries(services).flatMap(([name, service]) =>
    Object.entries(rules).flatMap(([sentence, holds]) => (holds(service, name) ? [] : [`${name}: ${sentence}`])),
  );
}

/** Seconds of a duration written as such (`70s`); NaN for anything else. */
export function seconds(duration: string | undefined): number {
  return Number(/^(\d+)s$/.exec(duration ?? '')?.[1]);
}
