import assert from "node:assert/strict";
import fc from "fast-check";
import { type Endpoint, endpointUsers, type PlannedEndpoint } from "../../../components/network/endpoints";
import {
  type CallGraph,
  callGraphProblems,
  planSecurityGroupRules,
  planSecurityGroups,
} from "../../../components/network/securityGroups";

const endpoints = (containers: Endpoint[], client: Endpoint[]): PlannedEndpoint[] =>
  [...new Set([...containers, ...client])].map((endpoint) => ({
    endpoint,
    usedBy: endpointUsers.filter((user) => (user === "client" ? client : containers).includes(endpoint)),
    statements: [],
  }));

/** A rule in one line: whose, which way, to or from whom, and what its description says. */
const lines = (services: CallGraph, planned: readonly PlannedEndpoint[]) =>
  planSecurityGroupRules(services, planned).map(({ name, group, direction, port, protocol, peer, description }) => {
    const [kind, value] = Object.entries(peer)[0] ?? [];
    const other = kind === "prefixList" ? `prefix list of ${value}` : value;
    return `${name}: ${group} ${direction === "ingress" ? "<-" : "->"} ${other} ${protocol}/${port} (${description})`;
  });

describe("planSecurityGroupRules", () => {
  const hello: CallGraph = { hello: { port: 8080, callers: ["client"] } };
  const quiet: CallGraph = { hello: { port: 8080, callers: [] } };
  const table: [what: string, services: CallGraph, planned: PlannedEndpoint[], expected: string[]][] = [
    [
      "the client call the service, and each of them reach its endpoints",
      hello,
      endpoints(["logs", "s3"], ["ssm", "s3"]),
      [
        "hello-from-client: hello <- client tcp/8080 (Requests from client)",
        "client-to-hello: client -> hello tcp/8080 (Requests to hello)",
        "container-endpoints-from-hello: container-endpoints <- hello tcp/443 (AWS API calls from hello)",
        "hello-to-container-endpoints: hello -> container-endpoints tcp/443 (AWS API calls to the interface endpoints)",
        "hello-to-s3: hello -> prefix list of s3 tcp/443 (HTTPS to s3 through its gateway endpoint)",
        "client-endpoints-from-client: client-endpoints <- client tcp/443 (AWS API calls from client)",
        "client-to-client-endpoints: client -> client-endpoints tcp/443 (AWS API calls to the interface endpoints)",
        "client-to-s3: client -> prefix list of s3 tcp/443 (HTTPS to s3 through its gateway endpoint)",
      ],
    ],
    [
      "a service call just those that name it, on their ports",
      { bff: { port: 8080, callers: ["client"] }, time: { port: 8082, callers: ["bff"] } },
      [],
      [
        "bff-from-client: bff <- client tcp/8080 (Requests from client)",
        "client-to-bff: client -> bff tcp/8080 (Requests to bff)",
        "time-from-bff: time <- bff tcp/8082 (Requests from bff)",
        "bff-to-time: bff -> time tcp/8082 (Requests to time)",
      ],
    ],
    [
      "a service reach DynamoDB without an interface endpoint in sight",
      quiet,
      endpoints(["dynamodb"], []),
      ["hello-to-dynamodb: hello -> prefix list of dynamodb tcp/443 (HTTPS to dynamodb through its gateway endpoint)"],
    ],
    [
      "the client reach DynamoDB when only the client asks for it",
      quiet,
      endpoints([], ["dynamodb"]),
      [
        "client-to-dynamodb: client -> prefix list of dynamodb tcp/443 (HTTPS to dynamodb through its gateway endpoint)",
      ],
    ],
    [
      "just those services reach gateways, and addresses beside the endpoints, that say so",
      {
        bff: { port: 8080, callers: [], gateways: ["s3"] },
        hello: {
          port: 8082,
          callers: [],
          gateways: [],
          egress: [{ cidr: "10.1.2.3/32", port: 3128, description: "Proxy" }],
        },
      },
      endpoints(["dynamodb", "s3"], []),
      [
        "bff-to-s3: bff -> prefix list of s3 tcp/443 (HTTPS to s3 through its gateway endpoint)",
        "hello-to-10.1.2.3/32-3128: hello -> 10.1.2.3/32 tcp/3128 (Proxy)",
      ],
    ],
  ];
  for (const [what, services, planned, expected] of table) {
    it(`lets ${what}`, () => assert.deepEqual(lines(services, planned), expected));
  }

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
  const table: [Endpoint[], Endpoint[], string[]][] = [
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
  const wrongPort = (name: string, port: number) =>
    `service "${name}": port ${port} is not a whole number from 1 to 65535`;
  const named = (...names: string[]): CallGraph =>
    Object.fromEntries(names.map((name) => [name, { port: 80, callers: [] }]));
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
      [wrongPort("a", 0), wrongPort("b", 65536), 'service "b": a caller is listed twice', wrongPort("c", 80.5)],
    ],
    [
      "names that are taken or malformed",
      named("client", "s3", "My app", "1st", "a_b", "Xapp"),
      ["client", "s3", "My app", "1st", "a_b", "Xapp"].map(wrongName),
    ],
  ];
  for (const [what, services, problems] of table) {
    it(`says ${what}`, () => {
      const found = callGraphProblems(services).map(({ property, wrong }) => `${property}: ${wrong}`);
      assert.deepEqual(found, problems);
    });
  }
});
