/**
 * `node dist/health-check.js [/readyz]`: ends with 0 when the API beside it answers 200 on that path, `/healthz` by default, over TLS
 * where its settings say so. For containers, whose health is asked for from within.
 */
import http from 'node:http';
import https from 'node:https';
import process from 'node:process';
import tls from 'node:tls';

const { PORT = '8080', TLS_CERT_FILE, TLS_CLIENT_CA_FILE } = process.env;
const end = (healthy: boolean) => (): never => process.exit(healthy ? 0 : 1);
const path = process.argv[2] ?? '/healthz';
// The certificate is for the name by which clients know the API, which is not this one.
const options = { host: '127.0.0.1', port: Number(PORT), timeout: 2_500, rejectUnauthorized: false };
// Where clients need certificates this one has none, and an answer to its greeting is all that it gets.
const asked = TLS_CLIENT_CA_FILE
  ? tls.connect(options, end(true))
  : (TLS_CERT_FILE ? https : http).get({ ...options, path }, ({ statusCode }) => end(statusCode === 200)());
asked.on('timeout', end(false));
asked.on('error', end(false));
