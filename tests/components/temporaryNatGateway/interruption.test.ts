import assert from "node:assert/strict";
import { destroy, open, release, seedWith, tags } from "../../pulumi/leaseInProcess";
import { grouped, survey, withDouble } from "../../pulumi/leaseInputs";

/** What SIGINT does in the provider's process, where nobody listens but the work in hand. */
let others: NodeJS.SignalsListener[];
function interrupt(): void {
  for (const listener of process.listeners("SIGINT").filter((each) => !others.includes(each))) {
    listener("SIGINT");
  }
}

describe("SIGINT", () => {
  beforeEach(() => {
    others = process.listeners("SIGINT");
  });

  // Without this the process would never again end on SIGINT.
  afterEach(() => assert.deepEqual(process.listeners("SIGINT"), others));

  const withGateway = (state: "available" | "deleting" | "failed") =>
    seedWith((account) => {
      account.addresses["eipalloc-left"] = { publicIp: "203.0.113.200", tags };
      const gateway = { vpcId: "vpc-main", subnetId: "subnet-public", allocationId: "eipalloc-left", tags };
      account.natGateways["nat-left"] = { ...gateway, state };
    });
  const slowly = { natGatewayCreation: 1e6, natGatewayDeletion: 1e6 };
  const table: [
    title: string,
    work: () => Promise<unknown>,
    wait: RegExp,
    options: Parameters<typeof withDouble>[1],
  ][] = [
    [
      "for a NAT gateway to become available",
      open,
      /^interrupted while waiting for NAT gateway nat-\w+ to become available \(pending\)$/,
      { times: slowly },
    ],
    [
      "for an old NAT gateway to be deleted before another is made",
      open,
      /^interrupted while waiting for NAT gateway nat-left to be deleted \(deleting\)$/,
      { seed: withGateway("failed"), times: slowly },
    ],
    [
      "for a NAT gateway to be deleted by the release",
      release,
      /^interrupted while waiting for NAT gateway nat-left to be deleted \(deleting\)$/,
      { seed: withGateway("available"), times: slowly },
    ],
    [
      "for a NAT gateway to be deleted by `destroy`",
      destroy,
      /^interrupted while waiting for NAT gateway nat-left to be deleted \(deleting\)$/,
      { seed: withGateway("available"), times: slowly },
    ],
    [
      "for an address which still counts as in use",
      release,
      /^interrupted while waiting for address 203.0.113.200 to be released \(InvalidIPAddress.InUse: Address 203.0.113.200 is in use.\)$/,
      { seed: withGateway("available"), times: { disassociation: 1e6 } },
    ],
    [
      "for what was made a moment ago to be visible",
      open,
      /^interrupted while waiting for internet gateway igw-\w+ to be attached \(InvalidInternetGatewayID.NotFound: /,
      { times: { visibility: 1e6 } },
    ],
  ];
  for (const [title, work, message, options] of table) {
    it(`ends the wait ${title}, and says what it was`, async () => {
      await withDouble(async (double) => {
        double.faults = ({ index }) => {
          // By then it waits, whatever it waits for.
          if (index === 25) {
            interrupt();
          }
          return undefined;
        };
        await assert.rejects(work(), { message });
        assert.ok(double.calls.length <= 27, `${double.calls.length} calls`);
      }, options);
    });
  }

  it("stops on SIGINT before the next step, with the way out restored", async () => {
    await withDouble(async (double) => {
      const { natGatewayId } = await open();
      const prove = async () => {
        interrupt();
        throw new Error("interrupted while waiting for the task");
      };
      await assert.rejects(release(prove), {
        message:
          "interrupted while waiting for the task (the routes and egress rules are back, the NAT gateway is kept)",
      });
      assert.equal(double.inventory().routeTables["rtb-private"]?.routes["0.0.0.0/0"], natGatewayId);
    });
  });

  it("ends before it has begun when SIGINT came while it looked", async () => {
    await withDouble(async (double) => {
      await open();
      double.takeCalls();
      double.faults = () => {
        interrupt();
        return undefined;
      };
      await assert.rejects(async () => destroy(), {
        message: "interrupted while taking away the temporary egress rules",
      });
      assert.deepEqual(grouped(double), survey);
    });
  });
});
