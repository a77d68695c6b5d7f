/** The parts of a Deployment that are judged here; its shape as a whole is for Kubernetes' own schema. */
export interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly securityContext?: Readonly<Record<string, unknown>> & {
    readonly seccompProfile?: { readonly type: string };
  };
  readonly containers: readonly Container[];
  readonly volumes?: readonly (Readonly<Record<string, unknown>> & { readonly emptyDir?: { sizeLimit?: string } })[];
}

interface Container {
  readonly image: string;
  readonly env: readonly Variable[];
  readonly securityContext?: Readonly<Record<string, unknown>> & {
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface Probe {
  readonly httpGet?: { readonly path: string };
}

/** One environment variable of a container. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

const sizes = ['requests', 'limits'] as const;

/** What must hold for every pod, each as the sentence that says it does not. */
const rules: Readonly<Record<string, (pod: PodSpec, container: Container) => boolean>> = {
  'may run as root': ({ securityContext }) =>
    securityContext?.['runAsNonRoot'] === true && Number(securityContext['runAsUser']) > 0,
  'keeps capabilities': (_, { securityContext }) =>
    securityContext?.capabilities?.drop?.join() === 'ALL' && securityContext.capabilities.add === undefined,
  'may gain privileges': (_, { securityContext }) =>
    securityContext?.['allowPrivilegeEscalation'] === false && securityContext['privileged'] === undefined,
  'may write to its root folder': (_, { securityContext }) => securityContext?.['readOnlyRootFilesystem'] === true,
  'may make any system call': ({ securityContext }) => securityContext?.seccompProfile?.type === 'RuntimeDefault',
  "shares the node's namespaces": ({ hostNetwork, hostPID }) => hostNetwork === undefined && hostPID === undefined,
  'has a token of the cluster': ({ automountServiceAccountToken }) => automountServiceAccountToken === false,
  'has a folder without bounds': ({ volumes = [] }) =>
    volumes.every(({ emptyDir }) => emptyDir === undefined || emptyDir.sizeLimit !== undefined),
  'has no request and limit of processor and memory': (_, { resources }) =>
    sizes.every((size) => resources?.[size]?.['cpu'] && resources[size]['memory']),
  'is restarted because a dependency is away': (_, { livenessProbe, startupProbe }) =>
    livenessProbe?.httpGet?.path === '/healthz' && startupProbe?.httpGet?.path === '/healthz',
  'is given work while a dependency is away': (_, { readinessProbe }) => readinessProbe?.httpGet?.path === '/readyz',
  'is not pinned to one version': (_, { image }) => /:\d+\.\d+\.\d+$/.test(image),
};

/** Every rule that a pod of the Deployment breaks, as `<name>: <what is wrong>`. */
export function podFaults({ metadata, spec }: Deployment): string[] {
  const pod = spec.template.spec;
  return pod.containers.flatMap((container) =>
    Object.entries(rules)
      .filter(([, holds]) => !holds(pod, container))
      .map(([sentence]) => `${metadata.name}: ${sentence}`),
  );
}
