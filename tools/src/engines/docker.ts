import { run } from '../processes/programs.ts';

let docker: Promise<boolean> | undefined;

/** True when a Docker engine answers; asked once per process. */
export function hasDocker(): Promise<boolean> {
  docker ??= run('docker', ['info', '--format', '{{.ServerVersion}}']).then(({ ok }) => ok);
  return docker;
}
