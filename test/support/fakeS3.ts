/** An object store in memory that speaks S3 as far as our program knows it: path style, every request's signature and every body's digest checked, faults on request. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export const S3_KEY = { id: 'AKIAEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const REGION = 'us-east-1';

/** What it does wrong, with the objects whose key matches. */
export interface S3Fault {
  readonly key: RegExp;
  /** lose: keeps half of the body, and answers 200. change: keeps other bytes. deny: 403. fail: 503. cut: breaks the connection. redirect: 307 to elsewhere. */
  readonly how: 'lose' | 'change' | 'deny' | 'fail' | 'cut' | 'redirect';
  /** Only for requests of this method. */
  readonly method?: string;
  /** So many times; default always. */
  times?: number;
}

export class FakeS3 {
  readonly objects = new Map<string, Buffer>();
  /** Method and key, in the order in which they came. */
  readonly calls: string[] = [];
  /** Every header line that came, for a look at what was told. */
  readonly heard: string[] = [];
  faults: S3Fault[] = [];
  /** Of a list: more come with a token. */
  pageSize = 3;
  private readonly server: Server;

  constructor(
    readonly bucket = 'backups',
    /** PEM; without it, plain HTTP. */
    private readonly tls?: { readonly key: string; readonly cert: string },
  ) {
    const listener: RequestListener = (request, response) => {
      void readAll(request).then((body) => this.answer(request, body, response));
    };
    this.server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  }

  /** Address of its endpoint. */
  async start(host = '127.0.0.1'): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, host, resolve));
    return `${this.tls === undefined ? 'http' : 'https'}://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://store');
    const [, bucket = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const method = request.method ?? '';
    this.calls.push(`${method} ${key}`);
    this.heard.push(...request.rawHeaders);
    const wrong = checkRequest(request, url, body);
    if (wrong !== undefined) return refuse(response, 403, 'SignatureDoesNotMatch', wrong);
    if (bucket !== this.bucket) return refuse(response, 404, 'NoSuchBucket', 'The specified bucket does not exist');
    const fault = this.faultOf(method, key);
    if (fault?.how === 'deny') return refuse(response, 403, 'AccessDenied', 'Access Denied');
    if (fault?.how === 'fail') return refuse(response, 503, 'SlowDown', 'Please reduce your request rate.');
    if (fault?.how === 'cut') return void request.socket.destroy();
    if (fault?.how === 'redirect') return void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    if (method === 'PUT') {
      this.objects.set(key, damage(body, fault));
      response.writeHead(200).end();
    } else if (method === 'DELETE') {
      this.objects.delete(key);
      response.writeHead(204).end();
    } else if (key === '') this.list(url, response);
    else this.get(key, response);
  }

  private faultOf(method: string, key: string): S3Fault | undefined {
    const found = this.faults.find(
      (fault) => fault.key.test(key) && (fault.method ?? method) === method && fault.times !== 0,
    );
    if (found?.times !== undefined) found.times -= 1;
    return found;
  }

  private get(key: string, response: ServerResponse): void {
    const body = this.objects.get(key);
    if (body === undefined) refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.');
    else response.writeHead(200, { 'content-length': String(body.length) }).end(body);
  }

  private list(url: URL, response: ServerResponse): void {
    const prefix = url.searchParams.get('prefix') ?? '';
    const delimiter = url.searchParams.get('delimiter') ?? '';
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const short = (key: string): string => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return end < 0 ? key : key.slice(0, end + 1);
    };
    const all = [...new Set(keys.map(short))];
    const from = Number(url.searchParams.get('continuation-token') ?? '0');
    const page = all.slice(from, from + this.pageSize);
    const more = from + this.pageSize < all.length;
    const items = page.map((key) =>
      delimiter !== '' && key.endsWith(delimiter)
        ? `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${key}</Key></Contents>`,
    );
    const next = more ? `<NextContinuationToken>${from + this.pageSize}</NextContinuationToken>` : '';
    response
      .writeHead(200)
      .end(
        `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${String(more)}</IsTruncated>${next}${items.join('')}</ListBucketResult>`,
      );
  }
}

function damage(body: Buffer, fault: S3Fault | undefined): Buffer {
  if (fault?.how === 'lose') return body.subarray(0, Math.floor(body.length / 2));
  return fault?.how === 'change' ? Buffer.from(body.map((byte, index) => (index === 0 ? byte ^ 1 : byte))) : body;
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

/** Signature Version 4 once more, written for itself; what is wrong, or undefined. */
function checkRequest(request: IncomingMessage, url: URL, body: Buffer): string | undefined {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (given === null) return 'no signature';
  const [, id, day = '', region = '', names = '', signature] = given;
  if (id !== S3_KEY.id || region !== REGION) return 'another key, or another region';
  const digest = String(request.headers['x-amz-content-sha256']);
  if (digest !== createHash('sha256').update(body).digest('hex')) return 'the body has another digest';
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.split(';').includes(name)))
    return 'a header that counts is not signed';
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '')}\n`);
  const canonical = [request.method, url.pathname, url.search.slice(1), headers.join(''), names, digest].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    `${day}/${region}/s3/aws4_request`,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const mac = (key: Buffer | string, part: string): Buffer => createHmac('sha256', key).update(part).digest();
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (last, part) => mac(last, part),
    `AWS4${S3_KEY.secret}`,
  );
  return mac(key, text).toString('hex') === signature ? undefined : 'another signature';
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    // A client that went away: what came is judged by its digest.
  }
  return Buffer.concat(parts);
}
