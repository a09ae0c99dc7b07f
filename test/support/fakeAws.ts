/** Metadata, EC2, Route 53 and CloudWatch as far as our programs on nodes know them, with state, in one server; every call's signature is checked. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeInterface {
  addresses: string[];
  tags: Record<string, string>;
}

export interface FakeRecord {
  name: string;
  type: string;
  ttl: string;
  value: string;
}

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

export class FakeAws {
  readonly interfaces: Record<string, FakeInterface> = {};
  records: FakeRecord[] = [];
  /** Actions in the order in which they came. */
  readonly calls: string[] = [];
  /** Whose metadata are served; by the address that asks, where several nodes do. */
  self = 'eni-1';
  selfOf: (address: string) => string = () => this.self;
  /** Of each report, its fields in order. */
  readonly reports: Readonly<Record<string, string>>[] = [];
  /** Runs before an action is carried out: what another node does in between. */
  before: (action: string) => void = () => undefined;
  /** Answered with this instead. */
  failWith: number | undefined;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void readAll(request).then((body) => {
        const { status, text } = this.answer(request, body);
        response.writeHead(status).end(text);
      });
    });
  }

  async start(host = '127.0.0.1'): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, host, resolve));
    return `http://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, body: string): { status: number; text: string } {
    const url = new URL(request.url ?? '/', 'http://aws');
    if (url.pathname.startsWith('/latest/')) return this.metadata(request, url.pathname);
    const wrong = checkSignature(request, url, body);
    if (wrong !== undefined) return error(403, 'SignatureDoesNotMatch', wrong);
    if (this.failWith !== undefined) return error(this.failWith, 'InternalError', 'try again');
    return url.pathname.startsWith('/2013-04-01/')
      ? this.route53(request.method ?? '', url, body)
      : this.ec2(new URLSearchParams(body));
  }

  private metadata(request: IncomingMessage, path: string): { status: number; text: string } {
    if (path === '/latest/api/token' && request.method === 'PUT') return ok('token-1');
    if (request.headers['x-aws-ec2-metadata-token'] !== 'token-1') return { status: 401, text: 'IMDSv2 only' };
    const known: Record<string, string> = {
      'iam/security-credentials/': 'orders-node',
      'iam/security-credentials/orders-node': JSON.stringify({
        AccessKeyId: 'AKIAEXAMPLE',
        SecretAccessKey: SECRET,
        Token: 'session/1==',
      }),
      mac: '02:00:00:00:00:01',
      'network/interfaces/macs/02:00:00:00:00:01/interface-id': this.selfOf(request.socket.remoteAddress ?? ''),
    };
    const text = known[path.replace('/latest/meta-data/', '')];
    return text === undefined ? { status: 404, text: '' } : ok(text);
  }

  private ec2(query: URLSearchParams): { status: number; text: string } {
    const action = query.get('Action') ?? '';
    this.before(action);
    this.calls.push(action);
    const of = (name: string): string => query.get(name) ?? '';
    const address = of('PrivateIpAddress.1');
    switch (action) {
      case 'DescribeNetworkInterfaces':
        return ok(this.describe(of('Filter.1.Value.1')));
      case 'CreateTags':
        (this.interfaces[of('ResourceId.1')] as FakeInterface).tags[of('Tag.1.Key')] = of('Tag.1.Value');
        return ok('<CreateTagsResponse/>');
      case 'AssignPrivateIpAddresses':
        for (const one of Object.values(this.interfaces))
          one.addresses = one.addresses.filter((held) => held !== address);
        (this.interfaces[of('NetworkInterfaceId')] as FakeInterface).addresses.push(address);
        return ok('<AssignPrivateIpAddressesResponse/>');
      case 'UnassignPrivateIpAddresses': {
        const own = this.interfaces[of('NetworkInterfaceId')] as FakeInterface;
        own.addresses = own.addresses.filter((held) => held !== address);
        return ok('<UnassignPrivateIpAddressesResponse/>');
      }
      case 'PutMetricData':
        this.reports.push(Object.fromEntries(query));
        return ok('<PutMetricDataResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"/>');
      default:
        return error(400, 'InvalidAction', action);
    }
  }

  private describe(cluster: string): string {
    const items = Object.entries(this.interfaces)
      .filter(([, { tags }]) => tags['pulumi-kingbase:cluster'] === cluster)
      .map(([id, { addresses, tags }]) => {
        const held = addresses.map((one) => `<item><privateIpAddress>${one}</privateIpAddress></item>`).join('');
        const named = Object.entries(tags)
          .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
          .join('');
        return `<item><networkInterfaceId>${id}</networkInterfaceId><privateIpAddressesSet>${held}</privateIpAddressesSet><tagSet>${named}</tagSet></item>`;
      });
    return `<R xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><networkInterfaceSet>${items.join('')}</networkInterfaceSet></R>`;
  }

  private route53(method: string, url: URL, body: string): { status: number; text: string } {
    this.before(method);
    this.calls.push(`${method} ${url.pathname}`);
    if (method === 'GET') {
      const found = this.records.filter(
        ({ name, type }) => name === `${url.searchParams.get('name')}.` && type === url.searchParams.get('type'),
      );
      return ok(
        `<L xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ResourceRecordSets>${found.map(recordXml).join('')}</ResourceRecordSets></L>`,
      );
    }
    const changes = [
      ...body.matchAll(
        /<Change><Action>(\w+)<\/Action><ResourceRecordSet><Name>([^<]*)<\/Name><Type>(\w+)<\/Type><TTL>(\d+)<\/TTL><ResourceRecords><ResourceRecord><Value>([^<]*)<\/Value>/g,
      ),
    ];
    let next = [...this.records];
    for (const [, action, name = '', type = '', ttl = '', value = ''] of changes) {
      const record = { name: `${name}.`, type, ttl, value };
      const there = next.findIndex((one) => JSON.stringify(one) === JSON.stringify(record));
      const taken = next.some((one) => one.name === record.name && one.type === type);
      if (action === 'DELETE' ? there < 0 : taken) return error(400, 'InvalidChangeBatch', `${action} ${name}`);
      next = action === 'DELETE' ? next.filter((_, index) => index !== there) : [...next, record];
    }
    this.records = next;
    return ok('<ChangeResourceRecordSetsResponse/>');
  }
}

const recordXml = ({ name, type, ttl, value }: FakeRecord): string =>
  `<ResourceRecordSet><Name>${name}</Name><Type>${type}</Type><TTL>${ttl}</TTL><ResourceRecords><ResourceRecord><Value>${value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`;

const ok = (text: string) => ({ status: 200, text });
const error = (status: number, code: string, message: string) => ({
  status,
  text: `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

/** Signature Version 4 once more, written for itself; what is wrong, or undefined. */
function checkSignature(request: IncomingMessage, url: URL, body: string): string | undefined {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (given === null) return `no signature: ${request.headers.authorization ?? 'none'}`;
  const [, , day = '', region = '', service = '', names = '', signature] = given;
  if (!names.split(';').includes('x-amz-security-token')) return 'the session is not signed';
  const regional = ['ec2', 'monitoring'].includes(service);
  const host = regional ? `${service}.${region}.amazonaws.com.cn` : 'route53.amazonaws.com.cn';
  const headers = names
    .split(';')
    .map((name) => `${name}:${name === 'host' ? host : String(request.headers[name] ?? '')}\n`)
    .join('');
  const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = [request.method, url.pathname, url.search.slice(1), headers, names, hex(body)].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    `${day}/${region}/${service}/aws4_request`,
    hex(canonical),
  ].join('\n');
  const mac = (key: Buffer | string, part: string): Buffer => createHmac('sha256', key).update(part).digest();
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (last, part) => mac(last, part),
    `AWS4${SECRET}`,
  );
  return mac(key, text).toString('hex') === signature ? undefined : 'another signature';
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
