import { errorCode } from "../../dynamicProvider/awsErrors";
import { everywhere, type FoundRoute, type Inventory, liveNatGateway, ownerOf } from "../inventory";
import { attempt, idIn, type Run, type Step, takeAway } from "../run";

/** What to do about a table's default route so that it leads to the gateway. */
export function routeDecision(
  existing: FoundRoute | undefined,
  gatewayId: string,
  inventory: Inventory,
): "none" | "create" | "replace" | "refuse" {
  if (existing === undefined) {
    return "create";
  }
  if (existing.target === gatewayId) {
    return "none";
  }
  return ownerOf(existing, inventory) === "other" ? "refuse" : "replace";
}

function routeOf(run: Run, routeTableId: string): FoundRoute | undefined {
  return run.inventory.defaultRoutes.find((route) => route.routeTableId === routeTableId);
}

function note(run: Run, routeTableId: string, route: FoundRoute | undefined): void {
  const others = run.inventory.defaultRoutes.filter((other) => other.routeTableId !== routeTableId);
  run.inventory = { ...run.inventory, defaultRoutes: route === undefined ? others : [...others, route] };
}

async function lead(run: Run, routeTableId: string, gatewayId: string): Promise<void> {
  const input = {
    RouteTableId: routeTableId,
    DestinationCidrBlock: everywhere,
    ...(gatewayId.startsWith("nat-") ? { NatGatewayId: gatewayId } : { GatewayId: gatewayId }),
  };
  await attempt<true>(run, `${routeTableId} to get a default route to ${gatewayId}`, {
    lookFirst: "defaultRoutes",
    // Codes of a gateway or table that was made a moment ago and is not visible everywhere yet.
    notYet: [
      "InvalidInternetGatewayID.NotFound",
      "InvalidGatewayID.NotFound",
      "InvalidNatGatewayID.NotFound",
      "InvalidRouteTableID.NotFound",
    ],
    act: async () => {
      const existing = routeOf(run, routeTableId);
      switch (routeDecision(existing, gatewayId, run.inventory)) {
        case "none":
          return true;
        case "replace":
          await run.ec2.replaceRoute(input);
          return true;
        case "refuse":
          throw new Error(
            `${routeTableId} already has a default route, to ${existing?.target} (${existing?.state}), which is not ` +
              "of this lease and stays as it is: delete it, or give the lease another route table",
          );
        case "create":
          return createRoute(run, input);
      }
    },
  });
  note(run, routeTableId, { routeTableId, target: gatewayId, state: "active" });
}

/** Answers `undefined` when there is a route meanwhile: the next attempt looks whose. */
async function createRoute(
  run: Run,
  input: { RouteTableId: string; DestinationCidrBlock: string },
): Promise<true | undefined> {
  try {
    await run.ec2.createRoute(input);
    return true;
  } catch (error) {
    if (errorCode(error) === "RouteAlreadyExists") {
      return undefined;
    }
    throw error;
  }
}

async function withdraw(run: Run, routeTableId: string): Promise<void> {
  const existing = routeOf(run, routeTableId);
  if (existing !== undefined && ownerOf(existing, run.inventory) !== "other") {
    await takeAway(run, `the default route of ${routeTableId} to be deleted`, {
      act: () => run.ec2.deleteRoute({ RouteTableId: routeTableId, DestinationCidrBlock: everywhere }),
      gone: ["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"],
    });
    note(run, routeTableId, undefined);
  }
}

export const publicRoute: Step = {
  title: "public default route",
  async open(run) {
    await lead(run, run.settings.network.publicRouteTableId, idIn(run.inventory.internetGateways[0]?.id));
  },
  async close(run) {
    await withdraw(run, run.settings.network.publicRouteTableId);
  },
};

export const privateRoutes: Step = {
  title: "private default routes",
  async open(run) {
    const gateway = liveNatGateway(run.inventory);
    if (gateway === undefined) {
      throw new Error(
        "there is no NAT gateway they could lead to; `pulumi up --replace` with the URN of the lease makes a new one",
      );
    }
    for (const routeTableId of run.settings.network.privateRouteTableIds) {
      await lead(run, routeTableId, gateway.id);
    }
  },
  async close(run) {
    for (const routeTableId of run.settings.network.privateRouteTableIds) {
      await withdraw(run, routeTableId);
    }
  },
};
