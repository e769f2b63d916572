import assert from "node:assert/strict";
import fc from "fast-check";
import { type EndpointNeed, mergeEndpointNeeds } from "../../../components/network/endpoints";
import {
  type CallGraph,
  callGraphProblems,
  planSecurityGroupRules,
  planSecurityGroups,
} from "../../../components/network/securityGroups";

const need = (endpoint: EndpointNeed["endpoint"]): EndpointNeed => ({
  endpoint,
  statements: [{ Sid: "Use", Effect: "Allow", Action: ["some:Action"], Resource: ["*"] }],
});
const endpoints = (containers: EndpointNeed["endpoint"][], client: EndpointNeed["endpoint"][]) =>
  mergeEndpointNeeds(containers.map(need), client.map(need));

/** A rule in one line: whose, which way, to or from whom. */
const lines = (services: CallGraph, planned: ReturnType<typeof endpoints>) =>
  planSecurityGroupRules(services, planned).map(({ name, group, direction, port, protocol, peer }) => {
    const [kind, value] = Object.entries(peer)[0] ?? [];
    const other = kind === "prefixList" ? `prefix list of ${value}` : value;
    return `${name}: ${group} ${direction === "ingress" ? "<-" : "->"} ${other} ${protocol}/${port}`;
  });

describe("planSecurityGroupRules", () => {
  it("lets the client call the service, and each of them reach its endpoints", () => {
    const rules = planSecurityGroupRules(
      { hello: { port: 8080, callers: ["client"] } },
      endpoints(["logs", "s3"], ["ssm", "s3"]),
    );
    const tcp = { protocol: "tcp" } as const;
    assert.deepEqual(rules, [
      {
        name: "hello-from-client",
        group: "hello",
        direction: "ingress",
        port: 8080,
        ...tcp,
        peer: { group: "client" },
        description: "Requests from client",
      },
      {
        name: "client-to-hello",
        group: "client",
        direction: "egress",
        port: 8080,
        ...tcp,
        peer: { group: "hello" },
        description: "Requests to hello",
      },
      {
        name: "container-endpoints-from-hello",
        group: "container-endpoints",
        direction: "ingress",
        port: 443,
        ...tcp,
        peer: { group: "hello" },
        description: "AWS API calls from hello",
      },
      {
        name: "hello-to-container-endpoints",
        group: "hello",
        direction: "egress",
        port: 443,
        ...tcp,
        peer: { group: "container-endpoints" },
        description: "AWS API calls to the interface endpoints",
      },
      {
        name: "hello-to-s3",
        group: "hello",
        direction: "egress",
        port: 443,
        ...tcp,
        peer: { prefixList: "s3" },
        description: "HTTPS to s3 through its gateway endpoint",
      },
      {
        name: "client-endpoints-from-client",
        group: "client-endpoints",
        direction: "ingress",
        port: 443,
        ...tcp,
        peer: { group: "client" },
        description: "AWS API calls from client",
      },
      {
        name: "client-to-client-endpoints",
        group: "client",
        direction: "egress",
        port: 443,
        ...tcp,
        peer: { group: "client-endpoints" },
        description: "AWS API calls to the interface endpoints",
      },
      {
        name: "client-to-s3",
        group: "client",
        direction: "egress",
        port: 443,
        ...tcp,
        peer: { prefixList: "s3" },
        description: "HTTPS to s3 through its gateway endpoint",
      },
    ]);
  });

  it("lets a service call just those that name it, on their ports", () => {
    const services: CallGraph = {
      bff: { port: 8080, callers: ["client"] },
      date: { port: 8081, callers: ["bff"] },
      time: { port: 8082, callers: ["bff", "date"] },
    };
    assert.deepEqual(lines(services, []), [
      "bff-from-client: bff <- client tcp/8080",
      "client-to-bff: client -> bff tcp/8080",
      "date-from-bff: date <- bff tcp/8081",
      "bff-to-date: bff -> date tcp/8081",
      "time-from-bff: time <- bff tcp/8082",
      "bff-to-time: bff -> time tcp/8082",
      "time-from-date: time <- date tcp/8082",
      "date-to-time: date -> time tcp/8082",
    ]);
  });

  it("opens DynamoDB to those who need it, without an interface endpoint in sight", () => {
    const services: CallGraph = { hello: { port: 8080, callers: [] } };
    assert.deepEqual(lines(services, endpoints(["dynamodb"], [])), [
      "hello-to-dynamodb: hello -> prefix list of dynamodb tcp/443",
    ]);
    assert.deepEqual(lines(services, endpoints([], ["dynamodb"])), [
      "client-to-dynamodb: client -> prefix list of dynamodb tcp/443",
    ]);
  });

  it("opens DynamoDB, and addresses beside the endpoints, to just those services that say so", () => {
    const services: CallGraph = {
      bff: { port: 8080, callers: [], gateways: ["s3"] },
      date: { port: 8081, callers: [], gateways: ["s3", "dynamodb"] },
      hello: {
        port: 8082,
        callers: [],
        gateways: [],
        egress: [{ cidr: "10.1.2.3/32", port: 3128, description: "Proxy" }],
      },
    };
    assert.deepEqual(lines(services, endpoints(["dynamodb", "s3"], [])), [
      "bff-to-s3: bff -> prefix list of s3 tcp/443",
      "date-to-s3: date -> prefix list of s3 tcp/443",
      "date-to-dynamodb: date -> prefix list of dynamodb tcp/443",
      "hello-to-10.1.2.3/32-3128: hello -> 10.1.2.3/32 tcp/3128",
    ]);
  });

  it("says of every ingress rule by which egress rule its peer answers, and the other way round", () => {
    const names = ["a", "b", "c", "d"] as const;
    const callers = fc.uniqueArray(fc.constantFrom("client", ...names));
    const graph = fc.record(
      Object.fromEntries(names.map((name) => [name, fc.record({ port: fc.integer({ min: 1, max: 65535 }), callers })])),
    );
    fc.assert(
      fc.property(graph, (services) => {
        const rules = planSecurityGroupRules(services, endpoints(["logs", "s3"], ["ssm", "s3"]));
        const pairs = (direction: "ingress" | "egress") =>
          rules.flatMap(({ direction: way, group, peer, port }) => {
            if (way !== direction || !("group" in peer)) {
              return [];
            }
            const [from, to] = direction === "ingress" ? [peer.group, group] : [group, peer.group];
            return [`${from} -> ${to}:${port}`];
          });
        assert.deepEqual(pairs("ingress").sort(), pairs("egress").sort());
        assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length, "two rules of one name");
        const groups = planSecurityGroups(services, endpoints(["logs", "s3"], ["ssm", "s3"]));
        assert.ok(rules.every(({ group }) => groups.includes(group)));
        assert.ok(rules.every(({ group, direction }) => group !== "client" || direction === "egress"));
      }),
    );
  });
});

describe("planSecurityGroups", () => {
  const services: CallGraph = { hello: { port: 8080, callers: ["client"] } };
  const table: [EndpointNeed["endpoint"][], EndpointNeed["endpoint"][], string[]][] = [
    [["logs"], ["ssm"], ["client", "hello", "container-endpoints", "client-endpoints"]],
    [["logs"], ["s3"], ["client", "hello", "container-endpoints"]],
    [["s3"], ["ssm"], ["client", "hello", "client-endpoints"]],
    [[], [], ["client", "hello"]],
  ];
  for (const [containers, client, expected] of table) {
    it(`are ${expected.join(", ")} when containers use ${containers} and the client ${client}`, () => {
      assert.deepEqual(planSecurityGroups(services, endpoints(containers, client)), expected);
    });
  }

  it("have none for a client that nobody speaks of", () => {
    const alone: CallGraph = { hello: { port: 8080, callers: [] } };
    assert.deepEqual(planSecurityGroups(alone, endpoints(["logs"], [])), ["hello", "container-endpoints"]);
  });
});

describe("callGraphProblems", () => {
  const wrongName = (name: string) =>
    `service "${name}": names are lower-case letters, digits and hyphens, ` +
    "and client, container-endpoints, client-endpoints, s3, dynamodb are taken";
  const table: [what: string, services: CallGraph, problems: string[]][] = [
    [
      "nothing about a sound graph, also when a service calls itself",
      { bff: { port: 1, callers: ["client"] }, "backend-1": { port: 65535, callers: ["bff", "backend-1"] } },
      [],
    ],
    [
      "callers nobody knows",
      { hello: { port: 8080, callers: ["client", "helo"] } },
      ['service "hello": its caller "helo" is neither a service nor "client"'],
    ],
    [
      "ports there are not, and callers listed twice",
      { a: { port: 0, callers: [] }, b: { port: 65536, callers: ["a", "a"] }, c: { port: 80.5, callers: [] } },
      [
        'service "a": port 0 is not a whole number from 1 to 65535',
        'service "b": port 65536 is not a whole number from 1 to 65535',
        'service "b": a caller is listed twice',
        'service "c": port 80.5 is not a whole number from 1 to 65535',
      ],
    ],
    [
      "names that are taken or malformed",
      { client: { port: 80, callers: [] }, s3: { port: 80, callers: [] }, "My app": { port: 80, callers: [] } },
      [wrongName("client"), wrongName("s3"), wrongName("My app")],
    ],
  ];
  for (const [what, services, problems] of table) {
    it(`says ${what}`, () => {
      assert.deepEqual(callGraphProblems(services), problems);
    });
  }
});
