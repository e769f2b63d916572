import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlannedEndpoint } from "../../../components/network/endpoints";
import { type CallGraph, openGroupProblem, planSecurityGroups } from "../../../components/network/securityGroups";

type Endpoint = PlannedEndpoint["endpoint"];

const endpoints = (containers: Endpoint[], client: Endpoint[]): PlannedEndpoint[] =>
  [...new Set([...containers, ...client])].map((endpoint) => ({
    endpoint,
    usedBy: (["containers", "client"] as const).filter((user) =>
      (user === "client" ? client : containers).includes(endpoint),
    ),
    statements: [],
  }));

function planned(services: CallGraph, needed: readonly PlannedEndpoint[]) {
  const { plan, problems } = planSecurityGroups(services, needed);
  assert.ok(plan !== undefined, JSON.stringify(problems));
  return plan;
}

describe("planSecurityGroups", () => {
  const service = { port: 8080, callers: [] };
  const proxy = { cidr: "10.1.2.3/32", port: 3128, description: "Proxy" };
  const https = (from: string, endpoint: string) =>
    `${from}-to-${endpoint}: ${from} -> prefix list of ${endpoint} tcp/443 (HTTPS to ${endpoint} through its gateway endpoint)`;
  const table: [what: string, CallGraph, PlannedEndpoint[], groups: string[], rules: string[]][] = [
    [
      "lets a service call just those that name it, on their ports, and the client its endpoints",
      { bff: { port: 8080, callers: ["client"] }, time: { port: 8082, callers: ["bff"] } },
      endpoints([], ["ssm", "s3"]),
      ["client", "bff", "time", "client-endpoints"],
      [
        "bff-from-client: bff <- client tcp/8080 (Requests from client)",
        "client-to-bff: client -> bff tcp/8080 (Requests to bff)",
        "time-from-bff: time <- bff tcp/8082 (Requests from bff)",
        "bff-to-time: bff -> time tcp/8082 (Requests to time)",
        "client-endpoints-from-client: client-endpoints <- client tcp/443 (AWS API calls from client)",
        "client-to-client-endpoints: client -> client-endpoints tcp/443 (AWS API calls to the interface endpoints)",
        https("client", "s3"),
      ],
    ],
    [
      "has no group of endpoints where there are only gateways, nor one of a client that nobody speaks of",
      { hello: service },
      endpoints(["dynamodb"], []),
      ["hello"],
      [https("hello", "dynamodb")],
    ],
    [
      "has a client for whom there is just an endpoint",
      { hello: service },
      endpoints([], ["dynamodb"]),
      ["client", "hello"],
      [https("client", "dynamodb")],
    ],
    [
      "has a client that just calls",
      { hello: { port: 80, callers: ["client"] } },
      [],
      ["client", "hello"],
      [
        "hello-from-client: hello <- client tcp/80 (Requests from client)",
        "client-to-hello: client -> hello tcp/80 (Requests to hello)",
      ],
    ],
    [
      "lets just those services reach gateways, and addresses beside the endpoints, that say so",
      { bff: { ...service, gateways: ["s3"] }, hello: { ...service, gateways: [], egress: [proxy] } },
      endpoints(["dynamodb", "s3"], []),
      ["bff", "hello"],
      [https("bff", "s3"), "hello-to-10.1.2.3/32-3128: hello -> 10.1.2.3/32 tcp/3128 (Proxy)"],
    ],
  ];
  for (const [what, services, needed, groups, expected] of table) {
    it(what, () => {
      const plan = planned(services, needed);
      // A rule in one line: whose, which way, to or from whom, and what its description says.
      const lines = plan.rules.map(({ name, group, direction, port, protocol, peer, description }) => {
        const [kind, value] = Object.entries(peer)[0] ?? [];
        const other = kind === "prefixList" ? `prefix list of ${value}` : value;
        return `${name}: ${group} ${direction === "ingress" ? "<-" : "->"} ${other} ${protocol}/${port} (${description})`;
      });
      assert.deepEqual(lines, expected);
      const names = plan.groups.map(({ name }) => name);
      assert.deepEqual(names, groups);
      assert.equal(plan.hasClient, groups.includes("client"));
    });
  }

  it("says of every ingress rule by which egress rule its peer answers, and the other way round", () => {
    const names = ["a", "b", "c", "d"] as const;
    const callers = fc.uniqueArray(fc.constantFrom("client", ...names));
    const port = fc.integer({ min: 1, max: 65535 });
    const graph = fc.record(Object.fromEntries(names.map((name) => [name, fc.record({ port, callers })])));
    fc.assert(
      fc.property(graph, (services) => {
        const { rules, groups } = planned(services, endpoints(["logs", "s3"], ["ssm", "s3"]));
        const pairs = (direction: "ingress" | "egress") =>
          rules.flatMap((rule) => {
            if (rule.direction !== direction || !("group" in rule.peer)) return [];
            const [from, to] = direction === "ingress" ? [rule.peer.group, rule.group] : [rule.group, rule.peer.group];
            return [`${from} -> ${to}:${rule.port}`];
          });
        assert.deepEqual(pairs("ingress").sort(), pairs("egress").sort());
        assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length, "two rules of one name");
        assert.ok(rules.every(({ group }) => groups.some(({ name }) => name === group)));
        assert.ok(rules.every(({ group, direction }) => group !== "client" || direction === "egress"));
      }),
    );
  });

  it("finds nothing wrong with sound services, also when one calls itself", () => {
    planned({ bff: { port: 1, callers: ["client"] }, "backend-1": { port: 65535, callers: ["bff", "backend-1"] } }, []);
  });

  const taken = "client, container-endpoints, client-endpoints, s3, dynamodb are taken";
  const wrongName = `names are lower-case letters, digits and hyphens, and ${taken}`;
  const wrongPort = (port: number) => `port ${port} is not a whole number from 1 to 65535`;
  const refused: [what: string, changes: Record<string, Partial<CallGraph[string]>>, problems: string[]][] = [
    [
      "an unknown caller",
      { a: { callers: ["client", "helo"] } },
      ['its caller "helo" is neither a service nor "client"'],
    ],
    ["a caller listed twice", { a: {}, b: { callers: ["a", "a"] } }, ["a caller is listed twice"]],
    ["ports there are not", { a: { port: 0 }, b: { port: 65536 }, c: { port: 80.5 } }, [0, 65536, 80.5].map(wrongPort)],
    ...["client", "s3", "My app", "1st", "a_b", "Xapp"].map((name): [string, CallGraph, string[]] => [
      `the name "${name}"`,
      { [name]: service },
      [wrongName],
    ]),
  ];
  for (const [what, changes, problems] of refused) {
    it(`refuses ${what}`, () => {
      const services = Object.entries(changes).map(([name, change]) => [name, { ...service, ...change }]);
      const found = planSecurityGroups(Object.fromEntries(services), []).problems ?? [];
      assert.deepEqual(
        found.map(({ wrong }) => wrong),
        problems,
      );
      assert.ok(found.every(({ property }) => services.some(([name]) => property === `service "${name}"`)));
    });
  }
});

describe("openGroupProblem", () => {
  const everything = { protocol: "-1", cidrBlocks: ["0.0.0.0/0"] };
  const problem = (...outbound: Parameters<typeof openGroupProblem>[2] & object) =>
    openGroupProblem("sg-1", "eu-central-1", outbound);

  it("finds the rule that EC2 gives every group, beside others, and says what to type", () => {
    assert.equal(
      problem({ protocol: "tcp", cidrBlocks: [] }, everything),
      "security group sg-1 lets everything out by a rule which is not this stack's. Delete the rule: aws ec2 " +
        "revoke-security-group-egress --region eu-central-1 --group-id sg-1 --protocol all --cidr 0.0.0.0/0 && " +
        "pulumi up --refresh",
    );
  });

  it("lets other rules be, such as those of the lease, and knows nothing of a group that is not made yet", () => {
    assert.equal(problem({ protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }, { protocol: "-1" }), undefined);
    assert.equal(openGroupProblem("sg-1", "eu-central-1", undefined), undefined);
  });
});
