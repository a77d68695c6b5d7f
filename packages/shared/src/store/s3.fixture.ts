import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';

/** A prefix in the bucket of the test store that no other test uses: `S3_URL` is `http://<key id>:<secret>@<host>/<bucket>`. */
export function testPlace(prefix: string) {
  const { S3_URL: address } = process.env;
  if (!address) throw new Error('S3_URL is not set. "npm run engines" starts a store and prints it.');
  const url = new URL(address);
  return {
    bucket: url.pathname.slice(1),
    prefix: `${prefix}-${process.pid}-${performance.now().toString(36).replace('.', '')}/`,
    region: 'us-east-1',
    endpoint: url.origin,
    credentials: { accessKeyId: url.username, secretAccessKey: url.password },
  };
}

/** A way to the objects of the bucket behind the adapter's back. */
export function openBucket({ bucket: Bucket, endpoint, region, credentials, prefix }: ReturnType<typeof testPlace>) {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const get = async (Key: string): Promise<Buffer> => {
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await body?.transformToByteArray()) ?? []);
  };
  const put = async (Key: string, Body: Uint8Array): Promise<void> =>
    void (await client.send(new PutObjectCommand({ Bucket, Key, Body })));
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { Contents: objects = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
      found.push(...objects.map(({ Key = '' }) => Key));
    }
    return found;
  };
  return {
    put,
    keys,
    stored: async () => new Map(await Promise.all((await keys()).map(async (key) => [key, await get(key)] as const))),
    async move(from: string, to: string): Promise<void> {
      await put(to, await get(from));
      await client.send(new DeleteObjectCommand({ Bucket, Key: from }));
    },
  };
}

/** The address of a way to the store on which requests are refused to write objects whose key ends so. */
export async function refuseWrites(endpoint: string, ending: string): Promise<string> {
  const server = createServer((incoming, answer) => {
    if (incoming.method === 'PUT' && incoming.url?.split('?')[0]?.endsWith(ending)) {
      incoming.resume().on('end', () => answer.writeHead(403).end());
      return;
    }
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '', endpoint), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward.on('error', () => answer.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
