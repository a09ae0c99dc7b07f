// Schema of the one address that clients use where an address cannot be announced by arping: clouds forward by their own tables.

export const endpointSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'addresses'],
  description:
    'The one address of the primary in a network that forwards by its own tables, where a virtual IP by arping leads nowhere (AWS). Not beside virtualIp.',
  'x-change': 'reload',
  properties: {
    kind: {
      enum: ['loadBalancer', 'secondaryAddress', 'dnsRecord'],
      description:
        'loadBalancer: sends clients to the node whose health check answers, which only the primary does. secondaryAddress: a second private address of a network interface, ' +
        'moved by the promoted node through the EC2 API. dnsRecord: a Route 53 record, rewritten by the promoted node.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    addresses: {
      type: 'array',
      minItems: 1,
      maxItems: 8,
      items: { type: 'string', minLength: 1 },
      description:
        'What clients connect to: the addresses (or the name) of the load balancer, the one address that moves, or the name of the record.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    checkPort: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 8008,
      description: 'Port of the health check on each database node: HTTP, 200 on the primary and 503 elsewhere.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    checkSources: {
      type: 'array',
      maxItems: 64,
      default: [],
      items: { type: 'string', minLength: 1 },
      description:
        'Networks and addresses that may ask the health check: those of the load balancer. Needed with loadBalancer.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    checkIntervalSeconds: {
      type: 'integer',
      minimum: 5,
      maximum: 300,
      default: 5,
      'x-unit': 's',
      description:
        'Pause between two health checks of the load balancer (a network load balancer allows 5 to 300); two answers in a row count.',
      'x-change': 'none',
      'x-source': 'AWS: health checks of target groups',
    },
    fence: {
      enum: ['majority', 'none'],
      description:
        'majority: a primary that cannot reach more than half of the members (itself included) is not announced: were it cut off, its writes would be lost in the rejoin. ' +
        'none: it is announced as long as no other primary of the same or a later timeline is seen.',
      'x-default': 'majority with three or more members, else none',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    region: {
      type: 'string',
      pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]+$',
      description: 'AWS region of the nodes. Needed with secondaryAddress and dnsRecord.',
      'x-change': 'reload',
      'x-source': 'ours',
    },
    zoneId: {
      type: 'string',
      pattern: '^[A-Z0-9]{4,32}$',
      description: 'Id of the Route 53 hosted zone. Needed with dnsRecord.',
      'x-change': 'reload',
      'x-source': 'Route 53',
    },
    ttlSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 3600,
      default: 5,
      'x-unit': 's',
      description: 'How long clients may keep the answer of the record.',
      'x-change': 'reload',
      'x-source': 'Route 53',
    },
  },
} as const;
