import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a certificate and its private key, PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Somebody who signs certificates, for tests: its own files, and how it signs. */
export interface CertificateAuthority extends CertificateFiles {
  /** Signs a certificate for whoever listens on 127.0.0.1 and localhost, and connects from there; each time a new one. */
  readonly sign: (name: string) => CertificateFiles;
}

/** Makes an authority whose files, keys included, are in the folder. Nothing of it is worth anything after a day. */
export function createAuthority(folder: string, name = 'test CA'): CertificateAuthority {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  const make = (file: string, subject: string, extra: readonly string[]): CertificateFiles => {
    const files = { cert: join(folder, `${file}.pem`), key: join(folder, `${file}.key`) };
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    const out = ['-subj', `/CN=${subject}`, '-out', files.cert, '-keyout', files.key];
    execFileSync('openssl', ['req', '-x509', '-config', config, ...ec, ...out, ...extra], { stdio: 'pipe' });
    return files;
  };
  const own = make('ca', name, ['-addext', 'basicConstraints=critical,CA:TRUE']);
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-addext', 'basicConstraints=CA:FALSE'];
  return { ...own, sign: (subject) => make(subject, subject, ['-CA', own.cert, '-CAkey', own.key, ...names]) };
}
