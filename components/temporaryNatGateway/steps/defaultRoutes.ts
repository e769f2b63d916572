import { everywhere, type Inventory } from "../inventory";
import { idIn, type Run, type Step } from "../run";

type DefaultRoute = Inventory["defaultRoutes"][number];

/** What to do about a table's default route so that it leads to the gateway. */
export function routeDecision(
  existing: DefaultRoute | undefined,
  gatewayId: string,
  inventory: Inventory,
): "none" | "create" | "replace" | "refuse" {
  if (existing === undefined) {
    return "create";
  }
  if (existing.target === gatewayId) {
    return "none";
  }
  return inventory.ownerOf(existing) === "other" ? "refuse" : "replace";
}

function routeOf(run: Run, routeTableId: string): DefaultRoute | undefined {
  return run.inventory.defaultRoutes.find((route) => route.routeTableId === routeTableId);
}

function note(run: Run, routeTableId: string, ...route: DefaultRoute[]): void {
  const others = run.inventory.defaultRoutes.filter((other) => other.routeTableId !== routeTableId);
  run.note({ defaultRoutes: [...others, ...route] });
}

async function ensureRoute(run: Run, routeTableId: string, gatewayId: string): Promise<void> {
  const input = {
    RouteTableId: routeTableId,
    DestinationCidrBlock: everywhere,
    ...(gatewayId.startsWith("nat-") ? { NatGatewayId: gatewayId } : { GatewayId: gatewayId }),
  };
  await run.attempt(`${routeTableId} to get a default route to ${gatewayId}`, {
    lookFirst: "defaultRoutes",
    notYet: [
      // Codes of a gateway or table that was made a moment ago and is not visible everywhere yet.
      "InvalidInternetGatewayID.NotFound",
      "InvalidGatewayID.NotFound",
      "InvalidNatGatewayID.NotFound",
      "InvalidRouteTableID.NotFound",
      // There is a route meanwhile: the next attempt looks whose.
      "RouteAlreadyExists",
    ],
    act: async () => {
      const existing = routeOf(run, routeTableId);
      switch (routeDecision(existing, gatewayId, run.inventory)) {
        case "none":
          return;
        case "create":
          await run.ec2.createRoute(input);
          return;
        case "replace":
          await run.ec2.replaceRoute(input);
          return;
        case "refuse":
          throw new Error(
            `${routeTableId} already has a default route, to ${existing?.target} (${existing?.state}), which is not ` +
              "of this lease and stays as it is: delete it, or give the lease another route table",
          );
      }
    },
  });
  note(run, routeTableId, { routeTableId, target: gatewayId, state: "active" });
}

async function deleteRoute(run: Run, routeTableId: string): Promise<void> {
  const existing = routeOf(run, routeTableId);
  if (existing !== undefined && run.inventory.ownerOf(existing) !== "other") {
    const input = { RouteTableId: routeTableId, DestinationCidrBlock: everywhere };
    await run.delete(`the default route of ${routeTableId} to be deleted`, {
      act: () => run.ec2.deleteRoute(input),
      gone: ["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"],
    });
    note(run, routeTableId);
  }
}

export const publicRoute: Step = {
  title: "public default route",
  async open(run) {
    const id = idIn(run.inventory.internetGateways[0]?.InternetGatewayId);
    await ensureRoute(run, run.settings.network.publicRouteTableId, id);
  },
  async close(run) {
    await deleteRoute(run, run.settings.network.publicRouteTableId);
  },
};

export const privateRoutes: Step = {
  title: "private default routes",
  async open(run) {
    const gateway = run.inventory.liveNatGateway;
    if (gateway === undefined) {
      throw new Error(
        "there is no NAT gateway they could lead to; `pulumi up --replace` with the URN of the lease makes a new one",
      );
    }
    for (const routeTableId of run.settings.network.privateRouteTableIds) {
      await ensureRoute(run, routeTableId, idIn(gateway.NatGatewayId));
    }
  },
  async close(run) {
    for (const routeTableId of run.settings.network.privateRouteTableIds) {
      await deleteRoute(run, routeTableId);
    }
  },
};
