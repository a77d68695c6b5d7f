import { z } from 'zod';

/** How brokers are spoken to, in Kafka's own words: https://kafka.apache.org/documentation/#brokerconfigs_security.protocol */
export const kafkaSecurityProtocol = z.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']);

/** The mechanisms of SASL that this project takes, in the words of their RFCs. */
export const saslMechanism = z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']);

/** The variables that say how Kafka is spoken to, the same for every program of this project. */
export interface KafkaSecuritySettings {
  readonly KAFKA_SECURITY_PROTOCOL: z.infer<typeof kafkaSecurityProtocol>;
  readonly KAFKA_SSL_CA_FILE?: string | undefined;
  readonly KAFKA_SSL_CERT_FILE?: string | undefined;
  readonly KAFKA_SSL_KEY_FILE?: string | undefined;
  readonly KAFKA_SASL_MECHANISM?: z.infer<typeof saslMechanism> | undefined;
  readonly KAFKA_SASL_USERNAME?: string | undefined;
  readonly KAFKA_SASL_PASSWORD?: string | undefined;
}

type Name = keyof KafkaSecuritySettings;

/** TLS and credentials as clients of kafkajs take them. */
export interface KafkaSecurity {
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: Sasl<'plain'> | Sasl<'scram-sha-256'> | Sasl<'scram-sha-512'>;
}

interface Sasl<M> {
  readonly mechanism: M;
  readonly username: string;
  readonly password: string;
}

/** Adds an issue for each variable that the protocol lacks, or has no use for. Other settings may be faulty or missing. */
export function checkKafkaSecurity(config: Partial<KafkaSecuritySettings>, context: z.core.$RefinementCtx): void {
  const protocol = config.KAFKA_SECURITY_PROTOCOL ?? 'PLAINTEXT';
  const say = (name: Name, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
  const sasl: Name[] = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
  const ssl: Name[] = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'];
  const useless = [...(protocol.startsWith('SASL') ? [] : sasl), ...(protocol.endsWith('SSL') ? [] : ssl)];
  for (const name of useless) if (config[name] !== undefined) say(name, `is of no use with ${protocol}`);
  const needed = protocol.startsWith('SASL') ? sasl : [];
  for (const name of needed) if (config[name] === undefined) say(name, `is missing, and ${protocol} needs it`);
  const { KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key } = config;
  if (cert !== undefined && key === undefined) say('KAFKA_SSL_KEY_FILE', 'is missing beside KAFKA_SSL_CERT_FILE');
  if (key !== undefined && cert === undefined) say('KAFKA_SSL_CERT_FILE', 'is missing beside KAFKA_SSL_KEY_FILE');
}

/** Checked settings as a client of kafkajs takes them. `read` gives the content of the file that a variable names. */
export function toKafkaSecurity(
  config: KafkaSecuritySettings,
  read: (variable: Name, file: string) => string,
): KafkaSecurity {
  const { KAFKA_SECURITY_PROTOCOL: protocol, KAFKA_SASL_MECHANISM: mechanism } = config;
  const pem = <K extends string>(key: K, variable: Name) => {
    const file = config[variable];
    return (file === undefined ? {} : { [key]: read(variable, file) }) as { [_ in K]?: string };
  };
  const ssl = {
    ...pem('ca', 'KAFKA_SSL_CA_FILE'),
    ...pem('cert', 'KAFKA_SSL_CERT_FILE'),
    ...pem('key', 'KAFKA_SSL_KEY_FILE'),
  };
  const [username, password] = [config.KAFKA_SASL_USERNAME ?? '', config.KAFKA_SASL_PASSWORD ?? ''];
  return {
    ...(protocol.endsWith('SSL') && { ssl }),
    ...(mechanism !== undefined && {
      sasl: { mechanism: names[mechanism], username, password },
    }),
  };
}

const names = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;
